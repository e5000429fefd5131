import { Agent, request, type IncomingHttpHeaders } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '../json-rpc.ts'
import { echoServer, startEchoHttp } from '../testing/echo-definition.ts'
import { openEvents } from '../testing/event-probe.ts'
import { modern, modernHeaders } from '../testing/http-probe.ts'
import { openRawClient } from '../testing/raw-client.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

/** The modern era has no connections and no sessions: each request stands for itself. */

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

type Sent = { method?: string; params?: object; meta?: object; capabilities?: object }
const QUESTION = { method: 'elicitation/create', params: { message: 'Which?' } }

function prepare({ method = 'tools/call', params = {}, meta, capabilities = {} }: Sent) {
  const body = modern(method, params)
  const sent = body.params as unknown as { _meta: JsonObject }
  sent._meta['io.modelcontextprotocol/clientCapabilities'] = capabilities
  if (meta) sent._meta = { ...meta }
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

type Got = { status: number; headers: IncomingHttpHeaders; json: JsonObject; isReused: boolean }

/** With an agent that keeps its socket, or else on a socket of its own. */
function send(sent: Sent, agent: Agent | false = false): Promise<Got> {
  const { body, headers } = prepare(sent)
  return new Promise((resolve, reject) => {
    const sending = request(core.mcpUrl(), { method: 'POST', agent, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => {
        const data = /^data: (.*)$/m.exec(text)?.[1] ?? text
        const { statusCode: status = 0, headers: received } = response
        const isReused = sending.reusedSocket
        resolve({ status, headers: received, json: JSON.parse(data) as JsonObject, isReused })
      })
    })
    sending.on('error', reject).end(JSON.stringify(body))
  })
}

// Shows: stateless-request, meta-capability-missing
test.each(['old', 'new', 'far'])(
  'nothing of an earlier request on the same socket counts (%s)',
  async (server) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    try {
      const params = { name: `${server}__ask`, arguments: QUESTION }
      const capabilities = { elicitation: {} }
      const asked = await send({ params, capabilities }, agent)
      expect(asked.json).toMatchObject({ result: { resultType: 'input_required' } })
      const lacking = await send({ params }, agent)
      expect(lacking.isReused).toBe(true)
      // A legacy server hears that its client cannot be asked, and goes on as it likes.
      const refused = { structuredContent: { error: { code: expect.any(Number) as number } } }
      const data = { requiredCapabilities: { elicitation: {} } }
      const error = { code: -32021, data }
      const expected = server === 'new' ? { id: 1, error } : { result: refused }
      expect(lacking.json).toMatchObject(expected)
      expect(lacking.status).toBe(server === 'new' ? 400 : 200)
      const bare = await send({ params, meta: {} }, agent)
      expect(bare).toMatchObject({ status: 400, isReused: true, json: { error: { code: -32602 } } })
    } finally {
      agent.destroy()
    }
  },
)

// Shows: stateless-connection, stateless-handle
test.each(['old', 'new', 'far'])('a call goes on over another socket (%s)', async (server) => {
  const params = { name: `${server}__ask`, arguments: QUESTION }
  const capabilities = { elicitation: {} }
  const { json } = await send({ params, capabilities })
  const { inputRequests, requestState } = json['result'] as JsonObject
  expect(typeof requestState).toBe('string')
  const [key = ''] = Object.keys(inputRequests as object)
  const inputResponses = { [key]: { action: 'accept', content: { colour: 'green' } } }
  const retry = await send({ params: { ...params, inputResponses, requestState }, capabilities })
  expect(retry.isReused).toBe(false)
  expect(retry.json).toMatchObject({
    result: { structuredContent: { result: { content: { colour: 'green' } } } },
  })
})

// Shows: stateless-process
test('clients that come one after the other find the same process', async () => {
  const pids: unknown[] = []
  for (const era of ['legacy', 'modern', 'legacy'] as const) {
    await using client = await openRawClient(core, { era })
    for (const name of ['old__state', 'new__state']) {
      pids.push(((await client.call(name)) as { pid: number }).pid)
    }
  }
  expect(new Set(pids).size).toBe(2)
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
