import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEvents } from '../testing/event-probe.ts'
import { HELLO, rpc } from '../testing/http-probe.ts'
import { openCountingServer, openCrowd, type Crowd } from '../testing/crowd.ts'
import { startReplicaProcesses, type ReplicaProcesses } from '../testing/replica-processes.ts'
import { configFileOf } from '../testing/temp-core.ts'

/** A hundred clients at a real nginx, while what is behind it comes and goes. */

const EACH = 50
/** A hundred clients and two programs take their time on a machine that does other things, too. */
const SOON = { timeout: 90_000, interval: 50 }
const LONG = 240_000

let server: Awaited<ReturnType<typeof openCountingServer>>
let replicas: ReplicaProcesses
let crowd: Crowd
beforeAll(async () => {
  server = await openCountingServer()
  replicas = await startReplicaProcesses(configFileOf([server.definition]))
  crowd = await openCrowd(replicas.mcpUrl, replicas.key, EACH)
}, LONG)
afterAll(async () => {
  await crowd?.[Symbol.asyncDispose]()
  await replicas?.[Symbol.asyncDispose]()
  await server?.[Symbol.asyncDispose]()
}, LONG)

const members = (era: 'legacy' | 'modern') => crowd.members.filter((one) => one.era === era)

/** Where the sessions of the legacy clients are. */
function places(): Set<string> {
  const ids = members('legacy').map(({ client }) => {
    return (client.transport as { sessionId?: string }).sessionId ?? ''
  })
  return new Set(ids.map((id) => id.split('.')[0] ?? ''))
}

/** Makes one after the other until told to stop, or until the replica is no more. */
function makeNamespaces(index: number) {
  const names: string[] = []
  let isOver = false
  const making = (async () => {
    while (!isOver) {
      const name = `made-${index}-${names.length}`
      await replicas.at(index).admin.namespaces.create.mutate({ name })
      names.push(name)
    }
  })().catch(() => undefined)
  const end = () => {
    isOver = true
    return making
  }
  return { names, end }
}

/** Each call was answered once, with its own answer, and made no more often than it was asked for. */
function expectEachOnce(): void {
  for (const { answers, tries } of crowd.members) {
    for (const [n, given] of answers) {
      expect(given).toEqual([String(n)])
      expect(server.made.get(n)).toBeLessThanOrEqual(tries.get(n) ?? 0)
    }
  }
}

test(
  'what is changed at one replica is so for all clients, and those of a killed one go on',
  async () => {
    expect(places()).toEqual(new Set(['r1', 'r2']))
    const [namespace] = await replicas.at(0).admin.namespaces.list.query()
    const [{ id: serverId } = { id: '' }] = await replicas.at(0).admin.servers.list.query()
    const patch = { serverId, tool: 'tool', description: 'Says a number' }
    await replicas.at(0).admin.namespaces.setTool.mutate({ id: namespace?.id ?? '', patch })
    const seen = async () => {
      const lists = await Promise.all(crowd.members.map(({ client }) => client.listTools()))
      return new Set(lists.map(({ tools: [tool] }) => tool?.description))
    }
    await expect.poll(seen, SOON).toEqual(new Set(['Says a number']))

    const load = crowd.run()
    await expect.poll(load.answered, SOON).toBeGreaterThan(300)
    const made = [makeNamespaces(0), makeNamespaces(1)] as const
    await expect.poll(() => made[0].names.length, SOON).toBeGreaterThan(3)
    await replicas.at(0).kill('SIGKILL')
    const before = load.answered()
    await made[0].end()
    await expect.poll(load.answered, SOON).toBeGreaterThan(before + 400)
    await made[1].end()
    await load.end()

    expectEachOnce()
    expect(places()).toEqual(new Set(['r2']))
    // A call that was under way was lost with its replica; nothing else was.
    expect(members('modern').flatMap(({ failures }) => failures.slice(1))).toEqual([])
    await replicas.restart(0)
    // What either had said was done, the killed one until its last moment.
    const kept = await replicas.at(0).admin.namespaces.list.query()
    const names = made.flatMap((one) => one.names)
    expect(kept.map(({ name }) => name)).toEqual(expect.arrayContaining(names))
  },
  LONG,
)

test('a stream of HTTP+SSE and what is sent for it come to one replica', async () => {
  const { origin } = replicas.mcpUrl
  const headers = { authorization: `Bearer ${replicas.key}`, 'content-type': 'application/json' }
  const stream = await openEvents(`${origin}/metamcp/default/sse`, { headers })
  const { data: path } = await stream.event(({ event }) => event === 'endpoint')
  const body = JSON.stringify(rpc('initialize', HELLO, 'hello'))
  expect((await fetch(`${origin}${path}`, { method: 'POST', headers, body })).status).toBe(202)
  for (const id of ['a', 'b', 'c', 'd']) {
    const sent = { method: 'POST', headers, body: JSON.stringify(rpc('ping', {}, id)) }
    expect((await fetch(`${origin}${path}`, sent)).status).toBe(202)
    await stream.event(({ data }) => data.includes(`"id":"${id}"`))
  }
  stream.destroy()
})

test(
  'while one replica after the other is replaced, no call is lost, and none is made twice',
  async () => {
    for (const { failures, answers, tries } of crowd.members) {
      failures.length = 0
      answers.clear()
      tries.clear()
    }
    server.made.clear()
    const load = crowd.run()
    for (const index of [0, 1]) {
      const before = load.answered()
      await expect.poll(load.answered, SOON).toBeGreaterThan(before + 200)
      expect(await replicas.at(index).kill('SIGTERM')).toEqual({ code: 0, signal: null })
      await replicas.restart(index)
    }
    const before = load.answered()
    await expect.poll(load.answered, SOON).toBeGreaterThan(before + 200)
    await load.end()

    expectEachOnce()
    expect([...server.made.values()].filter((count) => count > 1)).toEqual([])
    expect(members('modern').flatMap(({ failures }) => failures)).toEqual([])
    // A session ends with its replica, which its client is told before anything is begun.
    const failures = members('legacy').flatMap((one) => one.failures)
    expect(failures.filter((text) => !text.includes('Session not found'))).toEqual([])
  },
  LONG,
)
