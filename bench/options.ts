import { parseArgs } from 'node:util'
import { ALL_TARGETS } from './targets/all.ts'
import type { Target } from './targets/target.ts'
import { ALL_WORKLOADS } from './workloads/all.ts'
import type { Workload } from './workloads/workload.ts'

const MIN_RUNS = 5

export type Options = {
  workloads: readonly Workload[]
  targets: readonly Target[]
  runs: number
  /** All that there is, often enough: worth a page of its own. */
  isWhole: boolean
  isWritten: boolean
}

/** What others are compared with: measured in the same run, whatever else is asked for. */
const ALWAYS = ['direct-stdio', 'direct-http']

export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      targets: { type: 'string' },
      runs: { type: 'string', default: String(MIN_RUNS) },
      write: { type: 'boolean', default: false },
    },
  })
  const runs = Number(values.runs)
  if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs takes a number from 1 up')
  const workloads = named(ALL_WORKLOADS, values.only)
  const wanted = values.targets === undefined ? undefined : `${ALWAYS.join()},${values.targets}`
  const targets = named(ALL_TARGETS, wanted)
  const isWhole = !values.only && !values.targets && runs >= MIN_RUNS
  return { workloads, targets, runs, isWhole, isWritten: isWhole || values.write }
}

function named<T extends { name: string }>(
  all: readonly T[],
  list: string | undefined,
): readonly T[] {
  if (list === undefined) return all
  const names = new Set(list.split(','))
  const known = all.map(({ name }) => name)
  for (const name of names) {
    if (!known.includes(name)) throw new Error(`${name} is none of: ${known.join(', ')}`)
  }
  return all.filter(({ name }) => names.has(name))
}
