import { describe, expect, test } from 'vitest'
import type { Era } from '../connections/connection.ts'
import type { JsonObject } from '../json-rpc.ts'
import { startPairs, type ServerKind } from '../testing/pairs.ts'
import { openRawClient, type RawClient } from '../testing/raw-client.ts'
import type { TempCore } from '../testing/temp-core.ts'

/** Many clients at once on one server: whatever it asks or says reaches the one it is for. */

const FORM = { message: 'Who?', requestedSchema: { type: 'object', properties: {} } }
const SAMPLE = { messages: [], maxTokens: 1 }

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

/** How one call ended, for the client that made it. */
type Ended = 'own' | 'refused' | { foreign: unknown }
type Place = { client: RawClient; number: number; index: number }

const ownOr = (isOwn: boolean, foreign: unknown): Ended => (isOwn ? 'own' : { foreign })

/** What one client does with its calls, all at once, in turn. */
const KINDS = {
  async result({ client, number, index }: Place): Promise<Ended> {
    const message = `${number}/${index}`
    const said = await client.call('echo', { message })
    return ownOr(said === message, said)
  },

  async progress({ client, index }: Place): Promise<Ended> {
    const token = index % 2 === 0 ? index + 1 : `t${index}`
    const tokens: unknown[] = []
    await client.call(
      'slow',
      { steps: 2, stepMs: 1 },
      {
        meta: { progressToken: token },
        onNotification: ({ method, params }) => {
          if (method === 'notifications/progress') tokens.push(params?.progressToken)
        },
      },
    )
    return ownOr(tokens.length === 2 && tokens.every((one) => one === token), tokens)
  },

  elicitation: (place: Place) => ask(place, 'elicitation/create', FORM),
  sampling: (place: Place) => ask(place, 'sampling/createMessage', SAMPLE),

  /** Even clients want `info`, odd ones only errors. */
  async log({ client, number, index }: Place): Promise<Ended> {
    const heard: unknown[] = []
    const message = `${number}/${index}`
    await client.call(
      'log',
      { message, level: 'info' },
      {
        onNotification: ({ method, params }) => {
          if (method === 'notifications/message') heard.push(params?.data)
        },
      },
    )
    // Another call of the same client may have carried it.
    const isForeign = heard.some((one) => !String(one).startsWith(`${number}/`))
    const isTooMuch = number % 2 === 1 && heard.length > 0
    return ownOr(!isForeign && !isTooMuch, heard)
  },
}

async function ask({ client, number }: Place, method: string, params: object): Promise<Ended> {
  const got = (await client.call('ask', { method, params })) as JsonObject
  if (got.error !== undefined) return 'refused'
  const result = got.result as { content?: { number?: number } } | undefined
  return ownOr(result?.content?.number === number, got)
}

type Kind = keyof typeof KINDS
const ALL = Object.keys(KINDS) as Kind[]

/** All clients at once, each with all of its calls at once. */
async function everything(one: Crowd, kinds: readonly Kind[] = ALL) {
  const all = await crowd(one, async (client, number) => {
    const level = number % 2 === 0 ? 'info' : 'error'
    if (client.era === 'legacy') await client.request('logging/setLevel', { level })
    const calls = Array.from({ length: one.calls }, (_, index) => {
      const kind = kinds[index % kinds.length] ?? 'result'
      return KINDS[kind]({ client, number, index })
    })
    return Promise.all(calls)
  })
  const ended = all.flat()
  return {
    calls: ended.length,
    own: ended.filter((each) => each === 'own').length,
    refused: ended.filter((each) => each === 'refused').length,
    foreign: ended.filter((each) => typeof each === 'object').slice(0, 5),
  }
}

async function expectOwn(one: Crowd, kinds: readonly Kind[] = ALL): Promise<void> {
  const calls = one.sessions * one.calls
  expect(await everything(one, kinds)).toEqual({ calls, own: calls, refused: 0, foreign: [] })
}

/** Log messages of a pipe that many share carry nothing that says whose they are. */
const WITHOUT_LOGS = ALL.filter((kind) => kind !== 'log')

describe.each(['legacy', 'modern'] as const)('50 %s clients with 20 calls each', (era) => {
  // Shows: json-rpc-id-unique, progress-token-unique
  test.each([
    ['in order', {}],
    ['out of order', { outOfOrder: true }],
  ])(
    'on one shared legacy server that answers %s',
    async (_, echo) => {
      const endpoint = 'legacy-stdio'
      await using core = await startPairs({
        ...{ servers: [endpoint], echo, fields: { isolation: 'shared' } },
      })
      const one = { core, era, endpoint, sessions: 50, calls: 20 } as const
      const { own, refused, foreign } = await everything(one)
      expect(foreign).toEqual([])
      // One that is alone for a moment is asked; of the others the server hears that it cannot be.
      expect(own + refused).toBe(1_000)
      expect(own).toBeGreaterThanOrEqual(600)
      expect(refused).toBeGreaterThan(0)
    },
    60_000,
  )

  // Shows: stateless-many
  test.each(['modern-stdio', 'modern-http'] as const)(
    'on a %s server',
    async (endpoint) => {
      await using core = await startPairs({ servers: [endpoint], echo: { outOfOrder: true } })
      const one = { core, era, endpoint, sessions: 50, calls: 20 } as const
      await expectOwn(one, endpoint === 'modern-http' ? ALL : WITHOUT_LOGS)
    },
    60_000,
  )

  test('on a legacy server over HTTP, which is asked for connections of their own', async () => {
    const endpoint = 'legacy-http'
    await using core = await startPairs({ servers: [endpoint], fields: { maxConnections: 200 } })
    await expectOwn({ core, era, endpoint, sessions: 50, calls: 20 })
  }, 60_000)
})

test('50 legacy clients with 20 calls each, each with a process of its own', async () => {
  const endpoint = 'legacy-stdio'
  const fields = { isolation: 'session', maxConnections: 60, idleConnections: 0 } as const
  const echo = { outOfOrder: true }
  await using core = await startPairs({ servers: [endpoint], echo, fields })
  await expectOwn({ core, era: 'legacy', endpoint, sessions: 50, calls: 20 })
}, 120_000)

test('modern clients on a legacy server whose processes are one call’s alone', async () => {
  const endpoint = 'legacy-stdio'
  const fields = { isolation: 'session', maxConnections: 60, idleConnections: 0 } as const
  await using core = await startPairs({ servers: [endpoint], fields })
  await expectOwn({ core, era: 'modern', endpoint, sessions: 10, calls: 5 })
}, 120_000)

test.each(['legacy', 'modern'] as const)(
  'an ambiguous question switches a server, and new %s clients are never refused',
  async (era) => {
    const endpoint = 'legacy-stdio'
    const fields = { isolation: 'auto', maxConnections: 60, idleConnections: 0 } as const
    await using core = await startPairs({ servers: [endpoint], fields })
    const one = { core, era, endpoint, sessions: 10, calls: 5 } as const
    const first = await everything(one)
    expect(first.foreign).toEqual([])
    expect(first.refused).toBeGreaterThan(0)
    await expectOwn(one)
  },
  120_000,
)
