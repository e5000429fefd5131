import { setTimeout as pause } from 'node:timers/promises'
import { DEBUGGABLE, openInspector } from '../inspector.ts'
import { residentOf, serversBelow } from '../processes.ts'
import type { Running, Scope } from '../targets/target.ts'
import { callEcho, type Numbers, type Workload } from './workload.ts'

const SERVERS = 20
const SERVED = Array.from({ length: SERVERS }, (_, index) => ({ name: `s${index}`, tools: 5 }))
const SESSIONS = 50
const CLOSED = 500
const ABANDONED = 100
/** The log of calls is written within a second. */
const SETTLED_MS = 1_500

export const sessions: Workload = {
  name: 'sessions',
  about:
    `${SESSIONS} sessions on ${SERVERS} servers, which each of them calls: how many processes of ` +
    `servers there are. Then ${CLOSED} sessions are opened, call and are closed, and ${ABANDONED} are ` +
    `abandoned: processes then, and the heap of the main thread without garbage, before and after.`,
  units: { children: '', 'children after': '', heap: 'MB', 'heap after': 'MB', resident: 'MB' },
  targets: ['ours', 'mcp-hub', 'mcp-proxy', 'supergateway'],
  maxRuns: 3,
  async prepare(target, scope) {
    const env = { ...scope.env, ...DEBUGGABLE }
    return { run: async (own) => look(await target.start(SERVED, { ...own, env }), own) }
  },
}

async function look(running: Running, scope: Scope): Promise<Numbers> {
  await comeAndGo(running, SESSIONS, (index) => index < 0)
  const staying = []
  for (let count = 0; count < SESSIONS; count += 1) {
    const client = await running.connect()
    scope.stack.defer(() => client.vanish())
    staying.push(client)
  }
  for (let server = 0; server < SERVERS; server += 1) {
    const tool = running.tool(`s${server}`, 'echo')
    await Promise.all(staying.map((client) => callEcho(client, tool)))
  }
  const children = await serversBelow(running.pid)
  await using inspector = await openInspector(running.pid, running.printed)
  await pause(SETTLED_MS)
  const heap = (await inspector.heap()).used
  const resident = await residentOf(running.pid)
  await comeAndGo(running, CLOSED, () => true)
  await comeAndGo(running, ABANDONED, () => false)
  await pause(SETTLED_MS)
  const heapAfter = (await inspector.heap()).used
  return {
    ...{ children, 'children after': await serversBelow(running.pid) },
    ...{ heap, 'heap after': heapAfter, '÷ heap': heapAfter / heap, resident },
    'resident after': await residentOf(running.pid),
  }
}

async function comeAndGo(
  running: Running,
  count: number,
  isClosed: (index: number) => boolean,
): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const client = await running.connect()
    await callEcho(client, running.tool('s0', 'echo'))
    if (isClosed(index)) await client.close()
    client.vanish()
  }
}
