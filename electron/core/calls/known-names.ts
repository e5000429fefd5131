import { gt } from 'drizzle-orm'
import type { Tx } from '../db/open.ts'
import { callLog } from '../db/schema.ts'
import { distinctValues } from './distinct.ts'
import { newestId } from './newest.ts'

/** With more values than that a column is read as a whole. */
const MOST_VALUES = 2_000
/** What another replica began to write before, and committed after, what was read last. */
const OVERLAP = 5_000
/** What was deleted since is forgotten; so reading all costs little for each call that was written. */
const ANEW_AFTER = 100_000

const COLUMNS = ['name', 'server', 'client'] as const

type NamedBy = (typeof COLUMNS)[number]

/**
 * What calls are named by, each once. Who looks for a text finds it in these, instead of in a
 * hundred thousand calls, which takes a tenth of a second.
 */
export interface KnownNames {
  /** Reads what was written since the last time, by whichever replica. */
  refresh(tx: Tx): Promise<void>
  /** As of the last refresh, also what was deleted since; `null` where there are too many. */
  of(column: NamedBy): ReadonlySet<string> | null
}

export function openKnownNames(): KnownNames {
  let known: (Set<string> | null)[] = []
  let upTo = -Infinity
  let begunAt = -Infinity

  return {
    async refresh(tx) {
      const newest = await newestId(tx)
      if (newest - begunAt > ANEW_AFTER) {
        known = COLUMNS.map(() => new Set())
        begunAt = newest
        upTo = -Infinity
      }
      const where = upTo > OVERLAP ? gt(callLog.id, upTo - OVERLAP) : undefined
      const found = await distinctValues(tx, COLUMNS, { where, most: MOST_VALUES + 2 })
      upTo = Math.max(upTo, newest)
      known = known.map((values, index) => values && withAll(values, found[index] ?? []))
    },
    of: (column) => known[COLUMNS.indexOf(column)] ?? null,
  }
}

function withAll(values: Set<string>, more: readonly (string | null)[]): Set<string> | null {
  for (const one of more) if (one !== null) values.add(one)
  return values.size > MOST_VALUES ? null : values
}
