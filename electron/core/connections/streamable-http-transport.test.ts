import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { MetaKey } from '../json-rpc.ts'
import type { RpcMessage } from '../json-rpc.ts'
import { dataOf, openRawHttp, sendEvents, sendJson, shakeHands } from '../testing/echo-http.ts'
import { openRawTransport } from '../testing/raw-transport.ts'
import { HttpRefusal } from './http-failure.ts'

const MODERN = '2026-07-28'
const envelope = { _meta: { [MetaKey.protocolVersion]: MODERN } }
const result = (id: number | undefined) => ({ jsonrpc: '2.0', id, result: {} })

// Shows: http-accept
test.each(['application/json; charset=utf-8', 'text/event-stream'])(
  'integers beyond 2^53 and unknown fields survive both ways, with %s',
  async (type) => {
    const text =
      '{"jsonrpc":"2.0","id":1,"result":{"n":9007199254740993,"x":[1.0000000000000000001]}}'
    await using server = await openRawHttp((_, response) => {
      const body = type.startsWith('text') ? `data: ${text}\n\n` : text
      response.writeHead(200, { 'content-type': type }).end(body)
    })
    await using raw = await openRawTransport(server.origin)
    const answer = await raw.ask('x/y')
    expect(JSON.stringify(answer)).toBe(text)
    const { result: sent } = answer as unknown as { result: object }
    await raw.ask('x/z', sent).catch(() => {})
    const accepted = server.seen.map(({ headers }) => headers.accept)
    expect(new Set(accepted)).toEqual(new Set(['application/json, text/event-stream']))
    expect(server.seen[1]?.text).toContain('{"n":9007199254740993,"x":[1.0000000000000000001]}')
  },
)

test("each message says on which request's stream it came", async () => {
  const streams = new Map<string, ServerResponse>()
  await using server = await openRawHttp((request, response) => {
    const { method, body } = request
    if (method === 'GET') return (void streams.set('own', response), sendEvents(response))
    if (shakeHands(request, response)) return
    streams.set(body.method ?? '', response)
    sendEvents(response)
    if (streams.size < 3) return
    // Crosswise: what comes first belongs to the request that was sent last.
    for (const name of ['two', 'one', 'own'] as const) {
      const stream = streams.get(name)
      if (stream) sendEvents(stream, dataOf({ id: name, method: 'elicitation/create' }))
    }
    const [one, two] = [streams.get('one'), streams.get('two')]
    if (two) sendEvents(two, dataOf({ id: 3, result: {} }))
    if (one) sendEvents(one, dataOf({ method: 'notifications/one' }), dataOf({ id: 2, result: {} }))
  })
  await using raw = await openRawTransport(server.origin)
  await raw.greet()
  await expect.poll(() => streams.has('own')).toBe(true)
  await Promise.all([raw.ask('one'), raw.ask('two'), raw.until('elicitation/create')])
  await expect.poll(() => raw.received.length).toBe(7)
  const on = (id: string) =>
    raw.received.find(({ message }) => Reflect.get(message, 'id') === id)?.on
  expect([on('one'), on('two'), on('own')]).toEqual([2, 3, undefined])
  expect((await raw.until('notifications/one')).on).toBe(2)
})

test('several answers in one body are taken, and what is no message is passed over', async () => {
  await using server = await openRawHttp(({ body }, response) => {
    const note = { jsonrpc: '2.0', method: 'notifications/x' }
    sendJson(response, [note, 42, { jsonrpc: '1.0', id: 1, result: {} }, result(body.id)])
  })
  await using raw = await openRawTransport(server.origin)
  await raw.ask('x')
  expect(raw.received.map(({ message }) => message)).toEqual([
    { jsonrpc: '2.0', method: 'notifications/x' },
    result(1),
  ])
})

test.each([
  ['text/event-stream', 200, 'on its stream'],
  ['application/json', 200, 'in its body'],
  ['application/json', 400, 'with a status'],
])(
  "an error that names no request, on a request's %s (%i), is its answer",
  async (type, status) => {
    const text = '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"nonsense"}}'
    await using server = await openRawHttp((_, response) => {
      const body = type.startsWith('text') ? `data: ${text}\n\n` : text
      response.writeHead(status, { 'content-type': type }).end(body)
    })
    await using raw = await openRawTransport(server.origin)
    await expect(raw.ask('x')).rejects.toMatchObject({ code: -32600, message: 'nonsense' })
  },
)

test('a goodbye that nobody answers is waited for only a while', { timeout: 8_000 }, async () => {
  await using server = await openRawHttp((request, response) => {
    if (request.method !== 'DELETE') shakeHands(request, response)
  })
  await using raw = await openRawTransport(server.origin)
  await raw.greet()
  const before = performance.now()
  await raw.transport.end('It was closed.')
  expect(performance.now() - before).toBeLessThan(4_000)
  expect(server.seen.at(-1)?.method).toBe('DELETE')
  await expect(raw.ask('ping')).rejects.toThrow('It was closed.')
})

