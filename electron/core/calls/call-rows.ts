import {
  and,
  desc,
  eq,
  gt,
  gte,
  ilike,
  inArray,
  isNull,
  lt,
  lte,
  notInArray,
  or,
  sql,
} from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { CallFilters, LoggedCall, LoggedCallDetail } from '../../../shared/calls.ts'
import type { Tx } from '../db/open.ts'
import { callLog } from '../db/schema.ts'
import type { CallRow } from './note.ts'

/** An account that reads. `handle`: what stands behind a dot in its endpoints' addresses. */
export type CallReader = { accountId: string; handle: string | null; isAdmin: boolean }

/** Neither of these is a failure. */
const NO_FAILURES = ['ok', 'cancelled']
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

/** In one statement with one parameter, however many there are. */
export async function insertCalls(tx: Tx, rows: readonly CallRow[]): Promise<void> {
  await tx.execute(sql`
    insert into call_log (at, endpoint, caller, client, client_version, server, method, name,
      duration_ms, outcome, owner_id, account_id, error, arguments_size, result_size,
      result_tokens, arguments, result)
    select at, endpoint, caller, client, client_version, server, method, name,
      duration_ms, outcome, owner_id, account_id, error, arguments_size, result_size,
      result_tokens, arguments, result
    from json_to_recordset(${JSON.stringify(rows)}::json) as row(
      at timestamptz, endpoint text, caller text, client text, client_version text, server text,
      method text, name text, duration_ms float8, outcome text, owner_id text, account_id text,
      error text, arguments_size int, result_size int, result_tokens int, arguments text,
      result text)`)
}

/**
 * Newest first, and one more than was asked for where there are more. What is common is among the
 * newest; for what is rare, all that fit are found by their indices, and put in order. Left to
 * itself PostgreSQL guesses which of the two it is, and can be wrong by the whole table.
 */
export async function readCalls(tx: Tx, query: CallsQuery): Promise<Shown[]> {
  const { before, after, limit } = query
  const end = before ?? (await newestId(tx)) + 1
  const begin = Math.max(after === undefined ? 0 : after + 1, end - NEAR)
  const near = await tx
    .select(inLists)
    .from(callLog)
    .where(and(gte(callLog.id, begin), lt(callLog.id, end), fitting(query)))
    .orderBy(desc(callLog.id))
    .limit(limit + 1)
  const missing = limit + 1 - near.length
  if (missing === 0 || begin <= (after ?? 0) + 1) return near
  return [...near, ...(await farCalls(tx, { ...query, before: begin, limit: missing }))]
}

/** All that fit, in order, without walking along that order to find them. */
export function farCalls(tx: Tx, { before = 0, after = 0, limit, ...query }: CallsQuery) {
  return tx
    .select(inLists)
    .from(callLog)
    .where(and(lt(callLog.id, before), gt(callLog.id, after), fitting(query)))
    .orderBy(sql`${callLog.id} + 0 desc`)
    .limit(limit)
}

function fitting({ filters, reader }: Pick<CallsQuery, 'filters' | 'reader'>): SQL | undefined {
  return and(matching(filters), readableBy(reader))
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

/** Deletes a slice of what began before `since`, and of all but the newest `rows`. */
export async function pruneSlice(
  tx: Tx,
  { since, rows, limit }: { since: Date; rows: number; limit: number },
): Promise<number> {
  const last = (await newestId(tx)) - rows
  const byCount = await deleteSlice(tx, lte(callLog.id, last), limit)
  if (byCount === limit) return byCount
  return byCount + (await deleteSlice(tx, lt(callLog.at, since.toISOString()), limit - byCount))
}

export async function newestId(tx: Tx): Promise<number> {
  const [row] = await tx.select({ id: callLog.id }).from(callLog).orderBy(desc(callLog.id)).limit(1)
  return row?.id ?? 0
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

export function matching(filters: CallFilters): SQL | undefined {
  const { server, endpoint, client, name, text, since, until } = filters
  return and(
    server === undefined ? undefined : eq(callLog.server, server),
    endpoint === undefined ? undefined : eq(callLog.endpoint, endpoint),
    client === undefined
      ? undefined
      : client === ''
        ? isNull(callLog.client)
        : eq(callLog.client, client),
    outcomeIs(filters.outcome),
    name === undefined ? undefined : eq(callLog.name, name),
    text === undefined || text === '' ? undefined : contains(text),
    since === undefined ? undefined : gte(callLog.at, new Date(since).toISOString()),
    until === undefined ? undefined : lt(callLog.at, new Date(until).toISOString()),
  )
}

function outcomeIs(outcome: string | undefined): SQL | undefined {
  if (outcome === undefined) return undefined
  if (outcome === 'failed') return notInArray(callLog.outcome, NO_FAILURES)
  return eq(callLog.outcome, outcome)
}

function contains(text: string): SQL | undefined {
  // A wildcard of SQL is a letter like any other.
  const pattern = `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
  const { name, server, client, error } = callLog
  return or(...[name, server, client, error].map((column) => ilike(column, pattern)))
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
