import type { MinuteOfCalls } from '../../../../shared/activity.ts'

/** More bars than this are too thin to point at. */
const MOST_BARS = 60

export type Bucket = {
  /** Its beginning, in ms since 1970. */
  at: number
  ok: number
  failed: number
}

/** Some minutes each, so that all fit beside each other; with how many minutes one stands for. */
export function bucketsOf(minutes: readonly MinuteOfCalls[]): { width: number; buckets: Bucket[] } {
  const width = Math.max(1, Math.ceil(minutes.length / MOST_BARS))
  // From the newest on: the last bucket is whole, the first may be short.
  const first = minutes.length % width
  const starts = Array.from(
    { length: Math.ceil(minutes.length / width) },
    (_, index) => index * width - (first === 0 ? 0 : width - first),
  )
  const buckets = starts.map((start) => {
    const part = minutes.slice(Math.max(0, start), start + width)
    const calls = part.reduce((sum, one) => sum + one.calls, 0)
    const failed = part.reduce((sum, one) => sum + one.failed, 0)
    return { at: part[0]?.at ?? 0, ok: calls - failed, failed }
  })
  return { width, buckets }
}
