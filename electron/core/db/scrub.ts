import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import type { Store } from './store.ts'

/**
 * Makes sure that nothing of what was replaced or deleted is left in the files of a store: tables
 * are written anew, and the log that held the old ones is given up.
 */
export async function scrubStore(store: Store, folder: string): Promise<void> {
  await store.command('VACUUM FULL')
  // PostgreSQL takes old files of the log for new ones, and writes over them: the first round ends
  // in such a one, the second in one that had to be made.
  for (let round = 0; round < 2; round++) {
    await store.command('CHECKPOINT')
    await store.command('SELECT pg_switch_wal()')
    await store.command('CHECKPOINT')
    await removeOtherLogs(store, join(folder, 'pg_wal'))
  }
}

/** Older ones are not read again after a checkpoint, and later ones are made where there are none. */
async function removeOtherLogs(store: Store, folder: string): Promise<void> {
  const { rows } = await store.transact('read only', (tx) =>
    tx.execute<{ name: string }>(sql`select pg_walfile_name(pg_current_wal_lsn()) as name`),
  )
  const names = await readdir(folder)
  const others = names.filter((name) => /^[0-9A-F]{24}$/.test(name) && name !== rows[0]?.name)
  for (const name of others) await rm(join(folder, name))
}
