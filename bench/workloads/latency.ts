import { atShare, callEcho, median, type Workload } from './workload.ts'

const CALLS = 1_000
const WARM_UP_CALLS = 3_000
/** Others were measured meanwhile: what they took from the caches comes back. */
const AGAIN_CALLS = 100

export const latency: Workload = {
  name: 'latency',
  about: `One session, ${CALLS} calls one after the other.`,
  units: { p50: 'ms', p99: 'ms' },
  compared: ['p50', 'p99'],
  async prepare(target, scope) {
    const running = await target.start([{ name: 's0', tools: 10 }], scope)
    const client = await running.connect()
    scope.stack.defer(() => client.vanish())
    const tool = running.tool('s0', 'echo')
    for (let call = 0; call < WARM_UP_CALLS; call += 1) await callEcho(client, tool)
    return {
      async run() {
        for (let call = 0; call < AGAIN_CALLS; call += 1) await callEcho(client, tool)
        const times: number[] = []
        for (let call = 0; call < CALLS; call += 1) times.push((await callEcho(client, tool)).ms)
        return { p50: median(times), p99: atShare(times, 0.99) }
      },
    }
  },
}
