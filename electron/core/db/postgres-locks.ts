import { DatabaseError, type Client, type Pool } from 'pg'
import { AppError } from '../errors.ts'

/** Numbers of advisory locks, of which a database has many and others may use some. */
export const LOCKS = {
  /** Held by a write of definitions until its end: one after the other, on all replicas. */
  write: 0x6d65_7401,
  /** Held by a start until what it makes is there. */
  start: 0x6d65_7402,
  /** Held by each process as long as it lives: with others, or by the only one. */
  life: 0x6d65_7403,
  /** With the hash of what else is done by one alone. */
  other: 0x6d65_7404,
}

/** How long a process that hangs in such work keeps the others from it, and what work may take. */
export const ALONE_MS = 5 * 60_000
/** How long is waited for it, in turns: longer than one that hangs can take. */
export const TURN_MS = 10 * 60_000

/** PostgreSQL documentation, "PostgreSQL Error Codes": also of `statement_timeout`. */
const QUERY_CANCELED = '57014'

/** Runs work while no other process does the same, on a connection that does nothing else. */
export async function alone<T>(pool: Pool, work: () => Promise<T>, about?: string): Promise<T> {
  const lock = about === undefined ? '$1::bigint' : '$1, hashtext($2)'
  const named = about === undefined ? [LOCKS.start] : [LOCKS.other, about]
  const client = await pool.connect()
  let isSound = false
  try {
    await client.query(`select pg_advisory_lock(${lock})`, named).catch(refuseWaiting)
    const result = await work()
    await client.query(`select pg_advisory_unlock(${lock})`, named)
    isSound = true
    return result
  } finally {
    // With the connection its locks end.
    client.release(!isSound)
  }
}

/** What it waited for has taken longer than a frozen process could hold it up. */
function refuseWaiting(cause: unknown): never {
  if (!(cause instanceof DatabaseError) || cause.code !== QUERY_CANCELED) throw cause
  const message =
    'Another MetaMCP on the same database has been at work for long: end it if it hangs.'
  throw new AppError('unavailable', message, { cause })
}

/** Throws an AppError `in-use` where another process is there that this one cannot be beside. */
export async function holdLife(
  client: Client,
  { isOnly, place }: { isOnly: boolean; place: string },
): Promise<void> {
  const way = isOnly ? 'pg_try_advisory_lock' : 'pg_try_advisory_lock_shared'
  const { rows } = await client.query<{ held: boolean }>(`select ${way}($1) as held`, [LOCKS.life])
  if (rows[0]?.held) return
  const message = isOnly
    ? `A MetaMCP runs on the database ${place}: stop all of them first.`
    : `The secrets in the database ${place} are being sealed with a new key: start again once that is done.`
  throw new AppError('in-use', message)
}
