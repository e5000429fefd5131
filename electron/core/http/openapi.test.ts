import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { echoServer } from '../testing/echo-definition.ts'
import { openOpenApi } from '../testing/openapi-probe.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

/** Tools as addresses of HTTP: what is answered with which status. */

const ORIGIN = 'https://app.example'
/** A server that was down is started first. */
const PATIENT = { timeout: 10_000 }

const READS_NOTHING = {
  name: 'status',
  inputSchema: { type: 'object', properties: {} },
  annotations: { readOnlyHint: true },
}

const BASE = configFileOf([
  echoServer({ extraTools: [READS_NOTHING], instructions: 'Echoes.' }),
  echoServer({ name: 'new', era: 'modern' }),
  echoServer({ name: 'rich', bare: true, conformance: true }),
]) as { namespaces: Record<string, object>; endpoints: Record<string, object> }
const FILE = {
  ...BASE,
  namespaces: {
    ...BASE.namespaces,
    narrow: {
      servers: ['echo'],
      tools: {
        echo__echo: { name: 'say', title: 'Say', description: 'Says it' },
        echo__add: { enabled: false },
      },
      middleware: [
        { use: 'limit-time', ms: 300 },
        { use: 'limit-rate', perMinute: 3 },
      ],
    },
  },
  endpoints: {
    ...BASE.endpoints,
    narrow: { namespace: 'narrow', auth: { apiKey: true, queryParam: true } },
    open: { namespace: 'narrow', auth: { apiKey: false } },
    searched: { namespace: 'default', discovery: { mode: 'search' } },
  },
}

let core: TempCore
let api: ReturnType<typeof openOpenApi>
beforeAll(async () => {
  core = await startTempCore({ file: FILE, allowedOrigins: [ORIGIN] })
  api = openOpenApi(core)
})
afterAll(() => core[Symbol.asyncDispose]())

test('what a tool answers comes as a client of HTTP expects it', async () => {
  const structured = await api.call('echo__add', { a: 1, b: 2 })
  expect(structured).toMatchObject({ status: 200, text: '{"sum":3}' })
  expect(structured.headers.get('content-type')).toBe('application/json')
  expect(await api.call('echo__echo', { message: 'hi' })).toMatchObject({ text: '"hi"' })
  expect((await api.call('echo__echo', { message: '["a", 1]' })).json).toEqual(['a', 1])
  // A text of digits is a text.
  expect(await api.call('echo__echo', { message: '007' })).toMatchObject({ text: '"007"' })
  expect(await api.call('echo__echo', { message: '[broken' })).toMatchObject({
    text: '"[broken"',
  })
  const { text } = await api.call('echo__unknown_content')
  // Digits that no double has are not rounded.
  expect(text).toContain('"integer":9007199254740993123')
  expect((await api.call('new__add', { a: 1, b: 2 })).json).toEqual({ sum: 3 })
  expect((await api.call('new__again', { times: 3 })).text).toBe('"enough"')
})

test('what is no single text comes in the shapes of MCP', async () => {
  const { status, json } = await api.call('rich__test_multiple_content_types')
  expect(status).toBe(200)
  const { content } = json as { content: { type: string }[] }
  expect(content.map(({ type }) => type)).toEqual(['text', 'image', 'resource'])
})

test('arguments reach the server as they are, with numbers of any length', async () => {
  const body = '{"deep":[{"n":9007199254740993123}],"x":null}'
  const { text } = await api.send('echo__reflect', { body })
  expect(text).toContain('"arguments":{"deep":[{"n":9007199254740993123}],"x":null}')
  expect((await api.send('echo__status')).text).toBe('"status {}"')
  expect((await api.send('echo__status', { body: '' })).text).toBe('"status {}"')
})