test('modern requests carry their headers, and nothing of a session', async () => {
  await using server = await openRawHttp(({ body }, response) => {
    sendJson(response, result(body.id), { 'mcp-session-id': 'ignored' })
  })
  await using raw = await openRawTransport(server.origin)
  // The envelope decides before a version is agreed on, and the version afterwards.
  await raw.ask('server/discover', envelope)
  raw.transport.useVersion(MODERN)
  await raw.ask('tools/call', { name: 'wéather' }, { headers: { 'Mcp-Param-Region': 'us' } })
  await raw.transport.end('It was closed.')
  const [discover, call, ...others] = server.seen
  expect(discover?.headers).toMatchObject({
    ...{ 'mcp-method': 'server/discover', 'mcp-protocol-version': MODERN },
    ...{ accept: 'application/json, text/event-stream', 'content-type': 'application/json' },
  })
  expect(discover?.headers).not.toHaveProperty('mcp-name')
  expect(call?.headers).toMatchObject({
    ...{ 'mcp-method': 'tools/call', 'mcp-protocol-version': MODERN },
    ...{ 'mcp-name': '=?base64?d8OpYXRoZXI=?=', 'mcp-param-region': 'us' },
  })
  expect(call?.headers).not.toHaveProperty('mcp-session-id')
  expect(others).toEqual([])
})

test('an envelope makes nothing modern once a session was agreed on', async () => {
  await using server = await openRawHttp((request, response) => {
    if (!shakeHands(request, response)) sendJson(response, result(request.body.id))
  })
  await using raw = await openRawTransport(server.origin)
  await raw.greet()
  await raw.ask('tools/list', envelope)
  const headers = server.seen.find(({ body }) => body.method === 'tools/list')?.headers
  expect(headers).toMatchObject({ 'mcp-protocol-version': '2025-11-25', 'mcp-session-id': 's1' })
  expect(headers).not.toHaveProperty('mcp-method')
})

test.each([404, 400])(
  'HTTP %i with a JSON-RPC error is the error of a modern request',
  async (status) => {
    const error = { code: -32601, message: 'no such method', data: { n: 1 } }
    await using server = await openRawHttp(({ body }, response) => {
      response.writeHead(status).end(JSON.stringify({ jsonrpc: '2.0', id: body.id, error }))
    })
    await using raw = await openRawTransport(server.origin)
    const refused: unknown = await raw.ask('x', envelope).catch((cause: unknown) => cause)
    expect(refused).toMatchObject({ name: 'RpcError', ...error })
    expect((refused as Error).cause).toEqual(new HttpRefusal(status))
  },
)

test.each(['legacy', 'modern'])(
  'a %s answer that nobody wants is read no more at once',
  async (era) => {
    let closed = (_: number) => {}
    await using server = await openRawHttp((_, response) => {
      response.on('close', () => closed(performance.now()))
      sendEvents(response, 'id: a0\nretry: 1\ndata:')
    })
    await using raw = await openRawTransport(server.origin)
    const delays: number[] = []
    let ends = 0
    for (const id of [1, 2, 3]) {
      const closedAt = new Promise<number>((resolve) => (closed = resolve))
      const abort = new AbortController()
      const params = era === 'modern' ? envelope : {}
      const request: RpcMessage = { jsonrpc: '2.0', id, method: 'subscriptions/listen', params }
      await raw.transport.send(request, { signal: abort.signal, onStreamEnd: () => ends++ })
      const before = performance.now()
      abort.abort()
      delays.push((await closedAt) - before)
    }
    // The machine may be busy; what takes its time by design does so each time.
    expect(Math.min(...delays)).toBeLessThan(100)
    expect(raw.received).toEqual([])
    expect(ends).toBe(0)
    expect(server.seen).toHaveLength(3)
  },
)

test('a request is given up before any answer, too', async () => {
  const closed = Promise.withResolvers<void>()
  const abort = new AbortController()
  await using server = await openRawHttp((_, response) => {
    response.on('close', closed.resolve)
    abort.abort()
  })
  await using raw = await openRawTransport(server.origin)
  await raw.transport.send({ jsonrpc: '2.0', id: 1, method: 'x' }, { signal: abort.signal })
  await closed.promise
})

test('a modern stream that ends is not resumed: whoever listens is told', async () => {
  await using server = await openRawHttp((_, response) => {
    const acknowledged = dataOf({ method: 'notifications/subscriptions/acknowledged' })
    sendEvents(response, `id: a0\n${acknowledged}`)
    response.end()
  })
  await using raw = await openRawTransport(server.origin)
  await expect(raw.ask('subscriptions/listen', envelope)).rejects.toThrow('the stream ended')
  expect(raw.received).toMatchObject([{ on: 1 }])
  expect(server.seen).toHaveLength(1)
})

test.each(['application/json', 'text/event-stream'])(
  'a message beyond the limit ends the connection, with %s',
  async (type) => {
    await using server = await openRawHttp(({ body }, response) => {
      const text = JSON.stringify({ ...result(body.id), padding: 'x'.repeat(2_000) })
      response.writeHead(200, { 'content-type': type })
      response.write(type.startsWith('text') ? `data: ${text.slice(0, -10)}` : text)
    })
    await using raw = await openRawTransport(server.origin, { largestMessage: 1_000 })
    raw.ask('x').catch(() => {})
    expect(await raw.ended).toBe('It sent a message larger than 256 MB.')
  },
)

test('a server that answers and never closes the stream is left in a while', async () => {
  const closed = Promise.withResolvers<void>()
  await using server = await openRawHttp(({ body }, response) => {
    response.on('close', closed.resolve)
    sendEvents(response, dataOf({ id: body.id, result: {} }))
  })
  await using raw = await openRawTransport(server.origin)
  await raw.ask('x')
  await closed.promise
})
