import { setTimeout as pause } from 'node:timers/promises'
import { wordsOf } from '../callers.ts'
import type { Gate } from '../gate.ts'
import { openRandom, pickWeighted } from '../random.ts'
import type { World } from '../world.ts'
import { CLIENT_FAULTS } from './clients.ts'
import { EDIT_FAULTS } from './edits.ts'
import type { Fault } from './fault.ts'
import { PROCESS_FAULTS } from './processes.ts'
import { SURROUNDING_FAULTS } from './surroundings.ts'
import { WORD_FAULTS } from './words.ts'

const PAUSES_MS = [100, 1_200] as const
const MOST_AT_ONCE = 6

const FAULTS: Fault[] = [
  ...PROCESS_FAULTS,
  ...WORD_FAULTS,
  ...CLIENT_FAULTS,
  ...EDIT_FAULTS,
  ...SURROUNDING_FAULTS,
]

export type Done = { counts: Map<string, number>; running: Set<string> }

/** One fault after the other, some of them at once, until the gate says that it is over. */
export async function runFaults(world: World, gate: Gate, done: Done): Promise<void> {
  const random = openRandom(world.seed)
  const on = world.databaseUrl === null ? 'PGlite' : 'PostgreSQL'
  const faults = FAULTS.filter((fault) => fault.on === undefined || fault.on === on)
  const busy = new Set<string>()

  async function run(fault: Fault, target: string): Promise<void> {
    const key = `${fault.name} of ${target}`
    busy.add(target)
    done.running.add(key)
    const own = openRandom(random.between(0, 2 ** 31))
    try {
      await fault.run({ world, random: own, target, name: fault.name })
    } catch (error) {
      world.ledger.violate(`the fault "${key}" could not be made: ${wordsOf(error)}`)
    } finally {
      busy.delete(target)
      done.running.delete(key)
    }
  }
  while (!gate.isOver()) {
    await gate.open()
    await pause(random.between(...PAUSES_MS))
    const fault = pickWeighted(faults, random)
    const target = random.pick(fault.targets)
    if (gate.isOver() || gate.isShut() || busy.has(target) || busy.size >= MOST_AT_ONCE) continue
    done.counts.set(fault.name, (done.counts.get(fault.name) ?? 0) + 1)
    void gate.during(run(fault, target))
  }
}
