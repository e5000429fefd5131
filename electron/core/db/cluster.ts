import { mkdir, rm, rmdir } from 'node:fs/promises'
import { sql } from 'drizzle-orm'
import type { Logger } from '../log.ts'
import { restoreDefinitions } from './definitions.ts'
import { moveDurably } from './durable.ts'
import { applyMigrations, prepareBookkeeping } from './migrate.ts'
import type { Migration } from './migrate.ts'
import { stamp } from './paths.ts'
import type { Paths } from './paths.ts'
import { findLoss, readSnapshot } from './snapshot.ts'
import type { Snapshot } from './snapshot.ts'
import { openStore } from './store.ts'
import type { Store } from './store.ts'
import { unpackTemplate } from './template.ts'
import type { SpareThread } from './thread.ts'

/** What it takes to make a cluster. */
export type Ground = {
  paths: Paths
  migrations: Migration[]
  templateFile: string | null
  openTimeoutMs: number
  spare?: SpareThread | null
  log: Logger
}

/** Makes an empty cluster that has seen `migrations`, in the staging folder. */
export async function stageCluster(ground: Ground, migrations: Migration[]): Promise<void> {
  const { paths, templateFile: file, log } = ground
  await rm(paths.staging, { recursive: true, force: true })
  await mkdir(paths.staging, { mode: 0o700 })
  if (file && (await unpackTemplate({ file, migrations, log }, paths.staging))) return

  await rm(paths.staging, { recursive: true, force: true })
  await mkdir(paths.stagedStore, { recursive: true, mode: 0o700 })
  const store = await openStaged(ground)
  try {
    await store.transact('read write', async (tx) => {
      await prepareBookkeeping(tx)
      await applyMigrations(tx, migrations)
    })
    await dropModels(store)
    // Frozen rows do not depend on the transaction log, the one file without checksums.
    await store.command('VACUUM FREEZE ANALYZE')
  } finally {
    await store.close()
  }
}

/** The models of new databases, which we never make, are two thirds of the files of a new cluster. */
async function dropModels(store: Store): Promise<void> {
  await store.transact('read write', (tx) =>
    tx.execute(sql`update pg_database set datistemplate = false`),
  )
  await store.command('DROP DATABASE template0')
  await store.command('DROP DATABASE template1')
}

/** The staged cluster becomes the store; in between there is none, and the snapshot says what it was. */
export async function installStaged({ paths }: Ground): Promise<void> {
  // An empty folder may be there, and is in the way on Windows; one that is not empty stays.
  await rmdir(paths.store).catch(() => {})
  await moveDurably(paths.stagedStore, paths.store)
  await rm(paths.staging, { recursive: true, force: true })
}

/**
 * A new store with the definitions of a snapshot, in the shape they had; migrations come later.
 * What is in its place is renamed, only once the new one is complete; returns the new name.
 */
export async function rebuildStore(
  ground: Ground,
  snapshot: Snapshot,
  storeExists: boolean,
): Promise<string | null> {
  const upTo = ground.migrations.findIndex(({ tag }) => tag === snapshot.migration)
  await stageCluster(ground, ground.migrations.slice(0, upTo + 1))
  await fillStaged(ground, snapshot)
  const aside = storeExists ? `${ground.paths.store}.broken-${stamp()}` : null
  if (aside) await moveDurably(ground.paths.store, aside)
  await installStaged(ground)
  return aside
}

async function fillStaged(ground: Ground, snapshot: Snapshot): Promise<void> {
  const store = await openStaged(ground)
  try {
    await store.transact('read write', async (tx) => {
      await restoreDefinitions(tx, snapshot.definitions)
      await tx.execute(sql`update metamcp.revision set value = ${snapshot.revision}`)
      const loss = findLoss(await readSnapshot(tx), snapshot)
      if (loss) throw new Error(`the definitions could not be restored: ${loss}`)
    })
  } finally {
    await store.close()
  }
}

function openStaged({ paths, openTimeoutMs, spare, log }: Ground) {
  return openStore({ folder: paths.stagedStore, openTimeoutMs, spare, log })
}
