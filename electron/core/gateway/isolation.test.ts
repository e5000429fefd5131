import { describe, expect, test } from 'vitest'
import type { Era } from '../connections/connection.ts'
import type { JsonObject, RpcNotification } from '../json-rpc.ts'
import { startPairs, type PairsOptions, type ServerKind } from '../testing/pairs.ts'
import { openRawClient, type RawClient } from '../testing/raw-client.ts'
import type { TempCore } from '../testing/temp-core.ts'

/** Many clients at once on one server: whatever it asks or says reaches the one it is for. */

const FORM = { message: 'Who?', requestedSchema: { type: 'object', properties: {} } }
const SAMPLE = { messages: [], maxTokens: 1 }
const ASKED = ['elicitation/create', 'sampling/createMessage'] as const

type Crowd = { core: TempCore; era: Era; endpoint: ServerKind; sessions: number; calls: number }

/** Runs `work` for each of many clients at once; each answers with its own number. */
async function crowd<T>(
  { core, era, endpoint, sessions }: Crowd,
  work: (client: RawClient, number: number) => Promise<T>,
): Promise<T[]> {
  await using clients = new AsyncDisposableStack()
  const opened = await Promise.all(
    Array.from({ length: sessions }, async (_, number) =>
      clients.use(
        await openRawClient(core, {
          ...{ era, endpoint, capabilities: { elicitation: {}, sampling: {} } },
          info: { name: `client-${number}`, version: '1' },
          answer: () => ({ action: 'accept', content: { number } }),
          logLevel: number % 2 === 0 ? 'info' : 'error',
        }),
      ),
    ),
  )
  // Awaited here: the clients leave when this function does.
  return await Promise.all(opened.map(work))
}

type Heard = { result: unknown; progress: JsonObject[]; logs: unknown[] }

type Made = { name: string; args: JsonObject; token: unknown }

async function callAndHear(client: RawClient, { name, args, token }: Made) {
  const heard: RpcNotification[] = []
  const onNotification = (one: RpcNotification) => void heard.push(one)
  const result = await client.call(name, args, { meta: { progressToken: token }, onNotification })
  const paramsOf = (method: string) =>
    heard.filter((one) => one.method === method).map(({ params = {} }) => params)
  const logs = paramsOf('notifications/message').map(({ data }) => data)
  return { result, progress: paramsOf('notifications/progress'), logs } satisfies Heard
}

/** Every call of every client: its own result, and progress of its own under its own token. */
async function expectOwnResults(one: Crowd): Promise<void> {
  const all = await crowd(one, (client, number) =>
    Promise.all(
      Array.from({ length: one.calls }, async (_, index) => {
        const token = index % 2 === 0 ? index + 1 : `t${index}`
        const message = `${number}/${index}`
        const [said, slow] = await Promise.all([
          client.call('echo', { message }),
          callAndHear(client, { name: 'slow', args: { steps: 2, stepMs: 1 }, token }),
        ])
        return { said, message, token, tokens: slow.progress.map((p) => p.progressToken) }
      }),
    ),
  )
  const calls = all.flat()
  expect(calls).toHaveLength(one.sessions * one.calls)
  for (const { said, message, token, tokens } of calls) {
    expect(said).toBe(message)
    expect(tokens).toEqual([token, token])
  }
}

/** What the server asks while many calls are out: which answers were whose. */
async function askEverybody(one: Crowd) {
  const all = await crowd(one, (client, number) =>
    Promise.all(
      Array.from({ length: one.calls }, async (_, index) => {
        const method = ASKED[index % 2] ?? ASKED[0]
        const params = method === 'elicitation/create' ? FORM : SAMPLE
        const got = (await client.call('ask', { method, params })) as JsonObject
        const result = got.result as { content?: { number?: number } } | undefined
        return { number, answeredBy: result?.content?.number, error: got.error }
      }),
    ),
  )
  const asked = all.flat()
  return {
    own: asked.filter(({ number, answeredBy }) => answeredBy === number).length,
    foreign: asked.filter(({ number, answeredBy }) => ![undefined, number].includes(answeredBy)),
    refused: asked.filter(({ error }) => error !== undefined).length,
  }
}

async function expectOwnAnswers(one: Crowd): Promise<void> {
  expect(await askEverybody(one)).toEqual({
    own: one.sessions * one.calls,
    foreign: [],
    refused: 0,
  })
}

