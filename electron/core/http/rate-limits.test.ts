import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Bridge } from '../../host/stdio/bridge.ts'
import { connectAuto, connectLegacy } from '../testing/clients.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { HELLO, LEGACY, modern, modernHeaders, openProbe, rpc } from '../testing/http-probe.ts'
import { openOpenApi } from '../testing/openapi-probe.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

/** What an endpoint takes in a minute, on every way in. */

const LIMIT = { perMinute: null, perClientPerMinute: 2 }
const SAY = { name: 'echo__echo', arguments: { message: 'hi' } }

let core: TempCore
let namespaceId: string
/** Another endpoint for each test, on which nobody was counted yet. */
let id: string
let name: string
let count = 0
beforeAll(async () => {
  core = await startTempCore({
    file: configFileOf([echoServer()]),
    times: { callLog: { everyMs: 10 } },
  })
  namespaceId = (await core.admin.namespaces.list.query())[0]?.id ?? ''
})
afterAll(() => core[Symbol.asyncDispose]())
beforeEach(async () => {
  name = `limited-${(count += 1)}`
  ;({ id } = await core.admin.endpoints.create.mutate({ name, namespaceId, rateLimit: LIMIT }))
})

function limit(rateLimit: { perMinute: number | null; perClientPerMinute: number | null } | null) {
  return core.admin.endpoints.update.mutate({ id, patch: { rateLimit } })
}

function openLimited() {
  const { send } = openProbe(core)
  const path = `/metamcp/${name}/mcp`
  return {
    send: (sent: Parameters<typeof send>[0]) => send({ path, ...sent }),
    async openSession(protocolVersion = LEGACY) {
      const body = rpc('initialize', { ...HELLO, protocolVersion })
      const { headers } = await send({ path, body })
      return headers.get('mcp-session-id') ?? ''
    },
  }
}

async function connectSse() {
  const url = new URL(`${core.url}/metamcp/${name}/sse`)
  const headers = { authorization: `Bearer ${core.key}` }
  const client = new Client({ name: 'sse-client', version: '1' })
  await client.connect(new SSEClientTransport(url, { requestInit: { headers } }))
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() })
}

type AnyClient = AsyncDisposable & {
  callTool(call: typeof SAY): Promise<unknown>
  readResource(read: { uri: string }): Promise<unknown>
  getPrompt(get: { name: string; arguments: Record<string, string> }): Promise<unknown>
  listTools(): Promise<unknown>
}

describe.each([
  ['Streamable HTTP, legacy', () => connectLegacy(core.mcpUrl(name), core.key)],
  ['Streamable HTTP, modern', () => connectAuto(core.mcpUrl(name), core.key)],
  ['HTTP+SSE', connectSse],
] as [string, () => Promise<AnyClient>][])('%s', (_, connect) => {
  test('tools, prompts and resources count, lists do not', async () => {
    await using client = await connect()
    for (let time = 0; time < 4; time += 1) await client.listTools()
    await client.getPrompt({ name: 'echo__greet', arguments: { name: 'x' } })
    await client.readResource({ uri: 'echo://text' })
    await expect(client.callTool(SAY)).rejects.toThrow(/429|Too many calls/)
    await client.listTools()
    // Another limit counts at once, for who is there already.
    await limit({ ...LIMIT, perClientPerMinute: 3 })
    await client.callTool(SAY)
    await expect(client.callTool(SAY)).rejects.toThrow(/429|Too many calls/)
    await limit(null)
    await client.callTool(SAY)
  })
})

test('the refusal says when to come again, in the words of the protocol', async () => {
  await limit({ perMinute: 1, perClientPerMinute: null })
  const { send, openSession } = openLimited()
  const headers = { 'mcp-session-id': await openSession() }
  const call = { body: rpc('tools/call', SAY, 'first'), headers }
  expect(await send(call)).toMatchObject({ status: 200 })
  const refused = await send({ ...call, body: rpc('tools/call', SAY, 'second') })
  expect(refused).toMatchObject({
    status: 429,
    json: { id: 'second', error: { code: -32029, data: { reason: 'rate limit' } } },
  })
  const seconds = Number(refused.headers.get('retry-after'))
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual(60)
  const another = {
    body: modern('tools/call', SAY),
    headers: modernHeaders('tools/call', SAY.name),
  }
  expect(await send(another)).toMatchObject({ status: 429, json: { id: 1 } })
  // What is wrong in itself is told first.
  expect(await send({ ...another, headers: modernHeaders('tools/call', 'other') })).toMatchObject({
    status: 400,
  })
  const byHttp = await openOpenApi(core, name).call(SAY.name, SAY.arguments)
  expect(byHttp).toMatchObject({ status: 429, json: { error: { code: -32029 } } })
  expect(byHttp.headers.get('retry-after')).not.toBeNull()
  expect(await openOpenApi(core, name).send('openapi.json', { method: 'GET' })).toMatchObject({
    status: 200,
  })
})

