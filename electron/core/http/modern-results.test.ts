import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../json-rpc.ts'
import { echoServer, startEchoHttp } from '../testing/echo-definition.ts'
import { openEvents } from '../testing/event-probe.ts'
import { modern, modernHeaders, openProbe } from '../testing/http-probe.ts'
import { openRawClient } from '../testing/raw-client.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

/** What every answer of the modern era says, and what none does. */

let core: TempCore
const made = new AsyncDisposableStack()
beforeAll(async () => {
  const far = made.use(await startEchoHttp({ name: 'far' }))
  const servers = [
    // Both say that they are called the same.
    echoServer({ name: 'same' }, { name: 'old' }),
    echoServer({ name: 'same', era: 'modern' }, { name: 'new' }),
    far.definition(),
  ]
  core = made.use(await startTempCore({ file: configFileOf(servers) }))
})
afterAll(() => made.disposeAsync())

type Sent = { method?: string; params?: object; capabilities?: object }
const QUESTION = { method: 'elicitation/create', params: { message: 'Which?' } }

function prepare({ method = 'tools/call', params = {}, capabilities = {} }: Sent) {
  const body = modern(method, params)
  const sent = body.params as unknown as { _meta: JsonObject }
  sent._meta['io.modelcontextprotocol/clientCapabilities'] = capabilities
  const { name, uri } = params as { name?: string; uri?: string }
  const headers = { authorization: `Bearer ${core.key}`, ...modernHeaders(method, name ?? uri) }
  return {
    body,
    headers: {
      ...headers,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
  }
}

async function send(sent: Sent) {
  const { body, headers } = prepare(sent)
  const { status, json } = await openProbe(core).send({ body, headers })
  return { status, json: json as JsonObject }
}

test('a method that the server does not know is told by the status, too: 404 with -32601', async () => {
  const params = { name: 'new__throw', arguments: { code: -32601 } }
  const expected = { status: 404, json: { id: 1, error: { code: -32601 } } }
  expect(await send({ params })).toMatchObject(expected)
})

// Shows: meta-capability-missing
test('what a client lacks for a request is told: 400 with -32021', async () => {
  const params = { name: 'new__ask', arguments: QUESTION }
  const able = await send({ params, capabilities: { elicitation: {} } })
  expect(able).toMatchObject({ status: 200, json: { result: { resultType: 'input_required' } } })
  const data = { requiredCapabilities: { elicitation: {} } }
  const expected = { status: 400, json: { id: 1, error: { code: -32021, data } } }
  expect(await send({ params })).toMatchObject(expected)
  // Also where the server asks all the same.
  const forced = { name: 'new__ask', arguments: { ...QUESTION, force: true } }
  expect(await send({ params: forced })).toMatchObject({
    status: 400,
    json: { id: 1, error: { code: -32021, data: { requiredCapabilities: { elicitation: {} } } } },
  })
})

// Shows: server-sends-no-requests
test('no request is sent to a modern client, on any stream', async () => {
  const listening = prepare({
    method: 'subscriptions/listen',
    params: { notifications: { toolsListChanged: true } },
  })
  await using own = await openEvents(core.mcpUrl(), listening)
  await own.event(({ json }) => json.method === 'notifications/subscriptions/acknowledged')
  const capabilities = { elicitation: {}, sampling: {}, roots: {} }
  const messages: unknown[] = []
  for (const server of ['old', 'new', 'far']) {
    for (const name of [`${server}__ask_later`, `${server}__ask`]) {
      const params = { name, arguments: { ...QUESTION, force: true } }
      const { body, headers } = prepare({ params, capabilities })
      const streaming = { ...headers, accept: 'text/event-stream' }
      await using stream = await openEvents(core.mcpUrl(), { body, headers: streaming })
      await stream.over
      messages.push(...stream.events.map(({ json }) => json))
    }
    await send({ params: { name: `${server}__change_tools` } })
  }
  const changed = () =>
    own.events.map(({ json }) => json.method).filter((one) => one?.endsWith('d'))
  await expect.poll(() => changed().length).toBeGreaterThan(1)
  messages.push(...own.events.map(({ json }) => json))
  expect(messages.length).toBeGreaterThan(6)
  expect(messages.filter((one) => 'method' in (one as object) && 'id' in (one as object))).toEqual(
    [],
  )
})

const KEPT: [string, object][] = [
  ['server/discover', {}],
  ['tools/list', {}],
  ['prompts/list', {}],
  ['resources/list', {}],
  ['resources/templates/list', {}],
  ['resources/read', { uri: 'echo://text' }],
]
const OTHERS: [string, object][] = [
  ['tools/call', { name: 'old__add', arguments: { a: 1, b: 1 } }],
  ['tools/call', { name: 'new__add', arguments: { a: 1, b: 1 } }],
  ['prompts/get', { name: 'new__greet', arguments: { name: 'x' } }],
  [
    'completion/complete',
    { ref: { type: 'ref/prompt', name: 'old__greet' }, argument: { name: 'name', value: '' } },
  ],
]

// Shows: meta-server-info, caching-hints, caching-ttl, result-type-present
describe('each result says who we are and what kind it is, and how long it may be kept', () => {
  test.each([...KEPT, ...OTHERS])('%s %j', async (method, params) => {
    const { json } = await send({ method, params })
    const result = json['result'] as JsonObject
    expect(result).toMatchObject({
      resultType: 'complete',
      _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'metamcp', version: '0.0.0-test' } },
    })
    if (!KEPT.some(([kept]) => kept === method)) return
    expect(Number.isSafeInteger(result['ttlMs']) && Number(result['ttlMs']) >= 0).toBe(true)
    expect(['public', 'private']).toContain(result['cacheScope'])
  })
})

// Shows: lists-alike, meta-self-reported, tools-name-server-info
test.each(['legacy', 'modern'] as const)(
  'who a %s client says it is, or a server, changes nothing in the lists',
  async (era) => {
    await using plain = await openRawClient(core, { era })
    const info = { name: 'old', version: '9', title: 'admin' }
    const capabilities = { elicitation: {}, sampling: {}, roots: {} }
    await using other = await openRawClient(core, { era, info, capabilities })
    for (const [method] of KEPT.slice(1, 5)) {
      const lists = await Promise.all([plain.request(method), other.request(method)])
      expect(lists[1]).toEqual(lists[0])
    }
    const { tools } = (await other.request('tools/list')) as { tools: { name: string }[] }
    const names = tools.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['old__echo', 'new__echo', 'far__echo']))
    expect(names.some((name) => name.startsWith('same'))).toBe(false)
    // Whoever it says it is, it may do no less and no more.
    expect(await other.call('new__add', { a: 1, b: 2 })).toEqual({ sum: 3 })
    const key = { ...core, key: 'no-key', mcpUrl: core.mcpUrl } as TempCore
    await expect(openRawClient(key, { era, info })).rejects.toThrow()
  },
)
