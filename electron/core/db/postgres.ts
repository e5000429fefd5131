import { randomUUID } from 'node:crypto'
import { drizzle } from 'drizzle-orm/node-postgres'
import { sql } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { Pool, type Client, type PoolConfig } from 'pg'
import { AppError, messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import { copyInto, type NewRows } from './copy-in.ts'
import type { Database } from './database.ts'
import { countDefinitionChanges, refuseDefinitions } from './definitions.ts'
import { openGate } from './gate.ts'
import {
  applyMigrations,
  pendingMigrations,
  prepareBookkeeping,
  readApplied,
  readMigrations,
} from './migrate.ts'
import { placeOf, refusalOf } from './postgres-errors.ts'
import { alone, ALONE_MS, holdLife, LOCKS, TURN_MS } from './postgres-locks.ts'
import { reasonOf } from './reasons.ts'
import { CHANNEL, openReplicaNews } from './replica-news.ts'
import * as schema from './schema.ts'
import { raiseRevision } from './snapshot.ts'
import type { Tx } from './store.ts'

export type PostgresOptions = {
  /** `DATABASE_URL`; it holds a password, and is never shown. */
  url: string
  /** `resources/migrations`. */
  migrationsDir: string
  log: Logger
  /** Nobody else may be on it meanwhile, or come; else rejects `in-use`. */
  isOnly?: boolean
  /** How often it is seen whether the connection that brings news still answers. */
  lookMs?: number
  /** How long what is done by one alone may take, and how long it waits for its turn. */
  aloneMs?: number
  turnMs?: number
}

const MAX_CONNECTIONS = 10
/** Who holds a lock waits for other connections: these must not be of the same few. */
const MAX_LOCKING = 4
const CONNECT_MS = 10_000
/** Longer than anything of ours takes; a server that stopped must not hold calls of management for ever. */
const STATEMENT_MS = 60_000
/** Of a replica that hangs in the middle of a write, for which all others wait: they outlast it. */
const IDLE_MS = 20_000

/**
 * The same store in a database of a PostgreSQL server, 15 or later, which several replicas share.
 * Rejects with an AppError: `unavailable` (it cannot be reached, or not be brought up to date) or
 * `conflict` (made by a newer version, or it holds tables of something else).
 */
export async function openPostgres({
  url,
  migrationsDir,
  log,
  isOnly = false,
  lookMs,
  aloneMs = ALONE_MS,
  turnMs = TURN_MS,
}: PostgresOptions): Promise<Database> {
  const place = placeOf(url)
  await using opened = new AsyncDisposableStack()
  const pool = openPool(url, log)
  opened.defer(() => pool.end())
  const locking = openPool(url, log, {
    ...{ max: MAX_LOCKING, connectionTimeoutMillis: 0 },
    options: optionsOf({ ...SESSION, statement_timeout: turnMs, idle_session_timeout: aloneMs }),
  })
  opened.defer(() => locking.end())
  const drizzled = drizzle({ client: pool, schema })
  await bringUpToDate(drizzled, { migrationsDir, place, log }).catch((error: unknown) => {
    throw refusalOf(error, place)
  })
  const replica = randomUUID()
  const greet = (client: Client) => holdLife(client, { isOnly, place })
  const news = await openReplicaNews({ url, replica, log, pool, greet, lookMs })
  opened.defer(() => news.close())
  return overPool({ pool, locking, drizzled, news, place, owned: opened.move() })
}

type Drizzle = NodePgDatabase<typeof schema>

type Parts = {
  pool: Pool
  /** For work that nobody else does meanwhile. */
  locking: Pool
  drizzled: Drizzle
  news: Database['news']
  place: string
  owned: AsyncDisposableStack
}

function overPool({ pool, locking, drizzled, news, place, owned }: Parts): Database {
  const gate = openGate()
  let guard: ((tx: Tx) => Promise<void>) | undefined

  async function transact<T>(accessMode: 'read only' | 'read write', work: (tx: Tx) => Promise<T>) {
    try {
      return await drizzled.transaction((tx) => gate.within(() => work(tx)), { accessMode })
    } catch (error) {
      throw refusalOf(error, place)
    }
  }
  const write = <T>(work: (tx: Tx) => Promise<T>) =>
    transact('read write', async (tx) => {
      await tx.execute(sql`select pg_advisory_xact_lock(${LOCKS.write})`)
      await guard?.(tx)
      const made = await work(tx)
      await raiseRevision(tx)
      // Told with the commit, and only then.
      await tx.execute(sql`select pg_notify(${CHANNEL}, ${news.written})`)
      return made
    })
  const record = <T>(work: (tx: Tx) => Promise<T>) =>
    transact('read write', async (tx) => {
      const before = await countDefinitionChanges(tx)
      const made = await work(tx)
      if ((await countDefinitionChanges(tx)) === before) return made
      throw new Error('record() may not change definitions: use write()')
    })
  const refuse = (error: unknown) => {
    throw refusalOf(error, place)
  }
  const append = async (rows: NewRows) => {
    refuseDefinitions(rows.table)
    await copyInto(pool, rows).catch(refuse)
  }
  return {
    recovery: null,
    news,
    isShared: true,
    alone: (work, about) => alone(locking, work, about).catch(refuse),
    guard: (check) => void (guard = check),
    backUp: () => Promise.reject(notOurs(place)),
    // Its server overwrites what is not used any more in its own time.
    scrub: () => Promise.resolve(),
    read: (work) => gate.enter(() => transact('read only', work)),
    write: (work) => gate.enter(() => write(work)),
    record: (work) => gate.enter(() => record(work)),
    append: (rows) => gate.enter(() => append(rows)),
    close: () => gate.close(() => owned.disposeAsync()),
  }
}

type Upgrade = { migrationsDir: string; place: string; log: Logger }

/** In one transaction, while no other process does: replicas may start at once. */
async function bringUpToDate(drizzled: Drizzle, { migrationsDir, place, log }: Upgrade) {
  const migrations = await readMigrations(migrationsDir)
  await drizzled.transaction(async (tx) => {
    // For as long as another start takes, and for large tables.
    await tx.execute(sql`set local statement_timeout = 0`)
    await tx.execute(sql`select pg_advisory_xact_lock(${LOCKS.start})`)
    await requireVersion(tx)
    if (await isNew(tx, place)) await prepareBookkeeping(tx, { amcheck: false })
    const pending = pendingMigrations(await readApplied(tx), migrations, '')
    if (pending.length === 0) return
    const tags = pending.map(({ tag }) => tag)
    log.info({ migrations: tags }, 'Bringing the database up to date')
    await applyMigrations(tx, pending).catch((cause: unknown) => {
      const message = `The database ${place} could not be brought up to this version: ${reasonOf(cause)}. It is unchanged.`
      throw new AppError('unavailable', message, { cause })
    })
  })
}

async function requireVersion(tx: Tx): Promise<void> {
  const { rows } = await tx.execute<{ version: string }>(
    sql`select current_setting('server_version_num') as version`,
  )
  const version = Math.floor(Number(rows[0]?.version) / 10_000)
  if (version >= 15) return
  throw new AppError('unavailable', `MetaMCP needs PostgreSQL 15 or later; this is ${version}.`)
}

/** A `DATABASE_URL` that was meant for another program must not fill its database with our tables. */
async function isNew(tx: Tx, place: string): Promise<boolean> {
  const { rows } = await tx.execute<{ ours: boolean; others: string }>(sql`
    select to_regclass('metamcp.migrations') is not null as ours,
      (select count(*) from pg_tables where schemaname = 'public') as others`)
  const [row] = rows
  if (row?.ours) return false
  if (Number(row?.others) === 0) return true
  const message = `The database ${place} holds tables of something else, and was left as it is. Give MetaMCP a database of its own: createdb metamcp.`
  throw new AppError('conflict', message)
}

/** A user called as our schema is would find its tables before those of `public`. */
const SESSION = {
  search_path: 'public',
  timezone: 'UTC',
  statement_timeout: STATEMENT_MS,
  idle_in_transaction_session_timeout: IDLE_MS,
}

function optionsOf(settings: Record<string, string | number>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ')
}

function openPool(url: string, log: Logger, limits: PoolConfig = {}): Pool {
  const pool = new Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'metamcp',
    options: optionsOf(SESSION),
    ...limits,
  })
  const note = (error: Error) =>
    log.warn({ error: messageOf(error) }, 'A database connection broke')
  pool.on('error', note)
  // A client in use reports its end here too, as an event that would end the process.
  pool.on('connect', (client) => client.on('error', note))
  return pool
}

function notOurs(place: string): AppError {
  const message = `The database is ${place}, of a PostgreSQL server: back it up with pg_dump.`
  return new AppError('unavailable', message)
}
