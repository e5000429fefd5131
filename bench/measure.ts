import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Scope, Target, TargetName } from './targets/target.ts'
import { median, type Numbers, type Prepared, type Workload } from './workloads/workload.ts'

export type Measured = {
  workload: string
  target: TargetName
  runs: Numbers[]
  /** Why there are no more runs, or none. */
  failure?: string
}

/** No target holds up the others for longer. */
const LIMIT_MS = 60_000

type Ready = { target: Target; prepared: Prepared; scope: Scope; measured: Measured }

/** One run of each target after the other, then again: what disturbs the machine disturbs all. */
export async function measure(
  workload: Workload,
  { targets, runs, folder }: { targets: readonly Target[]; runs: number; folder: string },
): Promise<Measured[]> {
  await using all = new AsyncDisposableStack()
  const wanted = targets.filter(({ name }) => workload.targets?.includes(name) ?? true)
  const measured: Measured[] = []
  let ready: Ready[] = []
  for (const target of wanted) {
    tell(`${workload.name}: ${target.name} starts`)
    const own = { workload: workload.name, target: target.name, runs: [] }
    measured.push(own)
    const stack = all.use(new AsyncDisposableStack())
    const scope = { stack, folder: join(folder, workload.name, target.name) }
    await mkdir(scope.folder, { recursive: true })
    const prepared = await tried(own, () => workload.prepare(target, scope))
    if (prepared) ready.push({ target, prepared, scope, measured: own })
    else await stack.disposeAsync()
  }
  const count = Math.min(runs, workload.maxRuns ?? runs)
  for (let run = 1; run <= count; run += 1) {
    tell(`${workload.name}: run ${run} of ${count}`)
    ready = await runEach(ready)
  }
  return measured
}

/** Resolves with those that are still good for another run. */
async function runEach(ready: readonly Ready[]): Promise<Ready[]> {
  const good: Ready[] = []
  for (const one of ready) {
    await using stack = new AsyncDisposableStack()
    const { prepared, scope, measured } = one
    const numbers = await tried(measured, () => prepared.run({ ...scope, stack }))
    if (numbers) {
      measured.runs.push(numbers)
      good.push(one)
    } else await scope.stack.disposeAsync()
  }
  return good
}

/** Resolves with nothing, and says so, where it fails or takes too long. */
async function tried<T>(measured: Measured, work: () => Promise<T>): Promise<T | undefined> {
  const late = Promise.withResolvers<never>()
  const words = `does not finish within ${LIMIT_MS / 1_000} s`
  const timer = setTimeout(() => late.reject(new Error(words)), LIMIT_MS)
  try {
    return await Promise.race([work(), late.promise])
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    measured.failure = reason === words ? reason : `fails: ${reason}`
    tell(`  ${measured.target} ${measured.failure}`)
    return undefined
  } finally {
    clearTimeout(timer)
  }
}

/** The median of all runs of each number; nothing where no run was good. */
export function medians({ runs }: Measured): Numbers {
  const names = Object.keys(runs[0] ?? {})
  return Object.fromEntries(
    names.map((name) => [name, median(runs.map((run) => run[name] ?? NaN))]),
  )
}

/** How it goes on, for whoever waits. */
export function tell(words: string): void {
  process.stderr.write(`${words}\n`)
}
