import type { ServerProblem } from '../../../shared/server-problem.ts'
import type { ServerState } from '../../../shared/server.ts'
import type { Connection } from './connection.ts'
import type { Start } from './start.ts'

export type SharedStatus = {
  state: ServerState
  /** Why it failed, in words a person can act on; no secrets. */
  error: string | null
  /** The same in facts; kept from a failure until it runs again. */
  problem: ServerProblem | null
  pid: number | null
  /** When the start of this connection began, in ms since 1970. */
  startedAt: number | null
  /** How long that start took. */
  startMs: number | null
  /** How long the last start took that came to its end; `null` before the first. */
  lastStartMs: number | null
  /** When it is tried again by itself, in ms since 1970. */
  retryAt: number | null
}

/** Where the one shared connection of a server stands. */
export type Slot =
  | { state: 'disabled' | 'stopped' | 'removed' }
  /** `dueAt`: the same by `performance.now()`, which goes on evenly where the time of day jumps. */
  | { state: 'failed'; reason: string; retryAt: number; dueAt: number }
  | { state: 'starting'; start: Start; ready: Promise<Connection>; startedAt: number }
  | { state: 'running'; start: Start; connection: Connection; startedAt: number; startMs: number }

/** What is known beside where it stands. */
type Memory = Pick<SharedStatus, 'problem' | 'lastStartMs'> & { isRetried: boolean }

export function statusOf(slot: Slot, { problem, lastStartMs, isRetried }: Memory): SharedStatus {
  const nothing = {
    ...{ error: null, problem, pid: null, startedAt: null },
    ...{ startMs: null, lastStartMs, retryAt: null },
  }
  switch (slot.state) {
    case 'removed':
      return { ...nothing, state: 'stopped' }
    case 'failed': {
      const { state, reason: error, retryAt } = slot
      return { ...nothing, state, error, retryAt: isRetried ? retryAt : null }
    }
    case 'starting':
      return { ...nothing, state: 'starting', startedAt: slot.startedAt }
    case 'running': {
      const { state, connection, startedAt, startMs } = slot
      return { ...nothing, state, pid: connection.pid, startedAt, startMs }
    }
    case 'disabled':
    case 'stopped':
      return { ...nothing, state: slot.state }
  }
}

/** What went wrong with a server lately, for people. */
export interface Trouble {
  /** Since the last time it ran. */
  readonly problem: ServerProblem | null
  /** `hadRun`: it was up before; one that does so again and again has a problem of its own. */
  add(problem: ServerProblem, when: { hadRun: boolean; retryAt: number }): void
  /** It runs. How often it stopped is not forgotten. */
  runs(): void
  reset(): void
}

const MINUTE_MS = 60_000
const OFTEN = 3

export function openTrouble(): Trouble {
  let problem: ServerProblem | null = null
  let stops: number[] = []
  return {
    get problem() {
      return problem
    },
    add(next, { hadRun, retryAt }) {
      const now = Date.now()
      stops = stops.filter((at) => now - at < MINUTE_MS)
      if (hadRun) stops.push(now)
      const times = stops.length
      const isOften = hadRun && times >= OFTEN && next.code === 'exited'
      problem = isOften ? { code: 'stops-often', times, retryAt, lastLine: next.lastLine } : next
    },
    runs() {
      problem = null
    },
    reset() {
      problem = null
      stops = []
    },
  }
}
