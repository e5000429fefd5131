import { and, sql, type SQL } from 'drizzle-orm'
import type {
  CallBucket,
  CallChoices,
  CallFilters,
  CallStats,
  CallStatsBy,
} from '../../../shared/calls.ts'
import type { Tx } from '../db/open.ts'
import { callLog } from '../db/schema.ts'
import { readableBy, wanted, type CallReader } from './call-rows.ts'
import { distinctValues } from './distinct.ts'
import type { KnownNames } from './known-names.ts'

const MOST_ROWS = 500

type Asked = { filters: CallFilters; reader: CallReader | null }

const { server, name, client, endpoint, outcome, durationMs, at } = callLog
const hasFailed = sql`${outcome} not in ('ok', 'cancelled')`

/**
 * What the rows of each kind have in common. A name that came to no server and was not answered by
 * ourselves either is one that somebody made up.
 */
const KEYS: Record<CallStatsBy, SQL> = {
  server: sql`${server}`,
  client: sql`${client}`,
  endpoint: sql`${endpoint}`,
  tool: sql`case when ${server} is null and ${outcome} <> 'ok' then null else ${name} end`,
}

/** Those with the most calls first. */
export async function readStats(
  tx: Tx,
  { by, filters, reader }: Asked & { by: CallStatsBy },
  names: KnownNames,
): Promise<Omit<CallStats, 'label'>[]> {
  const onlyTools = by === 'tool' ? sql`${callLog.method} = 'tools/call'` : undefined
  const where = and(await wanted(tx, { filters, reader }, names), onlyTools) ?? sql`true`
  const { rows } = await tx.execute<Omit<CallStats, 'label'>>(sql`
    select ${KEYS[by]} as key,
      count(*)::int as calls,
      (count(*) filter (where ${hasFailed}))::int as failed,
      percentile_cont(0.5) within group (order by ${durationMs})
        filter (where ${outcome} <> 'cancelled') as "p50Ms",
      percentile_cont(0.95) within group (order by ${durationMs})
        filter (where ${outcome} <> 'cancelled') as "p95Ms",
      coalesce(sum(${callLog.resultTokens}), 0)::float8 as tokens
    from ${callLog} where ${where}
    group by 1 order by calls desc, key limit ${MOST_ROWS}`)
  return rows
}

/** One for each part of the time from `since` to `until`, also where nothing happened. */
export async function readPace(
  tx: Tx,
  asked: Asked & { since: number; until: number; buckets: number },
  names: KnownNames,
): Promise<CallBucket[]> {
  const { filters, reader, since, until, buckets } = asked
  const width = (until - since) / buckets
  const all = await wanted(tx, { filters: { ...filters, since, until }, reader }, names)
  const where = all ?? sql`true`
  const { rows } = await tx.execute<{ bucket: number; calls: number; failed: number }>(sql`
    select floor((extract(epoch from ${at})::float8 * 1000 - ${since}::float8) / ${width}::float8)::int
        as bucket,
      count(*)::int as calls,
      (count(*) filter (where ${hasFailed}))::int as failed
    from ${callLog} where ${where}
    group by 1`)
  const known = new Map(rows.map((row) => [row.bucket, row]))
  return Array.from({ length: buckets }, (_, index) => {
    const { calls = 0, failed = 0 } = known.get(index) ?? {}
    return { at: Math.round(since + index * width), calls, failed }
  })
}

/** What one may filter by: all that the log names. */
export async function readChoices(
  tx: Tx,
  reader: CallReader | null,
): Promise<Omit<CallChoices, 'clients'> & { clients: string[] }> {
  const columns = ['server', 'endpoint', 'client'] as const
  const asked = { where: readableBy(reader), most: MOST_ROWS }
  const [servers = [], endpoints = [], clients = []] = await distinctValues(tx, columns, asked)
  const known = (values: (string | null)[]) => values.filter((one) => one !== null)
  return {
    servers: known(servers),
    endpoints: known(endpoints),
    clients: clients.map((one) => one ?? ''),
  }
}
