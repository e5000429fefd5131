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
  let now: Known = { values: [], upTo: -Infinity, begunAt: -Infinity }

  return {
    async refresh(tx) {
      const newest = await newestId(tx)
      const isAnew = newest - now.begunAt > ANEW_AFTER
      const before = isAnew ? nothingAt(newest) : now
      const where = before.upTo > OVERLAP ? gt(callLog.id, before.upTo - OVERLAP) : undefined
      const found = await distinctValues(tx, COLUMNS, { where, most: MOST_VALUES + 2 })
      // Only now, and all of it: others read and refresh meanwhile. An older generation than what
      // they have come to adds nothing that is not in it.
      if (before.begunAt < now.begunAt) return
      const values = before.values.map((own, index) => own && withAll(own, found[index] ?? []))
      now = { values, upTo: Math.max(before.upTo, newest), begunAt: before.begunAt }
    },
    of: (column) => now.values[COLUMNS.indexOf(column)] ?? null,
  }
}

/** `upTo`: what was written until then is in it; `begunAt`: where its first reading was. */
type Known = { values: (Set<string> | null)[]; upTo: number; begunAt: number }

function nothingAt(newest: number): Known {
  return { values: COLUMNS.map(() => new Set<string>()), upTo: -Infinity, begunAt: newest }
}

function withAll(values: Set<string>, more: readonly (string | null)[]): Set<string> | null {
  for (const one of more) if (one !== null) values.add(one)
  return values.size > MOST_VALUES ? null : values
}
