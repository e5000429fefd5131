import { AppError } from '../errors.ts'
import { writeBackup } from './backup.ts'
import type { Ground } from './cluster.ts'
import { applyMigrations } from './migrate.ts'
import { reasonOf } from './reasons.ts'
import { raiseRevision, readSnapshot, writeSnapshotFile } from './snapshot.ts'
import type { SoundStore } from './sound.ts'

/**
 * Applies the pending migrations in one transaction, after a backup if there is anything to lose,
 * and leaves the snapshot as new as the store. Rejects with an AppError, nothing changed, if one
 * of them fails.
 */
export async function upgrade(ground: Ground, { store, snapshot, pending }: SoundStore) {
  const { paths, log } = ground
  if (pending.length === 0) return writeSnapshotFile(paths.snapshot, snapshot)
  const backup = await writeBackup(paths, store, snapshot)
  log.info(
    { backup, migrations: pending.map(({ tag }) => tag) },
    'Bringing the database up to date',
  )
  const upgraded = await store
    .transact('read write', async (tx) => {
      await applyMigrations(tx, pending)
      // So that the store counts as newer than its snapshot, whose tables look different now.
      await raiseRevision(tx)
      return readSnapshot(tx)
    })
    .catch((cause: unknown) => {
      const message =
        `The database could not be brought up to this version: ${reasonOf(cause)}. It is ` +
        `unchanged; a backup is ${backup}.`
      throw new AppError('unavailable', message, { cause })
    })
  await writeSnapshotFile(paths.snapshot, upgraded)
}
