import { setTimeout as pause } from 'node:timers/promises'
import { DEBUGGABLE, openInspector } from '../inspector.ts'
import { residentOf } from '../processes.ts'
import type { Running, Scope } from '../targets/target.ts'
import type { Numbers, Workload } from './workload.ts'

const SESSIONS = 1_000
const SETTLED_MS = 1_500

export const idle: Workload = {
  name: 'idle',
  about:
    `${SESSIONS} sessions that were opened and say nothing, with no connection but the stream that ` +
    `HTTP+SSE needs; memory without garbage, of the gateway's process alone. Supergateway is left out: ` +
    `it has a process for each session.`,
  units: { resident: 'MB', 'per 100 sessions': 'MB', heap: 'MB', 'heap per 100': 'MB' },
  targets: ['direct-http', 'ours', 'mcp-hub', 'mcp-proxy'],
  maxRuns: 3,
  async prepare(target, scope) {
    const env = { ...scope.env, ...DEBUGGABLE }
    const served = [{ name: 's0', tools: 10 }]
    return { run: async (own) => look(await target.start(served, { ...own, env }), own) }
  },
}

async function look(running: Running, scope: Scope): Promise<Numbers> {
  await open(running, { count: 20, scope })
  await using inspector = await openInspector(running.pid, running.printed)
  await pause(SETTLED_MS)
  const before = await inspector.heap()
  const resident = await residentOf(running.pid)
  await open(running, { count: SESSIONS, scope })
  await pause(SETTLED_MS)
  const after = await inspector.heap()
  const perHundred = (mb: number) => (mb / SESSIONS) * 100
  return {
    resident,
    'per 100 sessions': perHundred((await residentOf(running.pid)) - resident),
    ...{ heap: before.used, 'heap per 100': perHundred(after.used - before.used) },
  }
}

async function open(running: Running, { count, scope }: { count: number; scope: Scope }) {
  for (let index = 0; index < count; index += 1) {
    const client = await running.connect()
    client.rest()
    scope.stack.defer(() => client.vanish())
  }
}
