import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { CreateMessageRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { echoServer } from '../testing/echo-definition.ts'
import { openEvents, type EventProbe } from '../testing/event-probe.ts'
import { HELLO, openProbe, rpc } from '../testing/http-probe.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

let core: TempCore
let probe: ReturnType<typeof openProbe>
beforeAll(async () => {
  core = await startTempCore({ file: configFileOf([echoServer()]) })
  probe = openProbe(core)
})
afterAll(() => core[Symbol.asyncDispose]())

const bearer = () => ({ authorization: `Bearer ${core.key}` })
const sseUrl = (query = '') => `${core.url}/metamcp/default/sse${query}`

/** A client of HTTP+SSE alone. */
async function connect(capabilities = {}) {
  const client = new Client({ name: 'old', version: '1' }, { capabilities })
  const transport = new SSEClientTransport(new URL(sseUrl()), {
    requestInit: { headers: bearer() },
  })
  await client.connect(transport as Parameters<Client['connect']>[0])
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() })
}

/** A stream, and where it says to send to. */
async function open(headers = bearer(), query = '') {
  const stream = await openEvents(sseUrl(query), { headers })
  const { data: path } = await stream.event(({ event }) => event === 'endpoint')
  const send = (body: unknown, more = {}) =>
    probe.send({ path, body, headers: { ...headers, ...more } })
  const answer = async (id: unknown) => (await stream.event((one) => one.json.id === id)).json
  return { stream, path, send, answer, [Symbol.asyncDispose]: () => close(stream) }
}

async function close(stream: EventProbe): Promise<void> {
  await stream[Symbol.asyncDispose]()
}

async function sessions(): Promise<number> {
  const params = { name: 'echo__state' }
  await using line = await open()
  await line.send(rpc('initialize', HELLO))
  await line.answer(1)
  await line.send(rpc('tools/call', params, 2))
  const { result } = await line.answer(2)
  return (result?.structuredContent as { cancelled: unknown[] }).cancelled.length
}

// Shows: sse-served
describe('an official client of HTTP+SSE', () => {
  test('lists, calls, hears of progress and of changes', async () => {
    await using client = await connect()
    const changed = Promise.withResolvers<void>()
    client.fallbackNotificationHandler = ({ method }) =>
      Promise.resolve(method.endsWith('tools/list_changed') ? changed.resolve() : undefined)
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toContain('echo__echo')
    const steps: number[] = []
    const called = await client.callTool(
      { name: 'echo__slow', arguments: { steps: 5 } },
      undefined,
      { onprogress: ({ progress }) => steps.push(progress) },
    )
    expect(called.content).toMatchObject([{ text: 'done after 5 steps' }])
    expect(steps).toEqual([1, 2, 3, 4, 5])
    await client.callTool({ name: 'echo__change_tools' })
    await changed.promise
  })

  test('is asked by a server, and answers', async () => {
    await using client = await connect({ sampling: {} })
    const content = { type: 'text' as const, text: 'sampled' }
    client.setRequestHandler(CreateMessageRequestSchema, () =>
      Promise.resolve({ model: 'm', role: 'assistant' as const, content }),
    )
    const params = { messages: [], maxTokens: 1 }
    const called = await client.callTool({
      name: 'echo__ask',
      arguments: { method: 'sampling/createMessage', params },
    })
    expect(called.structuredContent).toMatchObject({ result: { model: 'm', content } })
  })
})

describe('the stream', () => {
  test('names the address to send to, and answers there with 202', async () => {
    await using line = await open()
    expect(line.path).toMatch(/^\/metamcp\/default\/message\?sessionId=(\w+\.)?[0-9a-f-]{36}$/)
    expect(line.stream.headers['content-type']).toBe('text/event-stream')
    const before = await line.send(rpc('ping', {}, 'early'))
    expect(before).toMatchObject({ status: 202, json: {} })
    expect(await line.answer('early')).toMatchObject({ result: {} })
    await line.send(rpc('initialize', { ...HELLO, protocolVersion: '2024-11-05' }, 'hello'))
    expect((await line.answer('hello')).result).toMatchObject({ protocolVersion: '2024-11-05' })
    await line.send(rpc('initialize', HELLO, 'again'))
    expect((await line.answer('again')).error).toMatchObject({ code: -32600 })
    await line.send(rpc('tools/call', { name: 'nope' }, 'unknown'))
    expect((await line.answer('unknown')).error).toMatchObject({ code: -32602 })
  })

  test('refuses what comes before initialize, and an initialize that makes no sense', async () => {
    await using line = await open()
    await line.send(rpc('tools/list', {}, 'early'))
    expect((await line.answer('early')).error).toMatchObject({ code: -32600 })
    await line.send(rpc('initialize', {}, 'bad'))
    expect((await line.answer('bad')).error).toMatchObject({ code: -32602 })
    await line.send(rpc('initialize', HELLO, 'good'))
    expect((await line.answer('good')).result).toMatchObject({ protocolVersion: '2025-11-25' })
  })

  test('ends the session when it ends: calls are cancelled, and its address is gone', async () => {
    const before = await sessions()
    const line = await open()
    await line.send(rpc('initialize', HELLO))
    await line.answer(1)
    const params = { name: 'echo__hold', arguments: { key: 'k' }, _meta: { progressToken: 't' } }
    await line.send(rpc('tools/call', params, 2))
    await line.stream.event(({ json }) => json.method === 'notifications/progress')
    await close(line.stream)
    await expect.poll(sessions).toBe(before + 1)
    expect((await line.send(rpc('ping', {}, 3))).status).toBe(404)
  })

  test('ends when its key is revoked', async () => {
    const { apiKey, key } = await core.admin.apiKeys.create.mutate({ name: 'short-lived' })
    await using line = await open({ authorization: `Bearer ${key}` })
    await line.send(rpc('initialize', HELLO))
    await line.answer(1)
    await core.admin.apiKeys.delete.mutate({ id: apiKey.id })
    expect(await line.stream.over).toBe('ended')
    expect((await line.send(rpc('ping'))).status).toBe(401)
  })
})

