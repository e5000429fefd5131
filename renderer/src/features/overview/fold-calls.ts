import type { RecentCall } from '../../../../shared/activity.ts'

/** Calls of one kind, one right after the other, as one line. */
export type FoldedCalls = {
  /** The newest of them. */
  last: RecentCall
  count: number
  fastestMs: number
  slowestMs: number
}

/** `calls` are newest first, and so are the lines; the same call again and again is one. */
export function foldCalls(calls: readonly RecentCall[], most: number): FoldedCalls[] {
  const lines: FoldedCalls[] = []
  for (const call of calls) {
    const line = lines.at(-1)
    if (line && isAlike(line.last, call)) {
      line.count++
      line.fastestMs = Math.min(line.fastestMs, call.ms)
      line.slowestMs = Math.max(line.slowestMs, call.ms)
    } else if (lines.length === most) return lines
    else lines.push({ last: call, count: 1, fastestMs: call.ms, slowestMs: call.ms })
  }
  return lines
}

function isAlike(one: RecentCall, other: RecentCall): boolean {
  return (
    one.clientId === other.clientId &&
    one.endpoint === other.endpoint &&
    one.name === other.name &&
    one.outcome === other.outcome &&
    one.error === other.error
  )
}
