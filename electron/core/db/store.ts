import { drizzle } from 'drizzle-orm/node-postgres'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { Pool, types } from 'pg'
import { AppError } from '../errors.ts'
import { parseJson } from '../json.ts'
import type { Logger } from '../log.ts'
import { startBackend } from './backend.ts'
import type { Backend } from './backend.ts'
import { copyInto, type NewRows } from './copy-in.ts'
import * as schema from './schema.ts'
import { BackendStream } from './stream.ts'
import type { SpareThread } from './thread.ts'

// What a server said may hold integers that a JavaScript number cannot: the driver knows no other place
// to say how JSON is read.
types.setTypeParser(types.builtins.JSON, parseJson)

type Drizzle = NodePgDatabase<typeof schema>

/** A transaction. It is all that code outside this folder gets: the pool is out of its reach. */
export type Tx = Parameters<Parameters<Drizzle['transaction']>[0]>[0]

type AccessMode = 'read only' | 'read write'

/** One opened cluster: transactions one after the other, and nothing of what they mean. */
export interface Store {
  /** Rejects with AppError `unavailable` when the cluster has died or was closed. */
  transact<T>(mode: AccessMode, work: (tx: Tx) => Promise<T>): Promise<T>
  /** One transaction of its own, of nothing but these rows. */
  append(rows: NewRows): Promise<void>
  /** For what PostgreSQL refuses inside a transaction: CHECKPOINT, VACUUM, DROP DATABASE. */
  command(sql: string): Promise<void>
  /** Waits for what was begun. Idempotent. */
  close(): Promise<void>
}

export type StoreOptions = {
  folder: string
  openTimeoutMs: number
  log: Logger
  spare?: SpareThread | null
}

/** Opens the cluster in `folder`, creating one if it is empty, as it is: no migration, no check. */
export async function openStore({ log, ...options }: StoreOptions): Promise<Store> {
  const backend = await startBackend(options)
  const pool = openPool(backend, log)
  const database = drizzle({ client: pool, schema })
  const running = openRunning(backend)
  let closing: Promise<void> | null = null

  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    if (closing) throw new AppError('unavailable', 'The database is closed.')
    return running.add(work)
  }
  const close = async () => {
    await running.settled()
    // With a dead backend it would wait for clients that never come back.
    if (!backend.failure) await pool.end()
    await backend.close()
  }
  return {
    transact: (mode, work) => run(() => database.transaction(work, { accessMode: mode })),
    append: (rows) => run(() => copyInto(pool, rows)),
    command: (sql) => run(async () => void (await pool.query(sql))),
    close: () => (closing ??= close()),
  }
}

function openPool(backend: Backend, log: Logger): Pool {
  const pool = new Pool({
    stream: () => new BackendStream((bytes) => backend.exec(bytes)),
    ssl: false,
    // PGlite has one session. Whoever wants it waits here, in order.
    max: 1,
    idleTimeoutMillis: 0,
  })
  const note = ({ message }: Error) => log.warn({ error: message }, 'A database connection broke')
  pool.on('error', note)
  // A client in use reports its end here too, as an event that would end the process.
  pool.on('connect', (client) => client.on('error', note))
  return pool
}

/** What is being done, so that it can be waited for, and does not wait for a backend that died. */
function openRunning(backend: Backend) {
  const running = new Map<PromiseWithResolvers<never>, Promise<unknown>>()
  backend.onFailure((failure) => {
    // `pg` may wait for a connection that will never come; those who wait for `pg` must not.
    for (const { reject } of running.keys()) reject(failure)
  })
  return {
    async add<T>(work: () => Promise<T>): Promise<T> {
      if (backend.failure) throw backend.failure
      const failed = Promise.withResolvers<never>()
      const working = Promise.race([work(), failed.promise])
      running.set(failed, working)
      try {
        return await working
      } catch (error) {
        // A dead backend surfaces as all kinds of errors, most of them about the failed rollback.
        throw backend.failure ?? error
      } finally {
        running.delete(failed)
      }
    },
    settled: () => Promise.allSettled(running.values()),
  }
}
