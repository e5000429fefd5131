import { rm } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { Agent, setGlobalDispatcher } from 'undici'
import { familyOf, openHeap } from './scale/processes.ts'
import { runCallers, within } from './soak/callers.ts'
import { runFaults, type Done } from './soak/faults/run.ts'
import { openGate, type Gate } from './soak/gate.ts'
import { readOptions, USAGE, type SoakOptions } from './soak/options.ts'
import { report, type Slope } from './soak/report.ts'
import { lookAt, lookQuietly, slopeOf, type Figure, type Sample } from './soak/samples.ts'
import { checkEnd, checkFiles, checkLog, checkRecords, checkServers } from './soak/settle.ts'
import { openWorld, sendSignal, type World } from './soak/world.ts'

const SAMPLE_MS = 10_000
const CALM_MS = 60_000
/** What is written or closed a moment later is by then. */
const BREATH_MS = 3_000
/** Quiet moments and what is looked at in the end, at their longest. */
const AFTERWARDS_MS = 20 * 60_000
const WARM_UP_S = 180
/** What was seen for a shorter time, once warm, says nothing of slopes. */
const JUDGED_S = 8 * 60
/** Nor of memory that is resident, which the allocator gives back when it likes. */
const JUDGED_RESIDENT_S = 15 * 60

type Heap = Awaited<ReturnType<typeof openHeap>>
type Run = { world: World; gate: Gate; heap: Heap; done: Done; options: SoakOptions }

/** Calls and faults for so long; returns the exit code, 1 where anything was not as it has to be. */
export async function soak(args: string[]): Promise<number> {
  const options = readOptions(args)
  if (!options) {
    process.stderr.write(USAGE)
    return 2
  }
  const database = options.isPostgres ? 'PostgreSQL' : 'PGlite'
  process.stdout.write(`Seed ${options.seed}, ${options.minutes} min, on ${database}\n`)
  // Connections that nobody uses are soon gone, so that files can be counted.
  setGlobalDispatcher(new Agent({ keepAliveTimeout: 1_000, keepAliveMaxTimeout: 1_000 }))
  await using made = new AsyncDisposableStack()
  const world = await openWorld(made, options)
  const heap = made.use(await openHeap(world.program))
  const gate = openGate()
  made.defer(endInTime(world, gate, options.minutes * 60_000 + AFTERWARDS_MS))
  const done: Done = { counts: new Map(), running: new Set() }
  await run({ world, gate, heap, done, options })
  return world.ledger.read().violated === 0 ? 0 : 1
}

/**
 * The first signal ends calls and faults, and what follows is looked at as ever; the second one, or
 * too long a time, ends all there is. Returns how to take this back.
 */
function endInTime({ program, folder }: World, gate: Gate, ms: number): () => void {
  const giveUp = async (words: string) => {
    process.stderr.write(`${words}\n`)
    // One that is stopped would stay for ever.
    for (const pid of await familyOf(program.pid)) sendSignal(pid, 'SIGKILL')
    await rm(folder, { recursive: true, force: true })
    process.exit(1)
  }
  const stop = () => (gate.isOver() ? void giveUp('Broken off') : gate.end())
  const timer = setTimeout(() => void giveUp('It did not come to its end in time'), ms)
  process.on('SIGINT', stop).on('SIGTERM', stop)
  return () => {
    clearTimeout(timer)
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}

async function run(own: Run): Promise<void> {
  const { world, gate, heap, done, options } = own
  await checkServers(world)
  const quiet = [await lookQuietly(world, heap)]
  const loaded: Sample[] = []
  const calls = runCallers(world, gate, options.clients)
  const faults = runFaults(world, gate, done)
  await watch(own, quiet, loaded)
  gate.end()
  await faults
  const isOver = await within(120_000, calls).then(
    () => true,
    () => false,
  )
  if (!isOver) world.ledger.violate('clients did not come to an end')
  await deleteAbandoned(world)
  await checkServers(world)
  await checkFiles(world, quiet)
  await pause(BREATH_MS)
  quiet.push(await lookQuietly(world, heap))
  const log = await checkLog(world)
  const slopes = judgeSlopes(world, quiet)
  // A process to which a debugger is connected does not end.
  heap[Symbol.dispose]()
  const endedMs = await checkEnd(world)
  const recorded = await checkRecords(world)
  for (const { value } of world.ledger.open()) world.ledger.violate(`still open: ${value}`)
  report(world, options, {
    faults: done.counts,
    quiet,
    loaded,
    slopes,
    log,
    recorded,
    endedMs,
  })
}

async function deleteAbandoned({ abandoned }: World): Promise<void> {
  const all = abandoned.splice(0)
  await Promise.allSettled(all.map((caller) => caller.close()))
}

/** Samples all along, a line each minute, and from time to time a moment in which all waits. */
async function watch({ world, gate, heap, done, options }: Run, quiet: Sample[], loaded: Sample[]) {
  const { ledger } = world
  const until = ledger.seconds() + options.minutes * 60
  const everyS = Math.min(120, Math.max(40, (options.minutes * 60) / 14))
  let told = ledger.seconds()
  let looked = ledger.seconds()
  while (ledger.seconds() < until && !gate.isOver()) {
    await Promise.race([pause(SAMPLE_MS), gate.over()])
    loaded.push(await lookAt(world))
    if (ledger.seconds() - looked >= everyS && ledger.seconds() < until) {
      if (await gate.shut(CALM_MS)) {
        await deleteAbandoned(world)
        await pause(BREATH_MS)
        quiet.push(await lookQuietly(world, heap))
      } else process.stdout.write(`no quiet: ${[...done.running].join(', ')}\n`)
      gate.reopen()
      looked = ledger.seconds()
    }
    if (ledger.seconds() - told < 60) continue
    told = ledger.seconds()
    const { asked, violated } = ledger.read()
    const count = [...done.counts.values()].reduce((sum, one) => sum + one, 0)
    const words = `${asked} calls, ${count} faults, ${violated} violations`
    process.stdout.write(`${(told / 60).toFixed(0)} min: ${words}\n`)
  }
}

function judgeSlopes(world: World, quiet: readonly Sample[]): Slope[] {
  // Caches, and the database's memory, fill while calls go on: a leak goes on after that.
  const warmAt = Math.max(WARM_UP_S, (quiet.at(-1)?.seconds ?? 0) / 3)
  const warm = quiet.filter(({ seconds }) => seconds > warmAt)
  const seenS = (warm.at(-1)?.seconds ?? 0) - (warm[0]?.seconds ?? 0)
  const of = (words: string, key: Figure, most: number): Slope => {
    const perMinute = slopeOf(warm, key)
    const isJudged = seenS >= (key === 'rss' ? JUDGED_RESIDENT_S : JUDGED_S)
    if (isJudged && perMinute > most) {
      world.ledger.violate(`${words} grow by ${perMinute.toFixed(3)} a minute`)
    }
    return { words, perMinute, most, isJudged }
  }
  const [first, last] = [warm[0]?.heap, warm.at(-1)?.heap]
  if (seenS >= JUDGED_S && first !== undefined && last !== undefined && last > first * 1.05 + 2) {
    world.ledger.violate(`${last.toFixed(1)} MB of heap at the end, ${first.toFixed(1)} once warm`)
  }
  return [
    of('MB of heap', 'heap', 0.25),
    of('MB resident', 'rss', 1),
    of('open files', 'fds', 1),
    of('children', 'children', 0.5),
  ]
}
