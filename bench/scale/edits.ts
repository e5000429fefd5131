import { openCaller } from './callers.ts'
import { cpuOf, withCpu } from './processes.ts'
import { say, title } from './say.ts'
import { openStream } from './streams.ts'
import type { Replica, World } from './world.ts'

/** What docs/replicas.md promises, in ms: half of the edits must be live elsewhere by then. */
const LIMIT_MS = 1_000
const EDITS = 40
const MORE_SERVERS = 500

/**
 * How soon an edit at one replica is live at the other, and what following it costs that one. Resolves
 * with whether that is soon enough.
 */
export async function measureEdits(world: World): Promise<boolean> {
  title('An edit of a tool at one replica, live at the other')
  const few = await edit(world)
  await addServers(world)
  const many = await edit(world)
  const isSoon = Math.max(few, many) <= LIMIT_MS
  if (!isSoon) say('TOO LATE', `half of all edits must be live within ${LIMIT_MS} ms`)
  return isSoon
}

/** Resolves with the median time until one is live, in ms. */
async function edit(world: World): Promise<number> {
  const { one, other, key } = world
  const { admin } = one.program
  const servers = await admin.servers.list.query()
  const serverId = servers.find(({ name }) => name === 'legacy')?.id ?? ''
  const id = (await admin.namespaces.list.query()).find(({ name }) => name === 'legacy')?.id ?? ''
  using told = await openTold(other.program.url, key)
  const times: Times[] = []
  for (const replica of [one, other]) replica.tap.read()
  const programs = [one, other].map(
    ({ program }) =>
      () =>
        cpuOf(program.pid),
  )
  const { cpu } = await withCpu([...programs, world.databaseCpu], async () => {
    for (let count = 0; count < EDITS; count += 1) {
      const live = told.next()
      const begun = performance.now()
      const description = `Says it for the ${count}th time, ${servers.length}`
      await admin.namespaces.setTool.mutate({ id, patch: { serverId, tool: 'echo', description } })
      const answered = performance.now() - begun
      times.push({ answered, live: (await live) - begun })
    }
  })
  tellTimes(`with ${servers.length} servers`, times)
  const [made = 0, followed = 0, database = 0] = cpu
  tellCost('  where it is made', one, made)
  tellCost('  where it is followed', other, followed)
  say('  PostgreSQL, both together', `${(database / EDITS).toFixed(1)} ms CPU`)
  return medianOf(times, 'live')
}

type Times = { answered: number; live: number }

function tellTimes(words: string, times: readonly Times[]): void {
  const median = (which: keyof Times) => medianOf(times, which).toFixed(1)
  const most = Math.max(...times.map(({ live }) => live)).toFixed(1)
  say(
    words,
    `answered after ${median('answered')} ms, live after ${median('live')}, at most ${most}`,
  )
}

function medianOf(times: readonly Times[], which: keyof Times): number {
  const sorted = times.map((time) => time[which]).toSorted((a, b) => a - b)
  return sorted[EDITS / 2] ?? NaN
}

function tellCost(words: string, { tap }: Replica, cpuMs: number): void {
  const { statements, transactions, bytesDown } = tap.read()
  const each = (total: number, digits = 0) => (total / EDITS).toFixed(digits)
  const read = `${each(bytesDown / 1024)} KB read, ${each(cpuMs, 1)} ms CPU`
  say(words, `${each(statements)} statements, ${each(transactions)} transactions, ${read}`)
}

/** So many more, which are off, one edit after the other. */
async function addServers({ one, other }: World): Promise<void> {
  other.tap.read()
  const begun = performance.now()
  const { cpu } = await withCpu([() => cpuOf(other.program.pid)], async () => {
    for (let count = 0; count < MORE_SERVERS; count += 1) {
      await one.program.admin.servers.create.mutate({
        ...{ name: `more${count}`, type: 'STREAMABLE_HTTP', url: 'http://127.0.0.1:9/mcp' },
        enabled: false,
      })
    }
  })
  const seconds = (performance.now() - begun) / 1_000
  const { statements } = other.tap.read()
  say(
    `${MORE_SERVERS} servers added, one by one`,
    `${(MORE_SERVERS / seconds).toFixed(0)} edits per second; followed with ${statements} statements, ` +
      `${((cpu[0] ?? 0) / seconds).toFixed(0)} ms CPU per second`,
  )
}

/** A client of the endpoint `legacy` that is told when its list of tools is another. */
async function openTold(url: string, key: string) {
  const place = { url, path: '/metamcp/legacy/mcp', key }
  const { session, close } = await openCaller('legacy', place)
  await close()
  const stream = await openStream(place, session)
  let heard: ((at: number) => void) | null = null
  stream.setEncoding('utf8').on('data', (text: string) => {
    if (text.includes('tools/list_changed')) heard?.(performance.now())
  })
  return {
    next: () => new Promise<number>((resolve) => (heard = resolve)),
    [Symbol.dispose]: () => void stream.destroy(),
  }
}
