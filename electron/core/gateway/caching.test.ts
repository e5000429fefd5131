import { afterAll, beforeAll, expect, test } from 'vitest'
import { echoServer } from '../testing/echo-definition.ts'
import { openRawClient } from '../testing/raw-client.ts'
import { openScriptedModern } from '../testing/scripted-modern.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

/** How long, and by whom, what servers and we answer may be kept. */

const tools = (names: string[]) => names.map((name) => ({ name, inputSchema: { type: 'object' } }))
const shortLived = { tools: tools(['first']) }
let refusals = 0
const scripts = {
  fresh: { 'tools/list': () => ({ tools: tools(['kept']), ttlMs: 600_000 }) },
  stale: { 'tools/list': () => ({ ...shortLived, ttlMs: 1 }) },
  odd: {
    'tools/list': () => ({ tools: tools(['odd']), ttlMs: -1, cacheScope: 'nobody' }),
    'resources/read': () => ({ contents: [], ttlMs: -1 }),
  },
  private: {
    'resources/read': () => ({ contents: [], ttlMs: 60_000, cacheScope: 'private' }),
  },
  forgetful: {
    'tools/list': ({ body: { params } }: { body: { params?: Record<string, unknown> } }) => {
      const cursor = params?.['cursor']
      if (cursor === undefined) return { tools: tools(['one']), nextCursor: `c${refusals}` }
      if (refusals++ === 0) return { error: { code: -32602, message: 'That cursor is gone' } }
      return { tools: tools(['two']) }
    },
  },
}
type Name = keyof typeof scripts
type Scripted = Awaited<ReturnType<typeof openScriptedModern>>

let core: TempCore
const servers = {} as Record<Name, Scripted>
const made = new AsyncDisposableStack()
beforeAll(async () => {
  const many = { name: 'many', era: 'modern', tools: 1_100 } as const
  const definitions = [
    echoServer(many),
    echoServer({ name: 'secret', era: 'modern', cacheScope: 'private' }),
  ]
  for (const [name, script] of Object.entries(scripts)) {
    const server = made.use(await openScriptedModern(script as never))
    servers[name as Name] = server
    definitions.push({ ...server.definition, name } as never)
  }
  const { mcpServers } = configFileOf(definitions) as { mcpServers: object }
  const auth = { apiKey: false }
  const names = Object.keys(scripts)
  core = made.use(
    await startTempCore({
      file: {
        mcpServers,
        namespaces: {
          ...Object.fromEntries(names.map((name) => [name, { servers: [name] }])),
          public: { servers: ['many'] },
          mixed: { servers: ['many', 'secret'] },
        },
        endpoints: {
          ...Object.fromEntries(
            names.map((name) => [name, { namespace: name, prefix: false, auth }]),
          ),
          public: { namespace: 'public', auth },
          mixed: { namespace: 'mixed', auth },
          keyed: { namespace: 'public' },
        },
      },
    }),
  )
})
afterAll(() => made.disposeAsync())

const open = (endpoint: string) => openRawClient(core, { era: 'modern', endpoint })

// Shows: caching-scope-pages
test.each([
  ['public', 'public'],
  ['mixed', 'private'],
  ['keyed', 'private'],
])('all pages of a list are alike, at %s', async (endpoint, cacheScope) => {
  await using client = await open(endpoint)
  const first = await client.request('tools/list')
  expect(first).toMatchObject({ cacheScope, nextCursor: expect.any(String) as string })
  const second = await client.request('tools/list', { cursor: first.nextCursor })
  expect(second.cacheScope).toBe(cacheScope)
})

// Shows: caching-access
test('what is kept for nobody is kept from those without a key, too', async () => {
  const keyless = { ...core, key: 'none', mcpUrl: core.mcpUrl } as TempCore
  const opening = openRawClient(keyless, { era: 'modern', endpoint: 'keyed' })
  await expect(opening).rejects.toMatchObject({ code: -32600 })
  await using known = await openRawClient(keyless, { era: 'modern', endpoint: 'public' })
  await expect(known.call('secret__echo', { message: 'x' })).rejects.toMatchObject({ code: -32602 })
})

// Shows: caching-private, caching-key
test('reads are never answered from what somebody else, or something else, was answered', async () => {
  await using one = await open('private')
  await using two = await open('private')
  const read = { uri: 'x://one' }
  await one.request('resources/read', read)
  const again = await two.request('resources/read', read)
  expect(again).toMatchObject({ ttlMs: 60_000, cacheScope: 'private' })
  await one.request('resources/read', { ...read, inputResponses: { a: {} } })
  await one.request('resources/read', { ...read, _meta: { 'x.example/a': 1 } })
  expect(servers.private.asked('resources/read')).toHaveLength(4)
})

// Shows: caching-ttl-absent, caching-ttl
test('a time that is none is 0', async () => {
  await using client = await open('odd')
  const none = { ttlMs: 0, cacheScope: 'private' }
  expect(await client.request('tools/list')).toMatchObject(none)
  const said = { ttlMs: 0, cacheScope: 'public' }
  expect(await client.request('resources/read', { uri: 'x://one' })).toMatchObject(said)
})

// Shows: caching-ttl-read
test('a list is asked for again when its time is over and somebody wants it', async () => {
  await using client = await open('stale')
  await using kept = await open('fresh')
  await client.request('tools/list')
  shortLived.tools.push(...tools(['second']))
  const names = async () => JSON.stringify((await client.request('tools/list')).tools)
  await expect.poll(names).toContain('second')
  for (let time = 0; time < 5; time++) await kept.request('tools/list')
  expect(servers.fresh.asked('tools/list')).toHaveLength(1)
})

// Shows: caching-no-polling
test('nobody is asked because a time is over', async () => {
  await using client = await open('stale')
  const asked = () => servers.stale.asked('tools/list').length
  await client.request('tools/list')
  await client.request('prompts/list')
  let before = -1
  // What was under way, or waits for its turn, is over once nothing more comes for a while.
  await expect.poll(() => before === (before = asked()), { interval: 100 }).toBe(true)
  const start = performance.now()
  while (performance.now() - start < 50) await client.request('server/discover')
  expect(asked()).toBe(before)
})

// Shows: caching-cursor-lost
test('a list whose cursor is lost is read from its start', async () => {
  await using client = await open('forgetful')
  const { tools: listed } = (await client.request('tools/list')) as { tools: { name: string }[] }
  expect(listed.map(({ name }) => name)).toEqual(['one', 'two'])
  expect(refusals).toBe(2)
})