test.each([
  { what: 'a tool that failed', tool: 'echo__fail', body: {}, status: 422 },
  { what: 'no such tool', tool: 'echo__none', body: {}, status: 404 },
  { what: 'no such tool, by a strange name', tool: '%00', body: {}, status: 404 },
  { what: 'wrong parameters', tool: 'echo__throw', body: { code: -32602 }, status: 400 },
  { what: 'an error of the server', tool: 'echo__throw', body: { code: -32050 }, status: 502 },
  { what: 'a question to a person', tool: 'new__url_required', body: {}, status: 501 },
  { what: 'a list for arguments', tool: 'echo__echo', body: [], status: 400 },
  { what: 'no JSON', tool: 'echo__echo', body: '{', status: 400 },
  {
    what: 'too deep',
    tool: 'echo__echo',
    body: `{"a":${'['.repeat(600)}${']'.repeat(600)}}`,
    status: 400,
  },
])('$what: $status', async ({ tool, body, status }) => {
  const answered = await api.send(tool, { body })
  expect(answered).toMatchObject({ status })
  if (status === 422) {
    const content = [{ type: 'text', text: 'it went wrong' }]
    expect(answered.json).toEqual({ content, isError: true })
  } else expect(answered.json).toMatchObject({ error: { message: expect.any(String) as string } })
})

test('a server that asks in the middle of a call is refused, and may go on without', async () => {
  const question = { method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } }
  const { status, text } = await api.call('echo__ask', question)
  expect(status).toBe(200)
  expect(text).toContain('The client did not declare what sampling/createMessage needs')
})

test('an error of a server keeps its code and data', async () => {
  const { json } = await api.call('echo__throw', { code: -32050, message: 'no', data: { a: 1 } })
  expect(json).toMatchObject({ error: { code: -32050, message: 'no', data: { a: 1 } } })
})

test('a form, a body that is too large, and other methods are refused', async () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  expect(await api.send('echo__echo', { body: 'a=b', headers: form })).toMatchObject({
    status: 415,
  })
  const large = JSON.stringify({ message: 'x'.repeat(17 * 1024 * 1024) })
  const refused = await api.send('echo__echo', { body: large }).catch(() => ({ status: 413 }))
  expect(refused.status).toBe(413)
  const put = await api.send('echo__echo', { method: 'PUT', body: {} })
  expect(put).toMatchObject({ status: 405 })
  expect(put.headers.get('allow')).toBe('POST, GET')
})

test('GET calls what only reads and takes nothing, and never for pages of others', async () => {
  const get = (tool: string, headers: Record<string, string> = {}) =>
    api.send(tool, { method: 'GET', headers })
  expect(await get('echo__status')).toMatchObject({ status: 200, text: '"status {}"' })
  // It reads, but takes something; it takes nothing, but may do more than read.
  expect(await get('echo__add')).toMatchObject({ status: 405 })
  expect(await get('echo__fail')).toMatchObject({ status: 405 })
  expect(await get('echo__none')).toMatchObject({ status: 404 })
  expect(await get('echo__status', { 'sec-fetch-site': 'cross-site' })).toMatchObject({
    status: 403,
  })
  expect(await get('echo__status', { 'sec-fetch-site': 'none' })).toMatchObject({ status: 200 })
})

test('credentials and guards are those of the other addresses', async () => {
  expect(await api.send('echo__status', { key: null })).toMatchObject({ status: 401 })
  expect(await api.send('openapi.json', { method: 'GET', key: 'sk_mt_x' })).toMatchObject({
    status: 401,
  })
  const headers = { origin: 'https://evil.example' }
  expect(await api.send('echo__status', { headers })).toMatchObject({ status: 403 })
  const [open] = (await core.admin.endpoints.list.query()).filter(({ name }) => name === 'open')
  const scope = { name: 'elsewhere', endpoints: [open?.id ?? ''] }
  const other = await core.admin.apiKeys.create.mutate(scope)
  expect(await api.send('echo__status', { key: other.key })).toMatchObject({ status: 403 })
  const none = openOpenApi(core, 'none')
  expect(await none.send('echo__status')).toMatchObject({ status: 404 })
  const byHeader = { 'x-api-key': core.key }
  expect(await api.send('echo__status', { key: null, headers: byHeader })).toMatchObject({
    status: 200,
  })
  // In the address only where the endpoint allows it.
  const inQuery = `?api_key=${core.key}`
  expect(await api.send(`echo__status${inQuery}`, { key: null })).toMatchObject({ status: 401 })
  const narrow = openOpenApi(core, 'narrow')
  expect(await narrow.send(`openapi.json${inQuery}`, { key: null, method: 'GET' })).toMatchObject({
    status: 200,
  })
})

