import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import type { HeadlessProcess } from '../../electron/core/testing/headless-process.ts'

/** What Linux says of a process, in /proc; one that has ended has used nothing. */

/** CPU of all its threads so far, in ms. */
export async function cpuOf(pid: number): Promise<number> {
  let ns = 0
  for (const thread of await readdir(`/proc/${pid}/task`).catch(() => [])) {
    const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0')
    ns += Number(text.split(' ')[0])
  }
  return ns / 1e6
}

/** Its part of physical memory, in MB: what it shares with others is divided among them. */
export async function memoryOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')
  return Number(/^Pss: +(\d+) kB$/m.exec(text)?.[1] ?? 0) / 1024
}

/** 0 for one that has ended. */
export async function parentOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // A name may hold spaces and brackets.
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1] ?? 0)
}

export async function childrenOf(pid: number): Promise<number[]> {
  const all = (await readdir('/proc')).map(Number).filter(Number.isInteger)
  const parents = await Promise.all(all.map(parentOf))
  return all.filter((_, index) => parents[index] === pid)
}

/** Program and arguments. */
export async function commandOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  return text.replaceAll('\0', ' ')
}

/** With the children of children. */
export async function familyOf(pid: number): Promise<number[]> {
  const children = await childrenOf(pid)
  return [pid, ...(await Promise.all(children.map(familyOf))).flat()]
}

/**
 * CPU of a PostgreSQL server with all its processes so far, in ms, by the id of one of them. What one
 * that has ended used since it was looked at last is not known.
 */
export async function openServerCpu(backend: number): Promise<() => Promise<number>> {
  const server = await parentOf(backend)
  const seen = new Map<number, number>()
  let total = 0
  return async () => {
    for (const pid of [server, ...(await childrenOf(server))]) {
      const now = await cpuOf(pid)
      total += Math.max(0, now - (seen.get(pid) ?? 0))
      seen.set(pid, now)
    }
    return total
  }
}

/** Runs work; resolves with its result and the CPU that each of these has used meanwhile, in ms. */
export async function withCpu<T>(of: readonly (() => Promise<number>)[], work: () => Promise<T>) {
  const before = await Promise.all(of.map((cpu) => cpu()))
  const result = await work()
  const after = await Promise.all(of.map((cpu) => cpu()))
  return { result, cpu: after.map((ms, index) => ms - (before[index] ?? 0)) }
}

/** A Node.js process starts listening to a debugger on a free port, when it is told to. */
export const DEBUGGABLE = { NODE_OPTIONS: '--inspect-port=127.0.0.1:0' }

export type Heap = { rss: number; heapUsed: number; external: number }

/** Opens what looks into the memory of a process that is `DEBUGGABLE`: in MB, without garbage. */
export async function openHeap(program: HeadlessProcess) {
  process.kill(program.pid, 'SIGUSR1')
  const address = /ws:\/\/\S+/
  while (!address.test(program.stderr())) await new Promise((resolve) => setTimeout(resolve, 20))
  const socket = new WebSocket(address.exec(program.stderr())?.[0] ?? '')
  await once(socket, 'open')
  let id = 0
  async function ask(method: string, params = {}): Promise<{ result?: { value?: string } }> {
    const own = ++id
    socket.send(JSON.stringify({ id: own, method, params }))
    for (;;) {
      const [{ data }] = (await once(socket, 'message')) as [{ data: string }]
      const answer = JSON.parse(data) as { id?: number; result: object }
      if (answer.id === own) return answer.result
    }
  }
  return {
    async look(): Promise<Heap> {
      await ask('HeapProfiler.collectGarbage')
      const expression = 'JSON.stringify(process.memoryUsage())'
      const { result } = await ask('Runtime.evaluate', { expression })
      const bytes = JSON.parse(result?.value ?? '{}') as Heap
      const [rss, heapUsed, external] = [bytes.rss, bytes.heapUsed, bytes.external]
      return { rss: rss / 2 ** 20, heapUsed: heapUsed / 2 ** 20, external: external / 2 ** 20 }
    },
    [Symbol.dispose]: () => socket.close(),
  }
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
