import { setTimeout as pause } from 'node:timers/promises'
import { DEBUGGABLE, openInspector } from '../inspector.ts'
import { mappingsOf, residentOf, type Mapping } from '../processes.ts'
import type { Running, Scope } from '../targets/target.ts'
import { callEcho, type Numbers, type Workload } from './workload.ts'

const CALLS = 100
const SETTLED_MS = 1_500

export const memory: Workload = {
  name: 'memory',
  about:
    `What the gateway's process is made of after ${CALLS} calls of one server, without garbage and ` +
    `without that server: the program and its libraries as files; what V8 has for its heaps, those of ` +
    `worker threads too, of which so much is used; code that it compiled; the memory of WebAssembly, ` +
    `which in ours is PostgreSQL; and what native code has taken beside that.`,
  units: {
    resident: 'MB',
    files: 'MB',
    'heaps of V8': 'MB',
    used: 'MB',
    'of workers': 'MB',
    code: 'MB',
    WebAssembly: 'MB',
    other: 'MB',
  },
  targets: ['direct-http', 'ours', 'mcp-hub', 'mcp-proxy'],
  maxRuns: 3,
  async prepare(target, scope) {
    const env = { ...scope.env, ...DEBUGGABLE }
    const served = [{ name: 's0', tools: 10 }]
    return { run: async (own) => look(await target.start(served, { ...own, env }), own) }
  },
}

async function look(running: Running, scope: Scope): Promise<Numbers> {
  const client = await running.connect()
  scope.stack.defer(() => client.vanish())
  const tool = running.tool('s0', 'echo')
  for (let call = 0; call < CALLS; call += 1) await callEcho(client, tool)
  await using inspector = await openInspector(running.pid, running.printed)
  await pause(SETTLED_MS)
  const main = await inspector.heap()
  const workers = await inspector.workers()
  const resident = await residentOf(running.pid)
  const maps = await mappingsOf(running.pid)
  const heaps = [main, ...workers]
  const sizes = heaps.map(({ wasm }) => wasm).filter((mb) => mb > 0)
  const of = (isMeant: (mapping: Mapping) => boolean) => {
    return maps.filter(isMeant).reduce((sum, mapping) => sum + mapping.resident, 0)
  }
  const files = of(({ name }) => name.startsWith('/'))
  const code = of(({ name, rights }) => name === '' && rights.includes('x'))
  const wasm = of(({ name, size }) => name === '' && sizes.some((mb) => Math.abs(mb - size) < 0.1))
  const reserved = heaps.reduce((sum, heap) => sum + heap.reserved, 0)
  return {
    ...{ resident, files, 'heaps of V8': reserved, used: main.used },
    'of workers': workers.reduce((sum, { used }) => sum + used, 0),
    ...{ code, WebAssembly: wasm, other: resident - files - code - wasm - reserved },
  }
}
