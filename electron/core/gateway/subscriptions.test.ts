import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Era } from '../connections/connection.ts'
import { SERVERS, startPairs, type ServerKind } from '../testing/pairs.ts'
import { openRawClient, type RawClient } from '../testing/raw-client.ts'
import type { TempCore } from '../testing/temp-core.ts'

/** What clients subscribe to, and what of it the servers are asked for. */

const UPDATED = 'notifications/resources/updated'
const TEXT = 'echo://text'
const BLOB = 'echo://blob'
const ERAS = ['legacy', 'modern'] as const

let shared: TempCore
let own: TempCore
beforeAll(async () => {
  shared = await startPairs({ fields: { isolation: 'shared' } })
  const fields = { isolation: 'session', idleConnections: 0, maxConnections: 20 } as const
  own = await startPairs({ servers: ['legacy-stdio', 'legacy-http'], fields })
}, 60_000)
afterAll(async () => {
  await shared[Symbol.asyncDispose]()
  await own[Symbol.asyncDispose]()
})

const open = (core: TempCore, era: Era, endpoint: ServerKind) =>
  openRawClient(core, { era, endpoint })

type State = { pid: number; subscriptions: string[] }

/** What the server believes that it was asked for, and its process. */
const stateOf = async (client: RawClient) => (await client.call('state')) as State
const wanted = async (client: RawClient) => (await stateOf(client)).subscriptions

/** The URIs that it was told of; all that were said before `last`, which it must have subscribed. */
async function toldOf(client: RawClient, last: string): Promise<unknown[]> {
  await client.heard.until((one) => 'method' in one && one.params?.uri === last)
  return client.heard.all.flatMap((one) =>
    'method' in one && one.method === UPDATED ? [one.params?.uri] : [],
  )
}

describe.each(SERVERS)('of one shared connection to %s', (endpoint) => {
  test('many want the same: it is asked for once, and until the last of them leaves', async () => {
    await using observer = await open(shared, 'legacy', endpoint)
    const clients = await Promise.all(ERAS.map((era) => open(shared, era, endpoint)))
    for (const client of clients) await client.listen([TEXT])
    expect(await wanted(observer)).toEqual([TEXT])

    const [first, last] = clients
    await first?.[Symbol.asyncDispose]()
    await last?.call('touch', { uri: TEXT })
    if (last) expect(await toldOf(last, TEXT)).toEqual([TEXT])
    expect(await wanted(observer)).toEqual([TEXT])
    await last?.[Symbol.asyncDispose]()
    await expect.poll(() => wanted(observer), { timeout: 5_000 }).toEqual([])
  })

  test('who unsubscribes hears no more, and whoever is left does', async () => {
    await using one = await open(shared, 'legacy', endpoint)
    await using two = await open(shared, 'legacy', endpoint)
    for (const client of [one, two]) await client.listen([TEXT, BLOB])
    await one.request('resources/unsubscribe', { uri: TEXT })
    expect((await wanted(two)).toSorted()).toEqual([BLOB, TEXT])
    for (const uri of [TEXT, BLOB]) await two.call('touch', { uri })
    expect(await toldOf(one, BLOB)).toEqual([BLOB])
    expect(await toldOf(two, BLOB)).toEqual([TEXT, BLOB])
  })

  test.each(ERAS)('%s clients hear of what they asked for, and of nothing else', async (era) => {
    await using one = await open(shared, era, endpoint)
    await using two = await open(shared, era, endpoint)
    await one.listen([TEXT])
    await two.listen([BLOB, 'echo://items/7'])
    // The last is of a template, and of a part of what was subscribed to.
    const parts = ['echo://items/7', 'echo://items/77', BLOB, TEXT]
    for (const uri of parts) await one.call('touch', { uri })
    expect(await toldOf(one, TEXT)).toEqual([TEXT])
    expect(await toldOf(two, BLOB)).toEqual(['echo://items/7', BLOB])
  })
})

// Shows: subscription-relisten
test.each(ERAS.flatMap((era) => [[era, 'legacy-stdio'] as const, [era, 'modern-stdio'] as const]))(
  'a %s client goes on hearing of %s after that was started anew',
  async (era, endpoint) => {
    await using client = await open(shared, era, endpoint)
    await client.listen([TEXT])
    const { pid } = await stateOf(client)
    await expect(client.call('exit')).rejects.toThrow()
    await expect.poll(() => wanted(client).catch(() => null), { timeout: 10_000 }).toEqual([TEXT])
    expect((await stateOf(client)).pid).not.toBe(pid)
    await client.call('touch', { uri: TEXT })
    expect(await toldOf(client, TEXT)).toEqual([TEXT])
  },
  20_000,
)

// A stream over stdio cannot break off by itself.
test.each([
  ['modern-stdio', false],
  ['modern-http', false],
  ['modern-http', true],
] as const)(
  'what %s ends of its own accord, abruptly: %s, is opened again, and nothing is missed',
  async (endpoint, abrupt) => {
    await using client = await open(shared, 'legacy', endpoint)
    await client.listen([TEXT])
    await client.call('end_streams', { abrupt })
    expect(await wanted(client)).toEqual([])
    await expect.poll(() => wanted(client), { timeout: 5_000 }).toEqual([TEXT])
    await client.call('touch', { uri: TEXT })
    expect(await toldOf(client, TEXT)).toEqual([TEXT])
    await client.call('change_tools')
    await client.heard.until('notifications/tools/list_changed')
  },
)

describe.each(['legacy-stdio', 'legacy-http'] as const)(
  'of its own connection to %s',
  (endpoint) => {
    test('each session is told of what it subscribed to itself', async () => {
      await using one = await open(own, 'legacy', endpoint)
      await using two = await open(own, 'legacy', endpoint)
      await one.listen([TEXT])
      await two.listen([BLOB])
      for (const client of [one, two]) {
        for (const uri of [TEXT, BLOB]) await client.call('touch', { uri })
      }
      expect(new Set(await toldOf(one, TEXT))).toEqual(new Set([TEXT]))
      expect(new Set(await toldOf(two, BLOB))).toEqual(new Set([BLOB]))
      await one.request('resources/unsubscribe', { uri: TEXT })
      expect(await wanted(one)).not.toContain(TEXT)
    })
  },
)

test('a modern client subscribes on a connection of its own, for as long as it listens', async () => {
  await using observer = await open(own, 'legacy', 'legacy-http')
  const client = await open(own, 'modern', 'legacy-http')
  await client.listen([TEXT])
  expect(await wanted(observer)).toEqual([TEXT])
  await observer.call('touch', { uri: TEXT })
  expect(await toldOf(client, TEXT)).toEqual([TEXT])
  client.vanish()
  await expect.poll(() => wanted(observer), { timeout: 5_000 }).toEqual([])
})

test('a subscription on a connection of its own outlives that connection', async () => {
  await using client = await open(own, 'legacy', 'legacy-stdio')
  await client.listen([TEXT])
  const { pid, subscriptions } = await stateOf(client)
  expect(subscriptions).toEqual([TEXT])
  await expect(client.call('exit')).rejects.toThrow()
  await expect.poll(() => wanted(client).catch(() => null), { timeout: 10_000 }).toEqual([TEXT])
  expect((await stateOf(client)).pid).not.toBe(pid)
  await client.call('touch', { uri: TEXT })
  expect(await toldOf(client, TEXT)).toEqual([TEXT])
}, 20_000)