test('a page of an allowed origin may call, with a key of its own', async () => {
  const origin = ORIGIN
  const asked = await fetch(`${api.base}/echo__echo`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  })
  expect(asked.status).toBe(204)
  expect(asked.headers.get('access-control-allow-headers')).toBe('authorization, content-type')
  const read = await api.send('openapi.json', { method: 'GET', headers: { origin } })
  expect(read.headers.get('access-control-allow-origin')).toBe(origin)
})

test('curation, time limits and rates of a namespace hold here as well', async () => {
  const narrow = openOpenApi(core, 'open')
  const { paths } = await narrow.document()
  expect(paths['/echo__add']).toBeUndefined()
  expect(paths['/echo__echo']).toBeUndefined()
  expect(paths['/say']?.post).toMatchObject({ summary: 'Say', description: 'Says it' })
  expect(await narrow.call('say', { message: 'hi' })).toMatchObject({ text: '"hi"' })
  for (const name of ['echo__add', 'echo__echo']) {
    expect(await narrow.call(name, { a: 1, b: 2 })).toMatchObject({ status: 404 })
  }
  const late = await narrow.call('echo__never')
  expect(late).toMatchObject({ status: 504, json: { error: { data: { timeoutMs: 300 } } } })
  const statuses: number[] = []
  for (let call = 0; call < 3; call += 1) {
    const answered = await narrow.call('say', { message: 'hi' })
    statuses.push(answered.status)
    if (answered.status !== 429) continue
    expect(Number(answered.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(answered.json).toMatchObject({ error: { code: -32029 } })
  }
  expect(statuses.at(-1)).toBe(429)
})

test('where tools are searched, the document has the search, and all answer to their names', async () => {
  const searched = openOpenApi(core, 'searched')
  const { paths } = await searched.document()
  expect(Object.keys(paths)).toEqual(['/search_tools', '/call_tool'])
  const found = await searched.call('search_tools', { query: 'add two numbers' })
  expect(found.text).toContain('echo__add')
  const asked = { name: 'echo__add', arguments: { a: 1, b: 2 } }
  expect((await searched.call('call_tool', asked)).json).toEqual({ sum: 3 })
  expect((await searched.call('echo__add', { a: 1, b: 2 })).json).toEqual({ sum: 3 })
})

test('a server that is down is told with the reason', async () => {
  const { status, json } = await api.call('echo__exit', { code: 7, stderr: 'out of paper' })
  expect(status).toBe(502)
  const reason = expect.stringContaining('out of paper') as string
  expect(json).toMatchObject({ error: { data: { server: 'echo', reason } } })
})

test('a client that leaves cancels its call', async () => {
  const sent = request(`${api.base}/echo__hold`, {
    method: 'POST',
    headers: { authorization: `Bearer ${core.key}`, 'content-type': 'application/json' },
  })
  sent.on('error', () => undefined)
  sent.end('{"key":"left"}')
  const state = async () => (await api.call('echo__state')).json as State
  await expect.poll(async () => (await state()).running, PATIENT).toContain('hold')
  sent.destroy()
  await expect.poll(async () => JSON.stringify(await state()), PATIENT).toContain('the client left')
})

test('a key that is deleted ends its calls', async () => {
  const made = await core.admin.apiKeys.create.mutate({ name: 'short' })
  const call = api.send('echo__hold', { body: { key: 'revoked' }, key: made.key })
  const state = async () => (await api.call('echo__state')).json as State
  await expect.poll(async () => (await state()).running, PATIENT).toContain('hold')
  await core.admin.apiKeys.delete.mutate({ id: made.apiKey.id })
  expect(await call).toMatchObject({ status: 403 })
})

test('people see the program that called', async () => {
  const headers = { 'user-agent': 'Python/3.11 aiohttp/3.11.2' }
  await api.send('echo__status', { headers })
  const browser = { 'user-agent': 'Mozilla/5.0 (X11; Linux) AppleWebKit/537.36' }
  await api.send('echo__status', { headers: browser })
  const [second, first] = await core.admin.activity.latest.query({ limit: 2 })
  expect(first).toMatchObject({ client: 'Python aiohttp', name: 'echo__status', outcome: 'ok' })
  expect(second).toMatchObject({ client: 'OpenAPI', endpoint: 'default' })
})

type State = { running: string[] }
