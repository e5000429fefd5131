import { and, eq, gte, ilike, inArray, isNull, lt, ne, notInArray, or } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import type { CallFilters } from '../../../shared/calls.ts'
import type { Tx } from '../db/open.ts'
import { callLog } from '../db/schema.ts'
import type { KnownNames } from './known-names.ts'

/** Neither of these is a failure. */
const NO_FAILURES = ['ok', 'cancelled']

/** What all filters together ask for; `undefined`: everything. */
export async function matching(
  tx: Tx,
  filters: CallFilters,
  names: KnownNames,
): Promise<SQL | undefined> {
  const { server, endpoint, client, name, text = '', since, until } = filters
  if (text !== '') await names.refresh(tx)
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
    text === '' ? undefined : containing(text, names),
    since === undefined ? undefined : gte(callLog.at, new Date(since).toISOString()),
    until === undefined ? undefined : lt(callLog.at, new Date(until).toISOString()),
  )
}

function outcomeIs(outcome: string | undefined): SQL | undefined {
  if (outcome === undefined) return undefined
  if (outcome === 'failed') return notInArray(callLog.outcome, NO_FAILURES)
  return eq(callLog.outcome, outcome)
}

/** Calls with the text in what names them, or went wrong. */
function containing(text: string, names: KnownNames): SQL | undefined {
  const fitting = (['name', 'server', 'client'] as const).map((column) => {
    const known = names.of(column)
    if (known === null) return ilike(callLog[column], patternOf(text))
    const values = [...known].filter((one) => one.toLowerCase().includes(text.toLowerCase()))
    return values.length === 0 ? undefined : inArray(callLog[column], values)
  })
  // What went well has no error.
  const hasError = and(ne(callLog.outcome, 'ok'), ilike(callLog.error, patternOf(text)))
  return or(...fitting, hasError)
}

/** A wildcard of SQL is a letter like any other. */
function patternOf(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`
}
