import { LATEST_CALLS, type RecentCall } from '../../../shared/activity.ts'

/** The newest calls, one by one. */
export interface RecentCalls {
  add(call: Omit<RecentCall, 'seq'>): void
  /** Newest first. */
  latest(limit: number): RecentCall[]
  /** The time below which `share` of the calls since then were; `null` when there are none. */
  percentiles(sinceMs: number, shares: readonly number[]): (number | null)[]
}

export function openRecentCalls(capacity = LATEST_CALLS): RecentCalls {
  const calls: RecentCall[] = []
  let count = 0

  const latest = (limit: number): RecentCall[] => {
    const length = Math.min(limit, calls.length)
    return Array.from({ length }, (_, index) => calls[(count - 1 - index) % capacity]).filter(
      (call) => call !== undefined,
    )
  }
  return {
    add(call) {
      calls[count % capacity] = { seq: count, ...call }
      count++
    },
    latest,
    percentiles(sinceMs, shares) {
      const times = latest(capacity)
        .filter(({ at, outcome }) => at >= sinceMs && outcome !== 'cancelled')
        .map(({ ms }) => ms)
        .sort((one, other) => one - other)
      return shares.map((share) => times[Math.ceil(times.length * share) - 1] ?? null)
    },
  }
}
