import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MiddlewareEntry } from '../../../../shared/middleware.ts'
import { connectAuto, connectLegacy } from '../../testing/clients.ts'
import { openRawClient } from '../../testing/raw-client.ts'
import type { TempCore } from '../../testing/temp-core.ts'
import { setMiddleware, startWithMiddleware } from '../../testing/with-middleware.ts'

/** The middlewares of a namespace as clients meet them: each over a real core and a real server. */

const TOKEN = 'ghp_0123456789abcdefABCDEF0123456789abcd'
const CONNECT = { legacy: connectLegacy, modern: connectAuto }
const ERAS = ['legacy', 'modern'] as const

type Result = { content: { text: string }[]; structuredContent?: Record<string, unknown> }
const textOf = (result: unknown) => (result as Result).content[0]?.text

/** `reflect` answers with the id of the request: the same one only when nobody asked again. */
const REFLECT = { annotations: { readOnlyHint: true, idempotentHint: true } }

// A start takes a second: one core is enough, since what an entry knows goes with it.
let core: TempCore
beforeAll(async () => {
  core = await startWithMiddleware([], {
    namespace: { tools: { echo__reflect: REFLECT, echo__env: REFLECT } },
  })
})
afterAll(() => core[Symbol.asyncDispose]())

/** The list, with nothing that an entry of before has counted or kept. */
async function begin(list: MiddlewareEntry[]): Promise<void> {
  await setMiddleware(core, [])
  // What an entry kept goes with the first call without it.
  await using client = await openRawClient(core, { era: 'modern' })
  await client.request('tools/list')
  await setMiddleware(core, list)
}

// The first: for a while after a call was given up, nobody knows whose a server's words are.
test.each(ERAS)(
  'redact: errors, log messages and questions of a server say no secret to a %s client',
  async (era) => {
    await begin([{ use: 'redact', arguments: false }])
    const asked: unknown[] = []
    await using client = await openRawClient(core, {
      ...{ era, logLevel: 'info', capabilities: { elicitation: {} } },
      answer({ params }) {
        asked.push(params?.message)
        return { action: 'decline' }
      },
    })
    const thrown = { name: 'echo__throw', arguments: { message: TOKEN, data: [TOKEN] } }
    await expect(client.request('tools/call', thrown)).rejects.toMatchObject({
      ...{ message: '[redacted secret]', data: ['[redacted secret]'] },
    })
    const told: unknown[] = []
    await client.call(
      'echo__log',
      { message: `it is ${TOKEN}` },
      {
        onNotification: ({ params }) => void told.push(params?.data),
      },
    )
    expect(told).toEqual(['it is [redacted secret]'])
    const requestedSchema = { type: 'object', properties: {} }
    const question = { message: `Is ${TOKEN} yours?`, requestedSchema }
    await client.call('echo__ask', { method: 'elicitation/create', params: question })
    expect(asked).toEqual(['Is [redacted secret] yours?'])
  },
)

test.each(ERAS)(
  'limit-time: a %s client does not wait longer, nor does the server',
  async (era) => {
    await begin([{ use: 'limit-time', ms: 300 }])
    await using client = await CONNECT[era](core.mcpUrl(), core.key)
    const cancelled = async () => {
      const { structuredContent } = await client.callTool({ name: 'echo__state', arguments: {} })
      return (structuredContent as { cancelled: unknown[] }).cancelled.length
    }
    const before = await cancelled()
    await expect(client.callTool({ name: 'echo__never', arguments: {} })).rejects.toMatchObject({
      code: -32_603,
      data: { server: 'echo', timeoutMs: 300 },
    })
    await expect.poll(cancelled, { timeout: 9_000 }).toBe(before + 1)
  },
)

test.each(ERAS)('limit-rate: a %s client is told when to come again', async (era) => {
  await begin([{ use: 'limit-rate', perMinute: 2 }])
  await using client = await openRawClient(core, { era })
  for (const message of ['one', 'two']) await client.request('tools/call', echo(message))
  await client.request('tools/list')
  await expect(client.request('tools/call', echo('three'))).rejects.toMatchObject({
    code: -32_029,
    data: { reason: 'rate limit' },
  })
})

test('limit-size: the rest of what was cut is read with the tool for it', async () => {
  await begin([{ use: 'limit-size', characters: 500 }])
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toContain('read_more')
  const big = await client.callTool({ name: 'echo__big', arguments: { bytes: 800 } })
  expect(textOf(big)).toBe('x'.repeat(500))
  const note = (big as Result).content[1]?.text ?? ''
  const next = JSON.parse(/read_more with (\{.*\})/.exec(note)?.[1] ?? '') as object
  const rest = await client.callTool({ name: 'read_more', arguments: { ...next } })
  expect(textOf(rest)).toBe('x'.repeat(300))
})

