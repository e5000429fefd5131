import { sql } from 'drizzle-orm'
import type { Store, Tx } from './store.ts'

/*
 * What a store must stand before it is trusted. Pages carry checksums, which PostgreSQL looks at
 * when it reads a page from disk, so damage shows where something reads; amcheck reads all pages
 * of all tables and indexes, system catalogs included, and checks what they say. The definitions
 * are compared with their snapshot elsewhere (snapshot.ts), which also finds what no checksum can:
 * pages that are missing, or zero, or older than the rest.
 */

/** Larger relations are call logs: reading all of them would make the start slow. */
const largestCheckedBytes = 64 << 20

export async function verifyStore(store: Store): Promise<void> {
  await store.transact('read only', async (tx) => {
    await checkTables(tx)
    await checkIndexes(tx)
  })
  await tryWriting(store)
}

async function checkTables(tx: Tx): Promise<void> {
  const { rows } = await tx.execute<{ relation: string; message: string }>(sql`
    select c.oid::regclass::text as relation, found.msg as message
    from pg_class c, lateral metamcp.verify_heapam(c.oid, on_error_stop => true) found
    where c.relkind in ('r', 't', 'm', 'S') and c.relpersistence = 'p'
      and pg_relation_size(c.oid) <= ${largestCheckedBytes}
    limit 1`)
  const [found] = rows
  if (found) throw new Error(`table ${found.relation} is damaged: ${found.message}`)
}

async function checkIndexes(tx: Tx): Promise<void> {
  await tx.execute(sql`
    select metamcp.bt_index_check(c.oid, heapallindexed => true)
    from pg_class c join pg_index i on i.indexrelid = c.oid join pg_am a on a.oid = c.relam
    where a.amname = 'btree' and c.relpersistence = 'p' and i.indisvalid
      and pg_relation_size(c.oid) <= ${largestCheckedBytes}`)
}

class Undo extends Error {}

/** A store that can be read may still refuse to be written to. Nothing of this stays. */
export async function tryWriting(store: Store): Promise<void> {
  const undo = new Undo()
  const probe = store.transact('read write', async (tx) => {
    await tx.execute(sql`update metamcp.revision set value = value + 1`)
    await tx.execute(sql`insert into settings (key, value) values ('', 'null')`)
    await tx.execute(sql`
      insert into call_log (at, endpoint, caller, method, duration_ms, outcome)
      values (now(), '', '', '', 0, '')`)
    throw undo
  })
  await probe.catch((error: unknown) => {
    if (error !== undo) throw error
  })
  await store.command('CHECKPOINT')
}
