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
  await store.command('CHECKPOINT')
  await store.command('SELECT pg_switch_wal()')
  // Of the new log: the old one is needed no more, and is taken for the files of a later one.
  await store.command('CHECKPOINT')
  const current = await store.transact('read only', async (tx) => {
    const { rows } = await tx.execute<{ name: string }>(
      sql`select pg_walfile_name(pg_current_wal_lsn()) as name`,
    )
    return rows[0]?.name
  })
  if (current === undefined) return
  const log = join(folder, 'pg_wal')
  const isOther = (name: string) => /^[0-9A-F]{24}$/.test(name) && name !== current
  // Older ones are not read again, and later ones are made when they are not there.
  for (const name of (await readdir(log)).filter(isOther)) await rm(join(log, name))
}
