import { medians, type Measured } from './measure.ts'
import type { Table } from './tables.ts'
import { COMPARED, number } from './tables.ts'
import { PEERS } from './targets/peers.ts'

type Limit = { atMost: number } | { atLeast: number } | { below: number }

/**
 * What is wanted of ours. `of`: a number of a workload; by itself, or as so many times that of direct
 * HTTP or of the fastest peer. All runs must be so where `isEachRun`, else their median.
 */
type Goal = Limit & {
  words: string
  of: readonly [workload: string, name: string]
  by?: 'direct HTTP' | 'the fastest peer'
  isEachRun?: boolean
}

const LATENCY = ['latency', 'p50'] as const
const CALLS = ['throughput', 'calls/s'] as const

const GOALS: readonly Goal[] = [
  { words: 'latency: p50', of: LATENCY, by: 'direct HTTP', atMost: 0.9 },
  { words: 'latency: p50', of: LATENCY, by: 'the fastest peer', atMost: 0.8 },
  { words: 'throughput: calls/s', of: CALLS, by: 'direct HTTP', atLeast: 1.5 },
  { words: 'throughput: calls/s', of: CALLS, by: 'the fastest peer', atLeast: 2 },
  { words: 'throughput: ms of CPU of a call', of: ['throughput', 'CPU of a call'], atMost: 0.08 },
  { words: 'many-tools: p50', of: ['many-tools', 'p50'], by: 'the fastest peer', below: 1 },
  { words: 'start: ms until ready', of: ['start', 'ready'], atMost: 1_500 },
  { words: 'start: ms from there to the first list', of: ['start', 'list'], atMost: 100 },
  { words: 'start: servers started by then', of: ['start', 'servers'], isEachRun: true, atMost: 0 },
  // One run differs from the next by more than that where others use the machine: it is the noise.
  { words: 'faults: a call beside faults ÷ without', of: ['faults', '÷ call'], atMost: 1.15 },
  { words: 'faults: a list beside faults ÷ without', of: ['faults', '÷ list'], atMost: 1.15 },
  { words: 'payload-1: p50', of: ['payload-1', 'p50'], by: 'direct HTTP', atMost: 2.5 },
  {
    words: 'payload-10: is answered; ms',
    of: ['payload-10', 'p50'],
    isEachRun: true,
    below: 60_000,
  },
  { words: 'progress: of 200, came', of: ['progress', 'came'], isEachRun: true, atLeast: 200 },
  { words: 'progress: in order', of: ['progress', 'in order'], isEachRun: true, atLeast: 200 },
  {
    words: 'sessions: processes of 20 servers',
    of: ['sessions', 'children'],
    isEachRun: true,
    atMost: 20,
  },
  {
    words: 'sessions: the same after 600',
    of: ['sessions', 'children after'],
    isEachRun: true,
    atMost: 20,
  },
  { words: 'sessions: heap after 600 ÷ before', of: ['sessions', '÷ heap'], atMost: 1.05 },
  { words: 'crash: next call ÷ start of the server', of: ['crash', '÷ start'], atMost: 2 },
  { words: 'idle: MB for 100 sessions', of: ['idle', 'per 100 sessions'], atMost: 5 },
]

/** `isMet`: undefined where what it is compared with was not measured. */
export type Judged = { goal: Goal; value: number | undefined; isMet: boolean | undefined }

/** Those of the workloads that were measured; what failed is not met. */
export function judge(measured: readonly Measured[]): Judged[] {
  return GOALS.flatMap((goal): Judged[] => {
    const of = measured.filter(({ workload }) => workload === goal.of[0])
    const ours = of.find(({ target }) => target === 'ours')
    if (!ours) return []
    if (ours.failure !== undefined) return [{ goal, value: undefined, isMet: false }]
    const base = baseOf(goal, of)
    if (base === undefined) return [{ goal, value: undefined, isMet: undefined }]
    const value = ownValue(goal, ours) / base
    return [{ goal, value, isMet: isWithin(goal, value) }]
  })
}

function isWithin(limit: Limit, value: number): boolean {
  if ('atMost' in limit) return value <= limit.atMost
  return 'below' in limit ? value < limit.below : value >= limit.atLeast
}

function ownValue({ of: [, name], isEachRun, ...limit }: Goal, ours: Measured): number {
  if (!isEachRun) return medians(ours)[name] ?? NaN
  const values = ours.runs.map((run) => run[name] ?? NaN)
  return 'atLeast' in limit ? Math.min(...values) : Math.max(...values)
}

/** What ours is divided by. */
function baseOf({ of: [, name], by, ...limit }: Goal, measured: readonly Measured[]) {
  if (by === undefined) return 1
  const isCompared = ({ target }: Measured) => {
    return by === 'direct HTTP' ? target === COMPARED : target in PEERS
  }
  const values = measured.filter(isCompared).flatMap((one) => medians(one)[name] ?? [])
  if (values.length === 0) return undefined
  return 'atLeast' in limit ? Math.max(...values) : Math.min(...values)
}

export function tableOfGoals(judged: readonly Judged[]): Table {
  const rows = judged.map(({ goal, value, isMet }) => {
    const times = goal.by === undefined ? '' : ' ×'
    const of = goal.by === undefined ? '' : ` ${goal.by}`
    const measured = isMet === undefined ? 'nothing to compare with' : 'fails'
    const cell = value === undefined ? measured : `${number(value)}${times}`
    const met = isMet === undefined ? '' : isMet ? 'yes' : 'no'
    return [goal.words, `${limitOf(goal)}${times}${of}`, cell, met]
  })
  return { head: ['goal', 'limit', 'measured', 'met'], rows }
}

function limitOf(limit: Limit): string {
  if ('atMost' in limit) return `at most ${limit.atMost}`
  return 'below' in limit ? `below ${limit.below}` : `at least ${limit.atLeast}`
}