describe('who may send', () => {
  test('a message without a key: 401; with another one: 404; to another endpoint: 404', async () => {
    await using line = await open()
    expect((await line.send(rpc('ping'), { authorization: '' })).status).toBe(401)
    const { key } = await core.admin.apiKeys.create.mutate({ name: 'another' })
    const stolen = await line.send(rpc('ping'), { authorization: `Bearer ${key}` })
    expect(stolen.status).toBe(404)
    const { namespaceId = '' } = (await core.admin.endpoints.list.query())[0] ?? {}
    await core.admin.endpoints.create.mutate({ name: 'second', namespaceId })
    const path = line.path.replace('default', 'second')
    expect((await probe.send({ path, body: rpc('ping') })).status).toBe(404)
  })

  test('a client that can only name its key in the address finds it in the one to send to', async () => {
    const { id = '' } =
      (await core.admin.endpoints.list.query()).find((e) => e.name === 'default') ?? {}
    const allow = (queryParam: boolean) =>
      core.admin.endpoints.update.mutate({ id, patch: { auth: { queryParam } } })
    const query = `?api_key=${core.key}`
    await using refused = await openEvents(sseUrl(query), {})
    expect(refused.status).toBe(401)
    await allow(true)
    await using line = await open({ authorization: '' }, query)
    expect(line.path).toContain(`api_key=${core.key}`)
    expect((await line.send(rpc('ping', {}, 'by query'))).status).toBe(202)
    expect(await line.answer('by query')).toMatchObject({ result: {} })
    await using withHeader = await open(bearer(), query)
    expect(withHeader.path).not.toContain('api_key')
    await allow(false)
  })
})

describe('malformed requests', () => {
  const message = (query: string) => `/metamcp/default/message${query}`
  test.each<[string, Parameters<typeof probe.send>[0], number]>([
    ['POST to the stream', { path: '/metamcp/default/sse', body: rpc('ping') }, 405],
    ['GET of the other address', { path: message('?sessionId=x'), method: 'GET' }, 405],
    ['DELETE', { path: '/metamcp/default/sse', method: 'DELETE' }, 405],
    ['no stream named', { path: message(''), body: rpc('ping') }, 400],
    ['a stream that is not there', { path: message('?sessionId=x'), body: rpc('ping') }, 404],
    ['no endpoint', { path: '/metamcp/none/sse', method: 'GET' }, 404],
    [
      'no stream taken',
      { path: '/metamcp/default/sse', method: 'GET', headers: { accept: 'application/json' } },
      406,
    ],
    [
      'a page of another origin',
      { path: '/metamcp/default/sse', method: 'GET', headers: { origin: 'https://evil.example' } },
      403,
    ],
  ])('%s', async (_, sent, status) => {
    expect((await probe.send(sent)).status).toBe(status)
  })

  test.each<[string, unknown, number]>([
    ['not JSON', '{"jsonrpc":', 400],
    ['an array', [rpc('ping')], 400],
    ['no message', { id: 1 }, 400],
    ['an id beyond 2^53', '{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}', 400],
    ['too large', rpc('ping', { text: 'x'.repeat(17 * 1024 * 1024) }), 413],
  ])('a body that is %s is refused, and the stream goes on', async (_, body, status) => {
    await using line = await open()
    expect((await line.send(body)).status).toBe(status)
    await line.send(rpc('ping', {}, 'alive'))
    expect(await line.answer('alive')).toMatchObject({ result: {} })
  })

  test('a body of another type: 415', async () => {
    await using line = await open()
    const refused = await line.send(rpc('ping'), { 'content-type': 'text/plain' })
    expect(refused.status).toBe(415)
  })
})
