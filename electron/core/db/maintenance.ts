import { sql } from 'drizzle-orm'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { Store } from './store.ts'

/** What PostgreSQL's background processes would do; PGlite has none. */
export interface Maintenance {
  /** To be told of every committed transaction that wrote. */
  noteWrite(): void
  /** Waits for what is being done. */
  close(): Promise<void>
}

/** Looking costs a query, so not after each write. */
const writesPerLook = 16
/** Well below max_wal_size (64 MB), up to which PostgreSQL keeps its old segments. */
const checkpointAfterBytes = 24 << 20
const writesPerVacuum = 20_000
const tidyEveryMs = 15 * 60_000

/**
 * Keeps the write-ahead log short (CHECKPOINT) and the tables dense (VACUUM ANALYZE): after many
 * writes, and from time to time if there were any. A failure is logged; the next write shows more.
 */
export function startMaintenance(store: Store, log: Logger): Maintenance {
  let writes = 0
  let vacuumedAt = 0
  let working: Promise<void> | null = null
  let closed = false

  const work = async (tidy: boolean) => {
    if (tidy || writes - vacuumedAt >= writesPerVacuum) {
      vacuumedAt = writes
      await store.command('VACUUM ANALYZE')
      await store.command('CHECKPOINT')
      return
    }
    if ((await readLogBytes(store)) >= checkpointAfterBytes) await store.command('CHECKPOINT')
  }
  const start = (tidy: boolean) => {
    if (working || closed) return
    working = work(tidy)
      .catch((error: unknown) => {
        log.warn({ error: messageOf(error) }, 'The database could not be tidied up')
      })
      .finally(() => (working = null))
  }
  const timer = setInterval(() => {
    if (writes > vacuumedAt) start(true)
  }, tidyEveryMs)
  timer.unref()

  return {
    noteWrite() {
      writes++
      if (writes % writesPerLook === 0) start(false)
    },
    async close() {
      closed = true
      clearInterval(timer)
      await working
    },
  }
}

/** How much log a start after a crash would have to read again. */
async function readLogBytes(store: Store): Promise<number> {
  const { rows } = await store.transact('read only', (tx) =>
    tx.execute<{ bytes: string }>(sql`
      select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn) as bytes
      from pg_control_checkpoint()`),
  )
  return Number(rows[0]?.bytes ?? 0)
}
