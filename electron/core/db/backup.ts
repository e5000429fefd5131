import { access, copyFile, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, messageOf } from '../errors.ts'
import { unpackArchive, writeArchive } from './archive.ts'
import { moveDurably } from './durable.ts'
import { lockStore } from './lock.ts'
import { readMigrations, type Migration } from './migrate.ts'
import { pathsIn, snapshotName, stamp, storeName } from './paths.ts'
import type { Paths } from './paths.ts'
import { isMissing } from './reasons.ts'
import { encodeSnapshot, readSnapshotFile, writeSnapshotFile } from './snapshot.ts'
import type { Snapshot } from './snapshot.ts'
import type { Store } from './store.ts'

const kept = 3

/**
 * Packs the store with its definitions into `backups/<time>-<its last migration>.tgz` and returns
 * that path. Nobody may write meanwhile. Of all backups the newest three stay.
 */
export async function writeBackup(
  paths: Paths,
  store: Pick<Store, 'command'>,
  snapshot: Snapshot,
): Promise<string> {
  await mkdir(paths.backups, { recursive: true, mode: 0o700 })
  await store.command('CHECKPOINT')
  const path = join(paths.backups, `${stamp()}-${snapshot.migration}.tgz`)
  await writeArchive(path, {
    note: { name: snapshotName, text: encodeSnapshot(snapshot) },
    folder: { name: storeName, path: paths.store },
  })
  const backups = await listBackups(paths)
  for (const old of backups.slice(kept)) await rm(old, { force: true })
  return path
}

/** Newest first. */
export async function listBackups(paths: Paths): Promise<string[]> {
  const names = await readdir(paths.backups).catch(() => [])
  const backups = names.filter((name) => name.endsWith('.tgz'))
  return backups.toSorted((a, b) => (a < b ? 1 : -1)).map((name) => join(paths.backups, name))
}

export type Restore = { dataDir: string; file: string; migrationsDir: string }

/**
 * Puts a backup in the place of the store. What was there is kept: `db.replaced-<time>` and
 * `definitions.replaced-<time>.json`. Rejects with an AppError, everything as it was, if a process
 * has the store open (`in-use`) or the file is not a whole backup that this version can open
 * (`invalid`).
 */
export async function restoreBackup({ dataDir, file, migrationsDir }: Restore): Promise<void> {
  const lock = await lockStore(dataDir)
  try {
    const paths = pathsIn(dataDir)
    const snapshot = await stageBackup(paths, file, await readMigrations(migrationsDir))
    const time = stamp()
    const oldSnapshot = join(dataDir, `definitions.replaced-${time}.json`)
    await ifThere(copyFile(paths.snapshot, oldSnapshot))
    // The snapshot first. Should all end here, the store is the newer of the two and stays; should
    // it end after the next step, there is no store, and one is made with what the backup defined.
    await writeSnapshotFile(paths.snapshot, snapshot)
    await ifThere(moveDurably(paths.store, `${paths.store}.replaced-${time}`))
    await moveDurably(paths.stagedStore, paths.store)
    await rm(paths.suspicion, { force: true })
    await rm(paths.staging, { recursive: true, force: true })
  } finally {
    await lock.release()
  }
}

/** Rejects as `restoreBackup` would, also while a process has the store open. */
export async function checkBackup({ dataDir, file, migrationsDir }: Restore): Promise<void> {
  const paths = pathsIn(dataDir)
  await stageBackup(paths, file, await readMigrations(migrationsDir))
  await rm(paths.staging, { recursive: true, force: true })
}

async function stageBackup(
  paths: Paths,
  file: string,
  known: readonly Migration[],
): Promise<Snapshot> {
  await rm(paths.staging, { recursive: true, force: true })
  await mkdir(paths.staging, { mode: 0o700 })
  try {
    await unpackArchive(file, paths.staging)
    const read = await readSnapshotFile(join(paths.staging, snapshotName))
    if (read.kind === 'none') throw new Error('it holds no definitions')
    if (read.kind !== 'good') throw new Error(read.reason)
    const { migration } = read.snapshot
    const isKnown = known.some(({ tag }) => tag === migration)
    if (!isKnown) throw new Error('it was made by a newer or different version')
    // Before what is there is moved out of its way.
    await access(join(paths.stagedStore, 'PG_VERSION')).catch(() => {
      throw new Error('it holds no database')
    })
    return read.snapshot
  } catch (cause) {
    await rm(paths.staging, { recursive: true, force: true })
    const message = `${file} cannot be restored: ${messageOf(cause)}. Nothing was changed.`
    throw new AppError('invalid', message, { cause })
  }
}

async function ifThere(step: Promise<void>): Promise<void> {
  await step.catch((error: unknown) => {
    if (!isMissing(error)) throw error
  })
}
