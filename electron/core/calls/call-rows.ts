import { and, asc, desc, eq, gt, gte, inArray, isNull, lt, lte, or, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { CallFilters, LoggedCall, LoggedCallDetail } from '../../../shared/calls.ts'
import type { Tx } from '../db/open.ts'
import { callLog } from '../db/schema.ts'
import type { KnownNames } from './known-names.ts'
import { matching } from './matching.ts'
import { newestId } from './newest.ts'

/** An account that reads. `handle`: what stands behind a dot in its endpoints' addresses. */
export type CallReader = { accountId: string; handle: string | null; isAdmin: boolean }

const LONGEST_IN_LISTS = 300
/** So many rows are walked along: some milliseconds. */
const NEAR = 5_000

export type CallsQuery = {
  /** Calls that were logged before this one; or after it. */
  before?: number | undefined
  after?: number | undefined
  limit: number
  filters: CallFilters
  /** `null`: everybody's calls may be told of. */
  reader: CallReader | null
}

/**
 * Newest first, and one more than was asked for where there are more. What is common is among the
 * newest; for what is rare, all that fit are found by their indices, and put in order. Left to
 * itself PostgreSQL guesses which of the two it is, and can be wrong by the whole table.
 */
export async function readCalls(tx: Tx, query: CallsQuery, names: KnownNames): Promise<Shown[]> {
  const { before, after, limit } = query
  const fitting = await wanted(tx, query, names)
  const end = before ?? (await newestId(tx)) + 1
  const begin = Math.max(after === undefined ? 0 : after + 1, end - NEAR)
  const near = await tx
    .select(inLists)
    .from(callLog)
    .where(and(gte(callLog.id, begin), lt(callLog.id, end), fitting))
    .orderBy(desc(callLog.id))
    .limit(limit + 1)
  const missing = limit + 1 - near.length
  if (missing === 0 || begin <= (after ?? 0) + 1) return near
  const far = { before: begin, after: after ?? 0, limit: missing, fitting }
  return [...near, ...(await farCalls(tx, far))]
}

type Far = { before: number; after: number; limit: number; fitting: SQL | undefined }

/**
 * All that fit, in order, without walking along that order to find them. First their ids alone: what
 * is told of a call takes longer to put together than to find it.
 */
export function farCalls(tx: Tx, { before, after, limit, fitting }: Far) {
  const ids = tx
    .select({ id: callLog.id })
    .from(callLog)
    .where(and(lt(callLog.id, before), gt(callLog.id, after), fitting))
    .orderBy(sql`${callLog.id} + 0 desc`)
    .limit(limit)
  return tx.select(inLists).from(callLog).where(inArray(callLog.id, ids)).orderBy(desc(callLog.id))
}

type Wanted = Pick<CallsQuery, 'filters' | 'reader'>

/** Calls that fit, of those that one may read. */
export async function wanted(
  tx: Tx,
  { filters, reader }: Wanted,
  names: KnownNames,
): Promise<SQL | undefined> {
  return and(await matching(tx, filters, names), readableBy(reader))
}

export async function readCall(
  tx: Tx,
  id: number,
  reader: CallReader | null,
): Promise<Omit<LoggedCallDetail, 'clientLabel'> | undefined> {
  const columns = { ...shown, arguments: callLog.arguments, result: callLog.result }
  const [row] = await tx
    .select(columns)
    .from(callLog)
    .where(and(eq(callLog.id, id), readableBy(reader)))
  return row
}

/** Deletes the oldest that may be read, at most `limit` of those up to `upTo`; returns how many. */
export async function clearSlice(
  tx: Tx,
  { upTo, limit, reader }: { upTo: number; limit: number; reader: CallReader | null },
): Promise<number> {
  return deleteSlice(tx, and(lte(callLog.id, upTo), readableBy(reader)), limit)
}

/** Deletes a slice of what began before `since`, and of all up to `upTo`. */
export async function pruneSlice(
  tx: Tx,
  { since, upTo, limit }: { since: Date; upTo: number; limit: number },
): Promise<number> {
  const byCount = await deleteSlice(tx, lte(callLog.id, upTo), limit)
  if (byCount === limit || !(await mayBeOld(tx, since))) return byCount
  return byCount + (await deleteSlice(tx, lt(callLog.at, since.toISOString()), limit - byCount))
}

/** The longest that a call lasts, in ms: they are logged in the order in which they end. */
const LONGEST_CALL_MS = 60 * 60_000

/** By the oldest alone: to look for others may mean to read them all, and there is seldom one. */
async function mayBeOld(tx: Tx, since: Date): Promise<boolean> {
  const before = new Date(since.getTime() + LONGEST_CALL_MS).toISOString()
  const [oldest] = await tx
    .select({ isOld: sql<boolean>`${callLog.at} < ${before}` })
    .from(callLog)
    .orderBy(asc(callLog.id))
    .limit(1)
  return oldest?.isOld === true
}

/** About what a row takes with its places in the indices, but for what was asked and answered. */
const ROW_BYTES = 600

/** The newest call for which there is no room beside all newer ones; 0 for none. */
export async function lastTooMany(
  tx: Tx,
  { rows, bytes }: { rows: number; bytes: number },
): Promise<number> {
  const byCount = Math.max(0, (await newestId(tx)) - rows)
  // The files, with what was deleted in them: to look at each row is only needed when they are large.
  const files = await tx.execute<{ bytes: string }>(
    sql`select pg_total_relation_size('call_log') as bytes`,
  )
  if (Number(files.rows[0]?.bytes ?? 0) <= bytes) return byCount
  const sizeOf = (column: SQL) => sql`coalesce(pg_column_size(${column}), 0)`
  const { arguments: asked, result } = callLog
  const { rows: found } = await tx.execute<{ id: string }>(sql`
    select id from (
      select ${callLog.id} as id, sum(${ROW_BYTES} + ${sizeOf(sql`${asked}`)} + ${sizeOf(sql`${result}`)})
        over (order by ${callLog.id} desc) as taken
      from ${callLog} where ${callLog.id} > ${byCount}
    ) sized
    where taken > ${bytes} order by id desc limit 1`)
  return Math.max(byCount, Number(found[0]?.id ?? 0))
}

/** Has the index know what is in the pages that were filled since: until then they are all read. */
export async function summarize(tx: Tx): Promise<void> {
  // It takes turns with VACUUM, on PostgreSQL: it can wait for its next time, and whoever ends us
  // does not.
  await tx.execute(sql`set local lock_timeout = '200ms'`)
  await tx.execute(sql`select brin_summarize_new_values('call_log_ranges')`)
}

async function deleteSlice(tx: Tx, where: SQL | undefined, limit: number): Promise<number> {
  const oldest = tx.select({ id: callLog.id }).from(callLog).where(where).limit(limit)
  const { rowCount } = await tx.delete(callLog).where(inArray(callLog.id, oldest))
  return rowCount ?? 0
}

/**
 * At endpoints of one's own everything, at others what one did oneself, and for administrators all
 * that nobody keeps to themselves.
 */
export function readableBy(reader: CallReader | null): SQL | undefined {
  if (reader === null) return undefined
  const { accountId, handle, isAdmin } = reader
  const ending = handle === null ? null : `.${handle}`
  return or(
    eq(callLog.ownerId, accountId),
    eq(callLog.accountId, accountId),
    // One that is shared has no owner here: its address says whose it was.
    ending === null ? undefined : sql`right(${callLog.endpoint}, ${ending.length}) = ${ending}`,
    isAdmin ? isNull(callLog.ownerId) : undefined,
  )
}

type Shown = Omit<LoggedCall, 'clientLabel'>

const shown = {
  id: callLog.id,
  at: sql<number>`(extract(epoch from ${callLog.at}) * 1000)::float8`,
  endpoint: callLog.endpoint,
  caller: callLog.caller,
  client: callLog.client,
  clientVersion: callLog.clientVersion,
  server: callLog.server,
  method: callLog.method,
  name: callLog.name,
  ms: callLog.durationMs,
  outcome: callLog.outcome,
  error: callLog.error,
  argumentsSize: callLog.argumentsSize,
  resultSize: callLog.resultSize,
  resultTokens: callLog.resultTokens,
}

const inLists = { ...shown, error: sql<string | null>`left(${callLog.error}, ${LONGEST_IN_LISTS})` }
