import type { IncomingMessage } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { openCaller } from './callers.ts'
import {
  childrenOf,
  commandOf,
  cpuOf,
  familyOf,
  memoryOf,
  openHeap,
  sum,
  withCpu,
  type Heap,
} from './processes.ts'
import { say, title } from './say.ts'
import { openStream } from './streams.ts'
import { SERVERS, type Replica, type World } from './world.ts'

const SESSIONS = 1_000
const STREAMS = 500
/** Three beats of a replica, and one of each stream. */
const IDLE_MS = 15_000
const SETTLED_MS = 3_000

/** What sessions, streams and servers take that do nothing; then all that is done meanwhile. */
export async function measureIdle({ other, key }: World): Promise<void> {
  title('Memory of a replica, without garbage')
  using heap = await openHeap(other.program)
  const before = await heap.look()
  say('at the start', inMb(before))
  const sessions = await openSessions(other, key)
  const withSessions = await heap.look()
  say(`100 idle sessions (${SESSIONS})`, perHundred(before, withSessions, SESSIONS))
  const place = { url: other.program.url, path: '/metamcp/modern/mcp', key }
  const streams: IncomingMessage[] = []
  for (const id of sessions.slice(0, STREAMS)) streams.push((await openStream(place, id)).resume())
  const withStreams = await heap.look()
  say(`100 idle streams (${STREAMS})`, perHundred(withSessions, withStreams, STREAMS))
  await measureServers(other, key, heap)
  say('at the end', inMb(await heap.look()))
  await measureNothing(other)
  for (const stream of streams) stream.destroy()
}

type Looked = Awaited<ReturnType<typeof openHeap>>

async function measureServers(other: Replica, key: string, heap: Looked): Promise<void> {
  const before = await heap.look()
  for (let index = 0; index < SERVERS; index += 1) await call(other, key, `s${index}__echo`)
  const own = ((await heap.look()).heapUsed - before.heapUsed) / SERVERS
  await call(other, key, 'npx__read_graph')
  const children = await childrenOf(other.program.pid)
  const isEcho = await Promise.all(children.map(async (pid) => /echo/.test(await commandOf(pid))))
  const echoes = children.filter((_, index) => isEcho[index])
  const taken = sum(await Promise.all(echoes.map(memoryOf))) / echoes.length
  const words = `1 process of ${taken.toFixed(0)} MB, ${own.toFixed(2)} MB of heap in the replica`
  say(`a stdio server of Node.js (${echoes.length})`, words)
  const others = children.filter((pid) => !echoes.includes(pid))
  const family = (await Promise.all(others.map(familyOf))).flat()
  const inAll = sum(await Promise.all(family.map(memoryOf)))
  say('one by npx', `${family.length} processes of ${inAll.toFixed(0)} MB together`)
}

async function measureNothing({ program, tap }: Replica): Promise<void> {
  title(
    `One replica in which nothing happens, with ${SESSIONS} sessions, ${STREAMS} streams, ${SERVERS} servers`,
  )
  // What the calls before have to write is written by then.
  await pause(SETTLED_MS)
  tap.read()
  const { cpu } = await withCpu([() => cpuOf(program.pid)], () => pause(IDLE_MS))
  const { statements, notifies } = tap.read()
  const perSecond = (count: number) => (count / (IDLE_MS / 1_000)).toFixed(2)
  say('statements per second', `${perSecond(statements)}, of which NOTIFY ${perSecond(notifies)}`)
  say('CPU', `${((cpu[0] ?? 0) / (IDLE_MS / 1_000)).toFixed(2)} ms per second`)
  say('connections to the database', `${tap.open()} now; the most there were: ${tap.most()}`)
}

function inMb({ rss, heapUsed, external }: Heap): string {
  return `${heapUsed.toFixed(1)} MB of heap, ${external.toFixed(1)} beside it, ${rss.toFixed(0)} resident`
}

function perHundred(before: Heap, after: Heap, count: number): string {
  const of = (key: keyof Heap) => ((after[key] - before[key]) / count) * 100
  return inMb({ rss: of('rss'), heapUsed: of('heapUsed'), external: of('external') })
}

/** Each by a client of its own, which then says nothing more. */
async function openSessions({ program }: Replica, key: string): Promise<string[]> {
  const ids: string[] = []
  const place = { url: program.url, path: '/metamcp/modern/mcp', key }
  for (let count = 0; count < SESSIONS; count += 1) {
    const caller = await openCaller('legacy', place)
    ids.push(caller.session)
    await caller.close()
  }
  return ids
}

/** A call of a server, which starts it. */
async function call({ program }: Replica, key: string, tool: string): Promise<void> {
  const answer = await fetch(`${program.url}/metamcp/some/api/${tool}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(tool.endsWith('echo') ? { message: 'hello' } : {}),
  })
  if (answer.status !== 200) throw new Error(await answer.text())
  await answer.body?.cancel()
}
