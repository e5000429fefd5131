import type { LoggedCall } from '../../../../shared/calls.ts'

/** Calls of one kind, one right after the other, as one line. */
export type FoldedCalls = {
  /** The newest of them. */
  last: LoggedCall
  ids: number[]
  fastestMs: number
  slowestMs: number
}

/**
 * `calls` are newest first, and so are the lines; the same call again and again is one, unless each
 * is to have its own.
 */
export function foldCalls(calls: readonly LoggedCall[], isFolded = true): FoldedCalls[] {
  const lines: FoldedCalls[] = []
  for (const call of calls) {
    const line = lines.at(-1)
    if (isFolded && line && isAlike(line.last, call)) {
      line.ids.push(call.id)
      line.fastestMs = Math.min(line.fastestMs, call.ms)
      line.slowestMs = Math.max(line.slowestMs, call.ms)
    } else lines.push({ last: call, ids: [call.id], fastestMs: call.ms, slowestMs: call.ms })
  }
  return lines
}

const ALIKE = ['client', 'endpoint', 'server', 'method', 'name', 'outcome', 'error'] as const

function isAlike(one: LoggedCall, other: LoggedCall): boolean {
  return ALIKE.every((key) => one[key] === other[key])
}