test('redact: a secret reaches neither the server nor the client', async () => {
  await begin([{ use: 'redact' }])
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  const seen = await client.callTool({ name: 'echo__reflect', arguments: { message: TOKEN } })
  expect(seen.structuredContent).toMatchObject({
    params: { arguments: { message: '[redacted secret]' } },
  })
  await setMiddleware(core, [{ use: 'redact', arguments: false }])
  const back = await client.callTool({ name: 'echo__echo', arguments: { message: TOKEN } })
  expect(textOf(back)).toBe('[redacted secret]')
})

test('cache: what a server answered before it was changed is not its answer any more', async () => {
  await begin([{ use: 'cache', seconds: 60 }])
  await using client = await openRawClient(core, { era: 'legacy' })
  const placeOf = async () => {
    const { env } = (await client.call('echo__env')) as { env: Record<string, string> }
    return env.PLACE
  }
  expect(await placeOf()).toBeUndefined()
  const [server] = await core.admin.servers.list.query()
  const patch = { env: { PLACE: 'elsewhere' } }
  await core.admin.servers.update.mutate({ id: server?.id ?? '', patch, approve: true })
  expect(await placeOf()).toBe('elsewhere')
})

test('cache: the server is asked once, and for each key of its own', async () => {
  await begin([{ use: 'cache', seconds: 60 }])
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  const other = await core.admin.apiKeys.create.mutate({ name: 'another' })
  await using stranger = await connectLegacy(core.mcpUrl(), other.key)
  const ask = async (by: typeof client, a: number) => {
    const { structuredContent } = await by.callTool({ name: 'echo__reflect', arguments: { a } })
    return (structuredContent as { id: unknown }).id
  }
  const first = await ask(client, 1)
  expect(await ask(client, 1)).toBe(first)
  expect(await ask(client, 2)).not.toBe(first)
  expect(await ask(stranger, 1)).not.toBe(first)
})

test('the list runs from its beginning to its end, and what is off does not run', async () => {
  const cache = { use: 'cache', seconds: 60 }
  const once = { use: 'limit-rate', perMinute: 1 }
  const reflect = { name: 'echo__reflect', arguments: {} }
  await begin([cache, once])
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  const call = () => client.callTool(reflect)
  // What is answered from before is not counted.
  for (let count = 0; count < 3; count++) await call()
  await setMiddleware(core, [once, cache])
  // The entries are the same ones in another order: they know what was before.
  await expect(call()).rejects.toMatchObject({ code: -32_029 })
  await setMiddleware(core, [{ ...once, enabled: false }, cache])
  for (let count = 0; count < 3; count++) await call()
})

test('an edit acts at once, also for sessions that are there', async () => {
  await begin([])
  await using client = await openRawClient(core, { era: 'legacy' })
  expect(await client.call('echo__big', { bytes: 800 })).toHaveLength(800)
  await setMiddleware(core, [{ use: 'limit-size', characters: 500 }])
  await client.heard.until('notifications/tools/list_changed')
  expect(await client.call('echo__big', { bytes: 800 })).toHaveLength(500)
  const { tools } = await client.request('tools/list')
  expect(tools).toContainEqual(expect.objectContaining({ name: 'read_more' }))
})

test('what an entry counts outlives changes of what servers offer', async () => {
  await begin([{ use: 'limit-rate', perMinute: 2 }])
  await using client = await openRawClient(core, { era: 'legacy' })
  await client.call('echo__change_tools')
  await client.heard.until('notifications/tools/list_changed')
  expect(await client.call('echo__echo', { message: 'second' })).toBe('second')
  await expect(client.request('tools/call', echo('third'))).rejects.toMatchObject({ code: -32_029 })
})

test('all of them are listed with their options, also those that always run', async () => {
  const kinds = await core.admin.namespaces.middlewareKinds.query()
  expect(kinds.filter(({ isFixed }) => isFixed).map(({ use }) => use)).toEqual([
    ...['overrides', 'filter'],
  ])
  for (const { use, options } of kinds) {
    expect(Object.keys(options['properties'] ?? {}), use).not.toEqual([])
  }
  await expect(setMiddleware(core, [{ use: 'filter' }])).rejects.toMatchObject({
    data: { issues: [{ path: ['middleware', 0, 'use'], message: /always runs/ }] },
  })
})

test('a list with a mistake is refused whole, and the one before goes on', async () => {
  await begin([{ use: 'limit-rate', perMinute: 1 }])
  await using client = await openRawClient(core, { era: 'modern' })
  const wrong = [{ use: 'cache' }, { use: 'limit-time', ms: 'soon' }]
  await expect(setMiddleware(core, wrong)).rejects.toMatchObject({
    data: {
      issues: [{ path: ['middleware', 0, 'seconds'] }, { path: ['middleware', 1, 'ms'] }],
    },
  })
  await client.request('tools/call', echo('one'))
  await expect(client.request('tools/call', echo('two'))).rejects.toMatchObject({ code: -32_029 })
})

function echo(message: string) {
  return { name: 'echo__echo', arguments: { message } }
}
