import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectLegacy } from '../testing/clients.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

const FILE = configFileOf([
  echoServer({ name: 'echo' }),
  echoServer({ name: 'gone', exitAtStart: { code: 3, stderr: 'no licence found' } }),
])

let core: TempCore
beforeAll(async () => {
  core = await startTempCore({ file: FILE })
})
afterAll(() => core[Symbol.asyncDispose]())

const VERSION = '2025-11-25'
const MODERN = '2026-07-28'
const ACCEPT = 'application/json, text/event-stream'

type Sent = { method?: string; headers?: Record<string, string>; body?: unknown; path?: string }

/** One HTTP request as a client would send it, with a good key unless told otherwise. */
async function send({ method = 'POST', headers = {}, body, path = '/metamcp/default/mcp' }: Sent) {
  const response = await fetch(core.url + path, {
    method,
    headers: {
      authorization: `Bearer ${core.key}`,
      accept: ACCEPT,
      ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      ...headers,
    },
    body: typeof body === 'string' || body === undefined ? (body ?? null) : JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, json: parse(text) }
}

function parse(text: string): { result?: object; error?: object; id?: unknown } {
  const data = /^data: (.*)$/m.exec(text)?.[1] ?? text
  return data === '' ? {} : (JSON.parse(data) as object)
}

const rpc = (method: string, params: object = {}, id: unknown = 1) => ({
  jsonrpc: '2.0',
  id,
  method,
  params,
})

const hello = {
  protocolVersion: VERSION,
  capabilities: {},
  clientInfo: { name: 't', version: '1' },
}

async function openSession(headers: Record<string, string> = {}): Promise<string> {
  const { status, headers: answered } = await send({ body: rpc('initialize', hello), headers })
  expect(status).toBe(200)
  return answered.get('mcp-session-id') ?? ''
}

const modern = (method: string, params: object = {}) =>
  rpc(method, {
    ...params,
    _meta: {
      'io.modelcontextprotocol/protocolVersion': MODERN,
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  })

const modernHeaders = (method: string, name?: string) => ({
  'mcp-protocol-version': MODERN,
  'mcp-method': method,
  ...(name === undefined ? {} : { 'mcp-name': name }),
})

describe('who may call', () => {
  test.each<[string, Record<string, string>]>([
    ['no key', { authorization: '' }],
    ['a wrong key', { authorization: `Bearer sk_mt_${'x'.repeat(64)}` }],
    ['a key in a scheme of another kind', { authorization: 'Basic abc' }],
    ['the admin token, which opens the management API only', { authorization: 'admin' }],
  ])('%s: 401 with WWW-Authenticate', async (_, headers) => {
    const authorization =
      headers.authorization === 'admin' ? `Bearer ${core.adminToken.token}` : headers.authorization
    const { status, headers: answered } = await send({
      body: rpc('initialize', hello),
      headers: { ...headers, authorization: authorization ?? '' },
    })
    expect(status).toBe(401)
    expect(answered.get('www-authenticate')).toMatch(/^Bearer/)
  })

  test('a key as X-API-Key is as good', async () => {
    const headers = { authorization: '', 'x-api-key': core.key }
    expect((await send({ body: rpc('initialize', hello), headers })).status).toBe(200)
  })

  test('a key in the query is taken only where the endpoint allows it', async () => {
    const { id } = (await core.admin.endpoints.list.query()).find((e) => e.name === 'default') ?? {}
    const path = `/metamcp/default/mcp?api_key=${core.key}`
    const ask = () => send({ path, headers: { authorization: '' }, body: rpc('initialize', hello) })
    expect((await ask()).status).toBe(401)
    await core.admin.endpoints.update.mutate({
      id: id ?? '',
      patch: { auth: { queryParam: true } },
    })
    expect((await ask()).status).toBe(200)
    await core.admin.endpoints.update.mutate({
      id: id ?? '',
      patch: { auth: { queryParam: false } },
    })
  })

  test('a key that may not use this endpoint: 403', async () => {
    const { namespaceId = '' } = (await core.admin.endpoints.list.query())[0] ?? {}
    const other = await core.admin.endpoints.create.mutate({ name: 'other', namespaceId })
    const { key } = await core.admin.apiKeys.create.mutate({ name: 'o', endpoints: [other.id] })
    const headers = { authorization: `Bearer ${key}` }
    expect((await send({ body: rpc('initialize', hello), headers })).status).toBe(403)
    const path = '/metamcp/other/mcp'
    expect((await send({ body: rpc('initialize', hello), headers, path })).status).toBe(200)
  })

  test('a revoked key: 401 at once, and its session ends', async () => {
    const { apiKey, key } = await core.admin.apiKeys.create.mutate({ name: 'short-lived' })
    const headers = { authorization: `Bearer ${key}` }
    const session = { ...headers, 'mcp-session-id': await openSession(headers) }
    const stream = await fetch(core.mcpUrl(), { headers: { ...session, accept: ACCEPT } })
    await core.admin.apiKeys.setEnabled.mutate({ id: apiKey.id, enabled: false })
    expect(await stream.text()).toBe('')
    expect((await send({ body: rpc('tools/list'), headers: session })).status).toBe(401)
  })

  test('a foreign Origin or Host: 403 before anything else, even without a key', async () => {
    const origin = { origin: 'http://evil.example', authorization: '' }
    expect((await send({ body: '{', headers: origin })).status).toBe(403)
    expect((await send({ method: 'GET', path: '/health', headers: origin })).status).toBe(403)
  })

  test('a foreign Host: 403', async () => {
    const sent = request(core.mcpUrl(), { method: 'POST', headers: { host: 'evil.example' } })
    sent.end('{}')
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    response.resume()
    expect(response.statusCode).toBe(403)
  })

  test('an unknown endpoint: 404', async () => {
    expect((await send({ path: '/metamcp/nothing/mcp', body: rpc('ping') })).status).toBe(404)
  })
})

describe('sessions of the legacy era', () => {
  test('no session id: 400; an unknown one: 404; another caller’s: 404', async () => {
    expect((await send({ body: rpc('tools/list') })).status).toBe(400)
    const unknown = { 'mcp-session-id': crypto.randomUUID() }
    expect((await send({ body: rpc('tools/list'), headers: unknown })).status).toBe(404)
    const { key } = await core.admin.apiKeys.create.mutate({ name: 'another' })
    const stolen = { 'mcp-session-id': await openSession(), authorization: `Bearer ${key}` }
    expect((await send({ body: rpc('tools/list'), headers: stolen })).status).toBe(404)
    expect((await send({ method: 'GET', headers: stolen })).status).toBe(404)
    expect((await send({ method: 'DELETE', headers: stolen })).status).toBe(404)
  })

  test('a session of one endpoint is unknown on another', async () => {
    const { namespaceId = '' } = (await core.admin.endpoints.list.query())[0] ?? {}
    await core.admin.endpoints.create.mutate({ name: 'second', namespaceId })
    const headers = { 'mcp-session-id': await openSession() }
    const path = '/metamcp/second/mcp'
    expect((await send({ path, body: rpc('tools/list'), headers })).status).toBe(404)
  })

  test('DELETE ends it', async () => {
    const headers = { 'mcp-session-id': await openSession() }
    expect((await send({ body: rpc('ping'), headers })).json.result).toEqual({})
    expect((await send({ method: 'DELETE', headers })).status).toBe(200)
    expect((await send({ body: rpc('ping'), headers })).status).toBe(404)
  })

  test.each([
    ['2025-11-25', '2025-11-25'],
    ['2024-11-05', '2024-11-05'],
    ['1999-01-01', '2025-11-25'],
  ])('a client that asks for %s gets %s', async (asked, answered) => {
    const body = rpc('initialize', { ...hello, protocolVersion: asked })
    expect((await send({ body })).json.result).toMatchObject({ protocolVersion: answered })
  })

  test('an unknown MCP-Protocol-Version: 400', async () => {
    const headers = { 'mcp-session-id': await openSession(), 'mcp-protocol-version': '1999-01-01' }
    expect((await send({ body: rpc('ping'), headers })).status).toBe(400)
  })

  test('notifications and answers of the client: 202 without a body', async () => {
    const headers = { 'mcp-session-id': await openSession() }
    const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' }
    expect(await send({ body: initialized, headers })).toMatchObject({ status: 202, json: {} })
    const answered = { jsonrpc: '2.0', id: 5, result: {} }
    expect(await send({ body: answered, headers })).toMatchObject({ status: 202, json: {} })
  })

  test('a batch is answered in the revisions that have it, and refused in the others', async () => {
    const batch = [rpc('ping', {}, 'a'), rpc('ping', {}, 'b')]
    const newer = { 'mcp-session-id': await openSession() }
    expect((await send({ body: batch, headers: newer })).status).toBe(400)
    const old = await send({ body: rpc('initialize', { ...hello, protocolVersion: '2025-03-26' }) })
    const older = { 'mcp-session-id': old.headers.get('mcp-session-id') ?? '' }
    const { json } = await send({ body: batch, headers: older })
    expect(json).toMatchObject([{ id: 'a' }, { id: 'b' }])
  })

  test('GET without text/event-stream: 406; an unknown method of HTTP: 405', async () => {
    const headers = { 'mcp-session-id': await openSession(), accept: 'application/json' }
    expect((await send({ method: 'GET', headers })).status).toBe(406)
    const put = await send({ method: 'PUT', headers })
    expect(put.status).toBe(405)
    expect(put.headers.get('allow')).toBe('POST, GET, DELETE')
  })
})

describe('bodies', () => {
  test.each<[string, unknown, number, number]>([
    ['not JSON', '{"jsonrpc":', 400, -32700],
    ['empty', '', 400, -32700],
    ['not an object', '7', 400, -32600],
    ['an empty batch', [], 400, -32000],
    ['without jsonrpc', { id: 1, method: 'ping' }, 400, -32600],
    ['a method that is no string', { jsonrpc: '2.0', id: 1, method: 7 }, 400, -32600],
    ['params that are a list', { jsonrpc: '2.0', id: 1, method: 'ping', params: [] }, 400, -32600],
    ['an id that is an object', { jsonrpc: '2.0', id: {}, method: 'ping' }, 400, -32600],
    ['initialize without a version', rpc('initialize', {}), 400, -32602],
  ])('%s', async (_, body, status, code) => {
    expect(await send({ body })).toMatchObject({ status, json: { error: { code } } })
  })

  test('a body of another type: 415', async () => {
    const headers = { 'content-type': 'text/plain' }
    expect((await send({ body: rpc('ping'), headers })).status).toBe(415)
    const trick = { 'content-type': 'text/plain; x=application/json' }
    expect((await send({ body: rpc('ping'), headers: trick })).status).toBe(415)
  })

  test('a body that is too large: 413', async () => {
    const body = rpc('ping', { text: 'x'.repeat(64 * 1024 * 1024) })
    expect((await send({ body })).status).toBe(413)
  })
})

describe('errors', () => {
  test.each<[string, string, object, object]>([
    ['an unknown tool', 'tools/call', { name: 'nope' }, { code: -32602, message: /nope/ }],
    ['a tool without a name', 'tools/call', {}, { code: -32602 }],
    ['an unknown prompt', 'prompts/get', { name: 'nope' }, { code: -32602, message: /nope/ }],
    ['an unknown resource', 'resources/read', { uri: 'zip://x' }, { code: -32002 }],
    ['an unknown method', 'novel/method', {}, { code: -32601 }],
    ['a cursor that is not ours', 'tools/list', { cursor: 'x' }, { code: -32602 }],
    [
      'an error a server answered',
      'tools/call',
      { name: 'echo__throw', arguments: { code: -31999, message: 'own', data: [1] } },
      { code: -31999, message: /^own$/, data: [1] },
    ],
  ])(
    '%s',
    async (_, method, params, { message, ...error }: { message?: RegExp; code?: number }) => {
      const headers = { 'mcp-session-id': await openSession() }
      const { status, json } = await send({ body: rpc(method, params), headers })
      expect(status).toBe(200)
      expect(json.error).toMatchObject(error)
      if (message) expect(json.error).toHaveProperty('message', expect.stringMatching(message))
    },
  )

  test('a server that does not start: -32603 with the server and what a person can act on', async () => {
    const { id = '' } = (await core.admin.servers.list.query()).find((s) => s.name === 'gone') ?? {}
    await expect.poll(async () => (await core.admin.servers.get.query({ id })).state).toBe('failed')
    expect((await core.admin.servers.get.query({ id })).error).toMatch(/code 3[^]*no licence found/)
  })

  test('a server that dies in a call: -32603 with server and reason, and the next call works', async () => {
    const headers = { 'mcp-session-id': await openSession() }
    const call = (name: string, args: object) =>
      send({ body: rpc('tools/call', { name, arguments: args }), headers })
    const { json } = await call('echo__exit', { code: 7, stderr: 'last words' })
    expect(json.error).toMatchObject({ code: -32603, data: { server: 'echo' } })
    expect(json.error).toHaveProperty('data.reason', expect.stringMatching(/7[^]*last words/))
    expect((await call('echo__echo', { message: 'back' })).json.result).toMatchObject({
      content: [{ text: 'back' }],
    })
  })
})

describe('the modern era', () => {
  test('server/discover', async () => {
    const headers = modernHeaders('server/discover')
    const { status, json } = await send({ body: modern('server/discover'), headers })
    expect(status).toBe(200)
    expect(json.result).toMatchObject({
      resultType: 'complete',
      supportedVersions: [MODERN],
      ttlMs: 0,
      cacheScope: 'private',
      capabilities: { tools: {} },
    })
  })

  test('a session id is ignored', async () => {
    const headers = { ...modernHeaders('tools/list'), 'mcp-session-id': 'whatever' }
    expect((await send({ body: modern('tools/list'), headers })).status).toBe(200)
  })

  const call = modern('tools/call', { name: 'echo__echo', arguments: { message: 'x' } })
  test.each<[string, object, Record<string, string>, number, number]>([
    [
      'no version header',
      call,
      { 'mcp-method': 'tools/call', 'mcp-name': 'echo__echo' },
      400,
      -32020,
    ],
    ['no method header', call, { 'mcp-protocol-version': MODERN }, 400, -32020],
    ['another method in the header', call, modernHeaders('tools/list', 'echo__echo'), 400, -32020],
    ['another name in the header', call, modernHeaders('tools/call', 'other'), 400, -32020],
    ['no name header', call, modernHeaders('tools/call'), 400, -32020],
    ['no envelope', rpc('tools/list'), modernHeaders('tools/list'), 400, -32602],
    ['an unknown method', modern('no/such'), modernHeaders('no/such'), 404, -32601],
    ['a method of the other era', modern('ping'), modernHeaders('ping'), 404, -32601],
  ])('%s', async (_, body, headers, status, code) => {
    expect(await send({ body, headers })).toMatchObject({
      status,
      json: { id: 1, error: { code } },
    })
  })

  test('a version that we do not speak: 400 with -32022 and those that we do', async () => {
    const body = modern('tools/list')
    const params = body.params as { _meta: Record<string, unknown> }
    params._meta['io.modelcontextprotocol/protocolVersion'] = '2027-01-01'
    const headers = { ...modernHeaders('tools/list'), 'mcp-protocol-version': '2027-01-01' }
    expect(await send({ body, headers })).toMatchObject({
      status: 400,
      json: { error: { code: -32022, data: { supported: [MODERN], requested: '2027-01-01' } } },
    })
  })

  test('a name that a header cannot hold travels in base64', async () => {
    const uri = 'echo://items/ü'
    const name = `=?base64?${Buffer.from(uri).toString('base64')}?=`
    const headers = modernHeaders('resources/read', name)
    const { json } = await send({ body: modern('resources/read', { uri }), headers })
    expect(json.result).toMatchObject({ contents: [{ uri }], resultType: 'complete' })
  })

  test('an unknown resource: -32602, since this era has no -32002', async () => {
    const headers = modernHeaders('resources/read', 'zip://x')
    const { json } = await send({ body: modern('resources/read', { uri: 'zip://x' }), headers })
    expect(json.error).toMatchObject({ code: -32602, data: { uri: 'zip://x' } })
  })
})

describe('health and the rest', () => {
  test('/health says that it is ready, and nothing else', async () => {
    const { status, json } = await send({ method: 'GET', path: '/health' })
    expect(status).toBe(200)
    expect(json).toEqual({ status: 'ok', version: '0.0.0-test' })
  })

  test('the management API takes the admin token, and no API key', async () => {
    const path = '/trpc/frontend/servers.list'
    const ask = async (token: string) =>
      (await send({ method: 'GET', path, headers: { authorization: `Bearer ${token}` } })).status
    expect(await ask(core.adminToken.token)).toBe(200)
    expect(await ask(core.key)).toBe(403)
    expect(await ask('wrong')).toBe(401)
  })

  test('no state is changed by GET', async () => {
    const input = encodeURIComponent(JSON.stringify({ name: 'by-get' }))
    const path = `/trpc/frontend/namespaces.create?input=${input}`
    const headers = { authorization: `Bearer ${core.adminToken.token}` }
    expect((await send({ method: 'GET', path, headers })).status).toBe(405)
    expect((await core.admin.namespaces.list.query()).map((n) => n.name)).not.toContain('by-get')
  })

  test('nothing else is there', async () => {
    expect((await send({ method: 'GET', path: '/nothing' })).status).toBe(404)
  })
})

test('1,000 malformed requests neither crash nor slow it', async () => {
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  const random = seeded(7)
  for (let round = 0; round < 20; round++) {
    await Promise.all(Array.from({ length: 50 }, () => sendMalformed(random)))
  }
  const before = performance.now()
  const answered = await client.callTool({ name: 'echo__echo', arguments: { message: 'alive' } })
  expect(answered.content).toMatchObject([{ text: 'alive' }])
  // Not a measurement: an event loop that hangs on what it was sent would take far longer.
  expect(performance.now() - before).toBeLessThan(2_000)
})

/** Mulberry32: small, and the same on every run, so that a failure can be repeated. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

async function sendMalformed(random: () => number): Promise<void> {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const garbage = () =>
    Array.from({ length: Math.floor(random() * 200) }, () =>
      String.fromCharCode(Math.floor(random() * 0x7ff)),
    ).join('')
  const bodies: unknown[] = [
    garbage(),
    `[${'['.repeat(Math.floor(random() * 20_000))}`,
    `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
    { jsonrpc: '2.0', id: garbage(), method: garbage(), params: { [garbage()]: garbage() } },
    { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: garbage(), _meta: garbage() } },
    rpc('initialize', { protocolVersion: garbage(), capabilities: garbage() }),
    `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"__proto__":{"cursor":"x"}}}`,
    [rpc('ping'), garbage(), null, []],
    { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: garbage() } },
    modern(garbage(), { name: garbage() }),
  ]
  const headers: Record<string, string>[] = [
    {},
    { 'mcp-session-id': crypto.randomUUID() },
    { 'mcp-protocol-version': pick([MODERN, VERSION, '0', '9'.repeat(500)]) },
    { accept: pick(['', 'x/y', '*/*', ',;,']) },
    { 'content-type': pick(['', 'application/json; charset=ü'.slice(0, 31), 'x', 'text/html']) },
    { ...modernHeaders('tools/call', '=?base64?%%?='), 'mcp-method': 'x'.repeat(3_000) },
    { authorization: `Bearer ${'y'.repeat(4_000)}` },
  ]
  const response = await send({
    method: pick(['POST', 'POST', 'POST', 'POST', 'DELETE', 'PUT']),
    path: pick(['/metamcp/default/mcp', '/metamcp/%00/mcp', '/metamcp/default/mcp?api_key=%zz']),
    headers: pick(headers),
    body: pick(bodies),
  }).catch((error: unknown) => {
    // A refusal may come before the whole body is sent; the connection is closed then.
    expect(error).toBeInstanceOf(Error)
    return { status: 400 }
  })
  expect(response.status).toBeLessThan(500)
}