test('what is refused is in the call log, as a failed call of its tool', async () => {
  await limit({ perMinute: 1, perClientPerMinute: null })
  const api = openOpenApi(core, name)
  const headers = { 'user-agent': 'n8n/1.9' }
  for (const [tool, status] of [
    [SAY.name, 200],
    [SAY.name, 429],
    ['nothing', 429],
  ] as const) {
    expect(await api.send(tool, { body: SAY.arguments, headers })).toMatchObject({ status })
  }
  const logged = async () => {
    const { calls } = await core.admin.calls.list.query({ limit: 5, filters: { endpoint: name } })
    return calls.map(({ name: tool, server, outcome, client }) => [tool, server, outcome, client])
  }
  await expect.poll(logged).toEqual([
    ['nothing', null, '-32029', 'n8n'],
    [SAY.name, 'echo', '-32029', 'n8n'],
    [SAY.name, 'echo', 'ok', 'n8n'],
  ])
  const stats = await core.admin.calls.stats.query({ by: 'tool', filters: { endpoint: name } })
  expect(stats.map(({ key, calls, failed }) => [key, calls, failed])).toEqual([
    [SAY.name, 2, 1],
    [null, 1, 1],
  ])
  const [latest] = await core.admin.activity.latest.query({ limit: 1 })
  expect(latest).toMatchObject({ endpoint: name, name: 'nothing', code: -32029 })
})

test('over stdio the refusal is the answer of the request, and the program goes on', async () => {
  await limit({ perMinute: 1, perClientPerMinute: null })
  const written: { id?: unknown; error?: { code: number } }[] = []
  const lost: string[] = []
  const bridge = new Bridge({
    core: { ...core.local, pid: process.pid },
    endpoint: name,
    onLost: (reason) => lost.push(reason),
    write: (line) => Promise.resolve(void written.push(JSON.parse(line) as object)),
  })
  await bridge.receive(JSON.stringify(rpc('initialize', HELLO, 'hello')))
  await bridge.receive(JSON.stringify(rpc('tools/call', SAY, 'first')))
  await bridge.settled()
  await bridge.receive(JSON.stringify(rpc('tools/call', SAY, 'legacy')))
  await bridge.receive(JSON.stringify({ ...modern('tools/call', SAY), id: 'modern' }))
  await bridge.receive(JSON.stringify(rpc('ping', {}, 'last')))
  await bridge.settled()
  const codes = new Map(written.map(({ id: one, error }) => [one, error?.code ?? 0]))
  expect(Object.fromEntries(codes)).toEqual({
    ...{ hello: 0, first: 0, last: 0 },
    ...{ legacy: -32029, modern: -32029 },
  })
  expect(lost).toEqual([])
  await bridge.close()
})

test('clients are counted apart: by key, and by the name of the program', async () => {
  const { key } = await core.admin.apiKeys.create.mutate({ name: 'second' })
  const call = async (by: string, agent: string) => {
    const headers = { 'user-agent': agent }
    const sent = { body: SAY.arguments, headers, key: by }
    return (await openOpenApi(core, name).send(SAY.name, sent)).status
  }
  expect([await call(core.key, 'a/1'), await call(core.key, 'a/2')]).toEqual([200, 200])
  expect(await call(core.key, 'a/3')).toBe(429)
  expect(await call(core.key, 'b/1')).toBe(200)
  expect(await call(key, 'a/1')).toBe(200)
  // Together they may have less, and then none of them loses any of its own.
  await limit({ perMinute: 1, perClientPerMinute: 2 })
  expect(await call(key, 'c')).toBe(200)
  expect([await call(key, 'c'), await call(key, 'c'), await call(key, 'c')]).toEqual([
    429, 429, 429,
  ])
  await limit({ perMinute: 10, perClientPerMinute: 2 })
  expect([await call(key, 'c'), await call(key, 'c')]).toEqual([200, 429])
})

test('counts last while the endpoint is called otherwise, or serves another namespace', async () => {
  const call = async (endpoint: string) =>
    (await openOpenApi(core, endpoint).call(SAY.name, SAY.arguments)).status
  expect([await call(name), await call(name)]).toEqual([200, 200])
  await core.admin.endpoints.update.mutate({ id, patch: { name: 'renamed', description: 'x' } })
  expect(await call('renamed')).toBe(429)
  const other = await core.admin.namespaces.create.mutate({ name: 'other' })
  await core.admin.endpoints.update.mutate({ id, patch: { namespaceId: other.id } })
  expect(await call('renamed')).toBe(429)
})

test('of a batch, what is too much is refused by itself', async () => {
  const { send, openSession } = openLimited()
  const headers = { 'mcp-session-id': await openSession('2025-03-26') }
  const calls = [1, 2, 3].map((one) => rpc('tools/call', SAY, one))
  const { status, json } = await send({ body: calls, headers })
  expect(status).toBe(200)
  expect(json).toMatchObject([{ id: 1 }, { id: 2 }, { id: 3, error: { code: -32029 } }])
  const refused = await send({ body: calls.slice(0, 1), headers })
  expect(refused).toMatchObject({ status: 429, json: [{ id: 1, error: { code: -32029 } }] })
  expect(refused.headers.get('retry-after')).not.toBeNull()
})

test('who looks by hand is not counted', async () => {
  const { send } = openProbe(core)
  const path = `/mcp-proxy/endpoint/${id}/mcp`
  const headers = {
    authorization: `Bearer ${core.adminToken.token}`,
    ...modernHeaders('tools/call', SAY.name),
  }
  for (let time = 0; time < 4; time += 1) {
    const answered = await send({ path, headers, body: modern('tools/call', SAY) })
    expect(answered.status).toBe(200)
  }
})
