import { COUNTED_MINUTES, type MinuteOfCalls } from '../../../shared/activity.ts'

const MINUTE_MS = 60_000
const SECOND_MS = 1_000

/** Counts of calls by the minute for a day, and by the second for a minute: a few fixed arrays. */
export interface CallCounts {
  add(atMs: number, failed: boolean): void
  /** The last `minutes`, the one that runs included, oldest first. */
  minutes(count: number, nowMs: number): MinuteOfCalls[]
  /** Of the last 60 seconds. */
  lastMinute(nowMs: number): number
}

/** Those of several, minute by minute. */
export function sumOf(
  all: MinuteOfCalls[][],
  { count, now }: { count: number; now: number },
): MinuteOfCalls[] {
  const [first = openCallCounts().minutes(count, now), ...others] = all
  return first.map(({ at, calls, failed }, index) => {
    const add = (key: 'calls' | 'failed') =>
      others.reduce((sum, one) => sum + (one[index]?.[key] ?? 0), 0)
    return { at, calls: calls + add('calls'), failed: failed + add('failed') }
  })
}

export function openCallCounts(): CallCounts {
  // A place is reused after a day or a minute: it counts only while its own time is in it.
  const minuteOf = new Float64Array(COUNTED_MINUTES)
  const calls = new Uint32Array(COUNTED_MINUTES)
  const failures = new Uint32Array(COUNTED_MINUTES)
  const secondOf = new Float64Array(60)
  const perSecond = new Uint32Array(60)

  return {
    add(atMs, failed) {
      const minute = Math.floor(atMs / MINUTE_MS)
      const place = minute % COUNTED_MINUTES
      if (minuteOf[place] !== minute) {
        minuteOf[place] = minute
        calls[place] = 0
        failures[place] = 0
      }
      calls[place] = (calls[place] ?? 0) + 1
      if (failed) failures[place] = (failures[place] ?? 0) + 1
      const second = Math.floor(atMs / SECOND_MS)
      const seat = second % 60
      if (secondOf[seat] !== second) perSecond[seat] = 0
      secondOf[seat] = second
      perSecond[seat] = (perSecond[seat] ?? 0) + 1
    },
    minutes(count, nowMs) {
      const length = Math.min(count, COUNTED_MINUTES)
      const first = Math.floor(nowMs / MINUTE_MS) - length + 1
      return Array.from({ length }, (_, index) => {
        const minute = first + index
        const place = minute % COUNTED_MINUTES
        const isThere = minuteOf[place] === minute
        return {
          at: minute * MINUTE_MS,
          calls: isThere ? (calls[place] ?? 0) : 0,
          failed: isThere ? (failures[place] ?? 0) : 0,
        }
      })
    },
    lastMinute(nowMs) {
      const now = Math.floor(nowMs / SECOND_MS)
      return perSecond.reduce((sum, count, seat) => {
        return now - (secondOf[seat] ?? 0) < 60 ? sum + count : sum
      }, 0)
    },
  }
}
