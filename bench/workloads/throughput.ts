import type { Client } from '../driver/client.ts'
import { cpuOf } from '../scale/processes.ts'
import { callEcho, openClients, type Workload } from './workload.ts'

const SESSIONS = 32
const MEASURED_MS = 2_000
const WARM_UP_MS = 3_000
/** Others were measured meanwhile: what they took from the caches comes back. */
const AGAIN_MS = 200

export const throughput: Workload = {
  name: 'throughput',
  about:
    `${SESSIONS} sessions, each calls one call after the other, for ${MEASURED_MS / 1_000} s. CPU is ` +
    `that of the gateway's process with all its threads, without its servers; of the server, where ` +
    `there is no gateway.`,
  units: { 'calls/s': '', 'CPU of a call': 'ms' },
  compared: ['calls/s', 'CPU of a call'],
  async prepare(target, scope) {
    const running = await target.start([{ name: 's0', tools: 10 }], scope)
    const clients = await openClients(running, { count: SESSIONS, scope })
    const tool = running.tool('s0', 'echo')
    await callAll(clients, tool, WARM_UP_MS)
    return {
      async run() {
        await callAll(clients, tool, AGAIN_MS)
        const cpuBefore = await cpuOf(running.pid)
        const begun = performance.now()
        const calls = await callAll(clients, tool, MEASURED_MS)
        const seconds = (performance.now() - begun) / 1_000
        const cpu = (await cpuOf(running.pid)) - cpuBefore
        return { 'calls/s': calls / seconds, 'CPU of a call': cpu / calls }
      },
    }
  },
}

/** Resolves with how many calls were answered. */
async function callAll(clients: readonly Client[], tool: string, ms: number): Promise<number> {
  const until = performance.now() + ms
  let calls = 0
  const one = async (client: Client) => {
    while (performance.now() < until) {
      await callEcho(client, tool)
      calls += 1
    }
  }
  await Promise.all(clients.map(one))
  return calls
}