/** Log messages of each client's own calls, from the level on that it named. */
async function expectOwnLogs(one: Crowd): Promise<void> {
  const all = await crowd(one, async (client, number) => {
    const level = number % 2 === 0 ? 'info' : 'error'
    if (client.era === 'legacy') await client.request('logging/setLevel', { level })
    const heard = await Promise.all(
      Array.from({ length: one.calls }, (_, index) =>
        callAndHear(client, {
          name: 'log',
          args: { message: `${number}/${index}`, level: 'info' },
          token: index + 1,
        }),
      ),
    )
    return { number, logs: heard.flatMap(({ logs }) => logs).map(String) }
  })
  for (const { number, logs } of all) {
    const expected = Array.from({ length: one.calls }, (_, index) => `${number}/${index}`)
    expect(logs.toSorted()).toEqual(number % 2 === 0 ? expected.toSorted() : [])
  }
}

const start = (options: PairsOptions) => startPairs(options)

// Shows: stateless-many
describe.each(['legacy', 'modern'] as const)('50 %s clients with 20 calls each', (era) => {
  // Shows: json-rpc-id-unique, progress-token-unique, stateless-many
  test.each([
    ['in order', {}],
    ['out of order', { outOfOrder: true }],
  ])(
    'on one shared legacy server that answers %s',
    async (_, echo) => {
      const endpoint = 'legacy-stdio'
      await using core = await start({ servers: [endpoint], echo, fields: { isolation: 'shared' } })
      const one = { core, era, endpoint, sessions: 50, calls: 20 } as const
      await expectOwnResults(one)
      const { own, foreign, refused } = await askEverybody(one)
      expect(foreign).toEqual([])
      // One that is alone for a moment is asked.
      expect(own + refused).toBe(1_000)
      expect(refused).toBeGreaterThan(0)
    },
    60_000,
  )

  test.each(['modern-stdio', 'modern-http'] as const)(
    'on a %s server',
    async (endpoint) => {
      await using core = await start({ servers: [endpoint], echo: { outOfOrder: true } })
      const one = { core, era, endpoint, sessions: 50, calls: 20 } as const
      await expectOwnResults(one)
      await expectOwnAnswers(one)
      if (endpoint === 'modern-http') await expectOwnLogs({ ...one, calls: 4 })
    },
    60_000,
  )

  test('on a legacy server over HTTP, which is asked for connections of their own', async () => {
    const endpoint = 'legacy-http'
    await using core = await start({ servers: [endpoint], fields: { maxConnections: 200 } })
    const one = { core, era, endpoint, sessions: 50, calls: 20 } as const
    await expectOwnResults(one)
    await expectOwnAnswers(one)
    await expectOwnLogs({ ...one, calls: 4 })
  }, 60_000)
})

test('50 legacy clients with 20 calls each, each with a process of its own', async () => {
  const endpoint = 'legacy-stdio'
  const fields = { isolation: 'session', maxConnections: 60, idleConnections: 0 } as const
  const echo = { outOfOrder: true }
  await using core = await start({ servers: [endpoint], echo, fields })
  const one = { core, era: 'legacy', endpoint, sessions: 50, calls: 20 } as const
  await expectOwnAnswers(one)
  await expectOwnLogs({ ...one, calls: 4 })
}, 120_000)

test('modern clients on a legacy server whose processes are one call’s alone', async () => {
  const endpoint = 'legacy-stdio'
  const fields = { isolation: 'session', maxConnections: 60, idleConnections: 0 } as const
  await using core = await start({ servers: [endpoint], fields })
  await expectOwnAnswers({ core, era: 'modern', endpoint, sessions: 10, calls: 4 })
}, 120_000)

test('an ambiguous question switches a server, and new sessions are never refused', async () => {
  const endpoint = 'legacy-stdio'
  const fields = { isolation: 'auto', maxConnections: 60, idleConnections: 0 } as const
  await using core = await start({ servers: [endpoint], fields })
  const one = { core, era: 'legacy', endpoint, sessions: 10, calls: 4 } as const
  const first = await askEverybody(one)
  expect(first.foreign).toEqual([])
  expect(first.refused).toBeGreaterThan(0)
  await expectOwnAnswers(one)
}, 120_000)
