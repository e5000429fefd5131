import { mkdtempDisposable, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startHeadless, type HeadlessProcess } from '../electron/core/testing/headless-process.ts'
import { openCaller } from './scale/callers.ts'
import { DEBUGGABLE, openHeap, type Heap } from './scale/processes.ts'
import { say, title } from './scale/say.ts'

const IDLE_SESSIONS = 100
const ENDED_SESSIONS = 500
/** What sessions may take while they are idle, in MB for 100; and leave, once they have ended. */
const MOST_MB = 5
const MOST_LEFT = 0.05
/** Connections and timers of what was done end in this time. */
const SETTLED_MS = 6_000

/**
 * What the built headless program holds at rest, with its own database and no servers, in Linux'
 * words; then what sessions take of it, and leave. Returns the exit code, 1 where that is too much.
 */
export async function benchMemory(): Promise<number> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-memory-'))
  const options = { dataDir: join(folder.path, 'data'), flags: [], env: DEBUGGABLE }
  const { key } = await firstStart(options)
  await using program = await startHeadless(options)
  await pause(SETTLED_MS)
  title('At rest, in MB')
  await sayParts(program.pid)
  using heap = await openHeap(program)
  return await measureSessions(program, { heap, key })
}

/** Makes the database, so that what is measured is any other start. */
async function firstStart(options: Parameters<typeof startHeadless>[0]) {
  await using program = await startHeadless(options)
  return { key: program.key }
}

type Mapping = { path: string; rights: string; size: number; resident: number; at: number }

async function sayParts(pid: number): Promise<void> {
  const all = await mappingsOf(pid)
  const parts = Map.groupBy(all, (one) => partOf(one, all))
  const inMb = (some: Mapping[]) => some.reduce((sum, { resident }) => sum + resident, 0).toFixed(0)
  for (const [name, some] of parts) say(name, inMb(some))
  say('all of it', inMb(all))
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  say('the most it was', (Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024).toFixed(0))
}

/** WebAssembly's memory lies before so much address space that no index leaves it. */
const GUARD = 2 ** 30

function partOf({ path, rights, size, at }: Mapping, all: readonly Mapping[]): string {
  if (path.startsWith('/')) return 'programs and libraries, read from files'
  if (rights.includes('x')) return 'code that V8 has compiled'
  const isGuarded = all.some((one) => one.at === at + size && one.size > GUARD)
  return isGuarded ? 'PostgreSQL’s memory' : 'heaps of V8, buffers, stacks, the rest'
}

async function mappingsOf(pid: number): Promise<Mapping[]> {
  const text = await readFile(`/proc/${pid}/smaps`, 'utf8')
  const heads = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ *(.*)\n(?:.*\n)*?Rss: +(\d+) kB$/gm
  return [...text.matchAll(heads)].map(([, from = '', to = '', rights = '', path = '', kb]) => {
    const at = Number.parseInt(from, 16)
    const size = Number.parseInt(to, 16) - at
    return { at, size, rights, path, resident: Number(kb) / 1024 }
  })
}

type Looked = { heap: { look(): Promise<Heap> }; key: string }

async function measureSessions(program: HeadlessProcess, { heap, key }: Looked): Promise<number> {
  title('Sessions, in MB of the main thread’s heap without garbage')
  const place = { url: program.url, path: '/metamcp/default/mcp', key }
  // The first ones bring what all share.
  await stay(place, ENDED_SESSIONS)
  const used = async () => {
    await pause(SETTLED_MS)
    return (await heap.look()).heapUsed
  }
  const before = await used()
  await stay(place, ENDED_SESSIONS)
  const after = await used()
  for (let count = 0; count < IDLE_SESSIONS; count += 1) {
    await (await openCaller('legacy', place)).close()
  }
  const idle = (await used()) - after
  const left = after / before - 1
  say('before', before.toFixed(1))
  say(
    `after ${ENDED_SESSIONS} opened and ended`,
    `${after.toFixed(1)}, ${(left * 100).toFixed(1)} %`,
  )
  say(`${IDLE_SESSIONS} that nobody ended`, idle.toFixed(1))
  return left <= MOST_LEFT && idle <= MOST_MB ? 0 : 1
}

/** So many sessions, one after the other, each ended as the specification wants it. */
async function stay(place: { url: string; path: string; key: string }, times: number) {
  for (let count = 0; count < times; count += 1) {
    const caller = await openCaller('legacy', place)
    const headers = { authorization: `Bearer ${place.key}`, 'mcp-session-id': caller.session }
    const answer = await fetch(place.url + place.path, { method: 'DELETE', headers })
    if (!answer.ok) throw new Error(`a session was not ended: ${await answer.text()}`)
    await answer.body?.cancel()
    await caller.close()
  }
}
