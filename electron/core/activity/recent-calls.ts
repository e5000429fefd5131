import { LATEST_CALLS, type RecentCall } from '../../../shared/activity.ts'
import { openFairRing } from '../fair-ring.ts'
import { OF_INSTANCE, type Place } from './place.ts'

/** The newest calls, one by one. */
export interface RecentCalls {
  add(call: Omit<RecentCall, 'seq'>, place?: Place): void
  /** Newest first, of the places that one may know of. */
  latest(limit: number, may?: MayKnow): RecentCall[]
  /** The time below which `share` of the calls since then were; `null` when there are none. */
  percentiles(sinceMs: number, shares: readonly number[], may?: MayKnow): (number | null)[]
}

type MayKnow = (place: Place) => boolean
const ALL: MayKnow = () => true

export function openRecentCalls(capacity = LATEST_CALLS): RecentCalls {
  const calls = openFairRing<{ seq: number; call: RecentCall; place: Place }>(capacity)
  let count = 0

  const latest = (limit: number, may = ALL): RecentCall[] => {
    const found = calls.after(-1).filter(({ place }) => may(place))
    return found
      .slice(-limit)
      .reverse()
      .map(({ call }) => call)
  }
  return {
    add(call, place = OF_INSTANCE) {
      const seq = count++
      calls.push({ seq, call: { ...call, seq }, place }, place.accountId ?? place.ownerId ?? '')
    },
    latest,
    percentiles(sinceMs, shares, may) {
      const times = latest(capacity, may)
        .filter(({ at, outcome }) => at >= sinceMs && outcome !== 'cancelled')
        .map(({ ms }) => ms)
        .sort((one, other) => one - other)
      return shares.map((share) => times[Math.ceil(times.length * share) - 1] ?? null)
    },
  }
}
