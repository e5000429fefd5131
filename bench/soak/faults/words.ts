import { setTimeout as pause } from 'node:timers/promises'
import { HTTP_VICTIM, VICTIMS } from '../world.ts'
import { disturbing, misbehave, type Fault, type Hit } from './fault.ts'

const TALKERS = VICTIMS.filter((name) => name !== 'own')

/** Nothing of this may fail a call: it is only told, and what follows is told apart. */
const told = (how: string, args: (hit: Hit) => Record<string, number>) => (hit: Hit) =>
  misbehave(hit, how, args(hit))

/** What servers say that nobody wants to hear. */
export const WORD_FAULTS: Fault[] = [
  { name: 'garbage', weight: 2, targets: TALKERS, run: told('garbage', () => ({})) },
  {
    ...{ name: 'doubled answers', weight: 2, targets: [...TALKERS, HTTP_VICTIM] },
    async run(hit) {
      await misbehave(hit, 'doubled', { ms: 3_000 })
      await pause(3_000)
    },
  },
  {
    ...{ name: 'unknown answers', weight: 2, targets: TALKERS },
    run: told('unknown', ({ random }) => ({ count: random.between(1, 500) })),
  },
  {
    ...{ name: 'flood of messages', weight: 1, targets: TALKERS },
    // Others wait meanwhile, and nothing else.
    run: (hit) => disturbing(hit, () => misbehave(hit, 'flood', { count: 10_000 })),
  },
  {
    ...{ name: 'flood of progress', weight: 1, targets: TALKERS },
    run: (hit) => disturbing(hit, () => misbehave(hit, 'progress', { count: 10_000 })),
  },
  {
    ...{ name: 'flood of stderr', weight: 1, targets: TALKERS },
    run: told('stderr', ({ random }) => ({ bytes: random.between(1_000, 5_000_000) })),
  },
  {
    ...{ name: 'other lists', weight: 2, targets: TALKERS },
    async run(hit) {
      await misbehave(hit, 'lists', { count: 25 })
      await pause(1_000)
    },
  },
]
