import { and, eq, gt, gte, ilike, inArray, isNull, lt, notInArray, or, sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { CallFilters } from '../../../shared/calls.ts'
import type { Tx } from '../db/open.ts'
import { callLog } from '../db/schema.ts'

/** Neither of these is a failure. */
const NO_FAILURES = ['ok', 'cancelled']
/** With more values than that a column is read as a whole. */
const MOST_VALUES = 2_000

/** What all filters together ask for; `undefined`: everything. */
export async function matching(tx: Tx, filters: CallFilters): Promise<SQL | undefined> {
  const { server, endpoint, client, name, text = '', since, until } = filters
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
    text === '' ? undefined : await containing(tx, text),
    since === undefined ? undefined : gte(callLog.at, new Date(since).toISOString()),
    until === undefined ? undefined : lt(callLog.at, new Date(until).toISOString()),
  )
}

function outcomeIs(outcome: string | undefined): SQL | undefined {
  if (outcome === undefined) return undefined
  if (outcome === 'failed') return notInArray(callLog.outcome, NO_FAILURES)
  return eq(callLog.outcome, outcome)
}

/** Calls with the text in what names them, by indices: to read all texts of all calls takes long. */
async function containing(tx: Tx, text: string): Promise<SQL | undefined> {
  const { name, server, client, error, outcome } = callLog
  const parts: (SQL | undefined)[] = []
  for (const column of [name, server, client]) {
    const values = await valuesOf(tx, column)
    const fitting = values?.filter((one) => one.toLowerCase().includes(text.toLowerCase()))
    parts.push(fitting ? inArray(column, fitting) : ilike(column, patternOf(text)))
  }
  // What went well has no error; said in a way that the index of outcomes knows.
  const isOther = or(lt(outcome, 'ok'), gt(outcome, 'ok'))
  return or(...parts, and(isOther, ilike(error, patternOf(text))))
}

type Named = typeof callLog.name | typeof callLog.server | typeof callLog.client

/** Each value once, by steps along its index; `null` where there are too many. */
async function valuesOf(tx: Tx, column: Named): Promise<string[] | null> {
  const { rows } = await tx.execute<{ value: string }>(sql`
    with recursive stepped as (
      (select ${column} as value from ${callLog} where ${column} is not null
        order by ${column} limit 1)
      union all
      select (select ${column} from ${callLog} where ${column} > stepped.value
        order by ${column} limit 1)
      from stepped where stepped.value is not null
    )
    select value from stepped where value is not null limit ${MOST_VALUES + 1}`)
  return rows.length > MOST_VALUES ? null : rows.map(({ value }) => value)
}

/** A wildcard of SQL is a letter like any other. */
function patternOf(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
}
