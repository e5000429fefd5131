import { access, constants, readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, messageOf } from '../errors.ts'
import { UnloadedError } from './backend.ts'
import { listBackups } from './backup.ts'
import { installStaged, rebuildStore, stageCluster } from './cluster.ts'
import type { Ground } from './cluster.ts'
import { pendingMigrations, readApplied } from './migrate.ts'
import type { Migration } from './migrate.ts'
import { isMissing, reasonOf } from './reasons.ts'
import { findLoss, readSnapshot, readSnapshotFile, writeSnapshotFile } from './snapshot.ts'
import type { Snapshot, SnapshotFile } from './snapshot.ts'
import { openStore } from './store.ts'
import type { Store } from './store.ts'
import { tryWriting, verifyStore } from './verify.ts'

/** What was done at opening: why, and where the store is that was found. */
export type Recovery = { reason: string; aside: string | null }

export type SoundStore = {
  store: Store
  /** What it holds. */
  snapshot: Snapshot
  /** Migrations it has not seen. */
  pending: Migration[]
  recovery: Recovery | null
}

/**
 * Opens the store if it is whole and holds what was saved; makes it if there never was one; makes
 * it anew from the snapshot if it is broken. Without a readable snapshot a broken store is refused
 * (AppError `unavailable`), and one of a newer version always is (`conflict`), both left untouched.
 */
export async function openSoundStore(ground: Ground): Promise<SoundStore> {
  const saved = await readSnapshotFile(ground.paths.snapshot)
  await refuseNewer(ground, saved)
  if (await isAbsent(ground.paths.store)) return makeStore(ground, saved)

  const found = await tryOpening(ground, saved)
  if ('store' in found) return { ...found, recovery: null }
  return recover(ground, saved, found.broken)
}

async function makeStore(ground: Ground, saved: SnapshotFile): Promise<SoundStore> {
  const nothingSaved = saved.kind === 'good' && saved.snapshot.revision === 0
  if (saved.kind !== 'none' && !nothingSaved) {
    return recover(ground, saved, 'its folder is missing')
  }
  await stageCluster(ground, ground.migrations)
  // Before the store appears: from then on a store without a snapshot is one that has lost it.
  const migration = ground.migrations.at(-1)?.tag ?? ''
  await writeSnapshotFile(ground.paths.snapshot, { revision: 0, migration, definitions: {} })
  await installStaged(ground)
  // Nothing can have happened to it yet, and looking at every page takes longer than opening it.
  const made = await tryOpening(ground, { kind: 'none' }, tryWriting)
  if ('store' in made) return { ...made, recovery: null }
  throw new AppError('unavailable', `A new database could not be opened: ${made.broken}.`)
}

async function recover(ground: Ground, saved: SnapshotFile, reason: string): Promise<SoundStore> {
  const { paths, log } = ground
  if (saved.kind !== 'good') {
    const why = saved.kind === 'none' ? 'is missing' : `cannot be read (${saved.reason})`
    throw new AppError(
      'unavailable',
      `The database ${paths.store} is broken (${reason}), and ${paths.snapshot}, from which it ` +
        `could be rebuilt, ${why}. Nothing was changed. Restore one of them, or move both away to ` +
        `start anew.`,
    )
  }
  const storeExists = !(await isAbsent(paths.store))
  const aside = await rebuildStore(ground, saved.snapshot, storeExists).catch((cause: unknown) => {
    const message = `The database is broken (${reason}) and could not be rebuilt: ${reasonOf(cause)}.`
    throw new AppError('unavailable', message, { cause })
  })
  await rm(paths.suspicion, { force: true })
  log.warn({ reason, aside }, 'The database was broken and has been rebuilt from its snapshot')
  const rebuilt = await tryOpening(ground, saved)
  if ('store' in rebuilt) return { ...rebuilt, recovery: { reason, aside } }
  throw new AppError('unavailable', `The rebuilt database could not be opened: ${rebuilt.broken}.`)
}

type Found = Omit<SoundStore, 'recovery'> | { broken: string }

async function tryOpening(
  ground: Ground,
  saved: SnapshotFile,
  check: (store: Store) => Promise<void> = verifyStore,
): Promise<Found> {
  const { paths, openTimeoutMs, spare, log } = ground
  await refuseForeign(paths.store)
  const suspicion = await readFile(paths.suspicion, 'utf8').catch(() => null)
  if (suspicion !== null) return { broken: suspicion }
  let store: Store | null = null
  try {
    // PGlite would make a new cluster here without a word.
    await access(join(paths.store, 'PG_VERSION'))
    store = await openStore({ folder: paths.store, openTimeoutMs, spare, log })
    const state = await inspect(ground, store)
    await check(store)
    const loss = saved.kind === 'good' ? findLoss(state.snapshot, saved.snapshot) : null
    if (loss) throw new Error(loss)
    return { store, ...state }
  } catch (error) {
    await store?.close()
    if (isOtherwise(error)) throw error
    log.debug({ error: messageOf(error) }, 'The database did not open')
    return { broken: reasonOf(error) }
  }
}

/** Not for the store being broken. */
function isOtherwise(error: unknown): boolean {
  return error instanceof UnloadedError || (error instanceof AppError && error.code === 'conflict')
}

async function inspect(ground: Ground, store: Store) {
  return store.transact('read only', async (tx) => {
    // The migrations first: what tables there are, and how to read them, follows from them.
    const hint = await backupHint(ground)
    const pending = pendingMigrations(await readApplied(tx), ground.migrations, hint)
    return { pending, snapshot: await readSnapshot(tx) }
  })
}

async function refuseNewer(ground: Ground, saved: SnapshotFile): Promise<void> {
  if (saved.kind !== 'good') return
  const { migration } = saved.snapshot
  if (ground.migrations.some(({ tag }) => tag === migration)) return
  const applied = [{ tag: migration, hash: '' }]
  pendingMigrations(applied, [], await backupHint(ground))
}

/** Rights are no damage: with them the store is as good as it was. */
async function refuseForeign(folder: string): Promise<void> {
  const files = [folder, join(folder, 'PG_VERSION'), join(folder, 'global', 'pg_control')]
  for (const file of files) {
    await access(file, constants.R_OK | constants.W_OK).catch((cause: unknown) => {
      if (isMissing(cause)) return
      const message = `This process may not read and write ${file}: ${messageOf(cause)}.`
      throw new AppError('unavailable', message, { cause })
    })
  }
}

async function isAbsent(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0
  } catch (error) {
    if (isMissing(error)) return true
    throw error
  }
}

/** A backup that this version can open, if there is one: its name ends in the migration it has. */
async function backupHint({ paths, migrations }: Ground): Promise<string> {
  const backups = await listBackups(paths)
  const usable = backups.find((path) => migrations.some(({ tag }) => path.endsWith(`-${tag}.tgz`)))
  return usable ? `, or start it with --restore "${usable}"` : ''
}
