import { setTimeout as pause } from 'node:timers/promises'
import { HTTP_VICTIM, sendSignal, VICTIMS } from '../world.ts'
import { disturbing, misbehave, order, processesOf, type Fault, type Hit } from './fault.ts'

const STEADY_VICTIMS = VICTIMS.filter((name) => name !== 'own')

async function signal({ world, target }: Hit, ...names: NodeJS.Signals[]): Promise<void> {
  const pids = await processesOf(world, target)
  for (const name of names) for (const pid of pids) sendSignal(pid, name)
}

async function stopped(hit: Hit): Promise<void> {
  const pids = await processesOf(hit.world, hit.target)
  for (const pid of pids) sendSignal(pid, 'SIGSTOP')
  await pause(hit.random.between(1_000, 8_000))
  // Those that were killed meanwhile are others by now.
  for (const pid of pids) sendSignal(pid, 'SIGCONT')
}

/** So much comes that the pipe is full while nobody reads. */
async function deaf(hit: Hit): Promise<void> {
  await misbehave(hit, 'deaf', { ms: hit.random.between(3_000, 8_000) })
  const data = 'f'.repeat(1_000_000)
  const sent = Array.from({ length: 8 }, () => order(hit.world, `${hit.target}__take`, { data }))
  await Promise.allSettled(sent)
}

/** What is done to processes of servers, and by them to themselves. */
export const PROCESS_FAULTS: Fault[] = [
  {
    ...{ name: 'kill', weight: 4, targets: VICTIMS },
    run: (hit) => disturbing(hit, () => signal(hit, 'SIGKILL')),
  },
  {
    ...{ name: 'stop', weight: 4, targets: VICTIMS },
    run: (hit) => disturbing(hit, () => stopped(hit)),
  },
  {
    ...{ name: 'stop, kill', weight: 1, targets: VICTIMS },
    run: (hit) => disturbing(hit, () => signal(hit, 'SIGSTOP', 'SIGKILL')),
  },
  {
    ...{ name: 'terminate', weight: 1, targets: VICTIMS },
    run: (hit) => disturbing(hit, () => signal(hit, 'SIGTERM')),
  },
  {
    ...{ name: 'exit', weight: 2, targets: STEADY_VICTIMS },
    run: (hit) => disturbing(hit, () => misbehave(hit, 'exit', { code: 1 })),
  },
  {
    ...{ name: 'exit halfway', weight: 2, targets: STEADY_VICTIMS },
    run: (hit) => disturbing(hit, () => misbehave(hit, 'halfway')),
  },
  {
    ...{ name: 'mute', weight: 1, targets: STEADY_VICTIMS },
    run: (hit) => disturbing(hit, () => misbehave(hit, 'mute')),
  },
  {
    ...{ name: 'block', weight: 2, targets: STEADY_VICTIMS },
    run: (hit) => {
      const ms = hit.random.between(500, 5_000)
      return disturbing(hit, () => misbehave(hit, 'block', { ms }))
    },
  },
  {
    ...{ name: 'full pipe', weight: 2, targets: STEADY_VICTIMS },
    run: (hit) => disturbing(hit, () => deaf(hit)),
  },
  {
    ...{ name: 'kill HTTP', weight: 2, targets: [HTTP_VICTIM] },
    run: (hit) =>
      disturbing(hit, async () => {
        await hit.world.web.end()
        await pause(hit.random.between(0, 3_000))
        await hit.world.web.start()
      }),
  },
  {
    ...{ name: 'stop HTTP', weight: 2, targets: [HTTP_VICTIM] },
    run: (hit) =>
      disturbing(hit, async () => {
        sendSignal(hit.world.web.pid(), 'SIGSTOP')
        await pause(hit.random.between(1_000, 8_000))
        sendSignal(hit.world.web.pid(), 'SIGCONT')
      }),
  },
  {
    ...{ name: 'HTTP answers', weight: 2, targets: [HTTP_VICTIM] },
    run: (hit) =>
      disturbing(hit, async () => {
        const ms = hit.random.between(500, 4_000)
        const fault = hit.random.pick(['silent', 'status', 'broken', 'garbage'])
        await misbehave(hit, 'http', { ms, fault })
        await pause(ms)
      }),
  },
]
