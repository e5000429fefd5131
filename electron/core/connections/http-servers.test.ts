import { expect, test } from 'vitest'
import type { RpcNotification } from '../json-rpc.ts'
import { openRawHttp, sendJson, shakeHands, startEverything } from '../testing/echo-http.ts'
import type { Seen } from '../testing/echo-http.ts'
import type { EchoPools } from '../testing/echo-pools.ts'
import { call, openEchoPools } from '../testing/echo-pools.ts'
import { ServerDown } from './connection.ts'

const remote = (url: string, fields = {}) => ({
  ...{ type: 'STREAMABLE_HTTP' as const, name: 'remote', url },
  ...fields,
})

async function whyNot(world: EchoPools, id = 'remote'): Promise<string> {
  const error: unknown = await world.pools.lease(id).catch((cause: unknown) => cause)
  expect(error).toBeInstanceOf(ServerDown)
  return (error as ServerDown).reason
}

// Shows: sse-fallback
test.each([
  ['STREAMABLE_HTTP', 'streamableHttp', '/mcp'],
  ['SSE', 'sse', '/sse'],
  // Its URL answers a POST with 404: the older transport is tried.
  ['STREAMABLE_HTTP', 'sse', '/sse'],
] as const)('%s reaches a real server over %s', async (type, transport, path) => {
  await using server = await startEverything(transport)
  await using world = openEchoPools()
  const url = `${server.origin}${path}`
  const connection = await world.connect(world.defineServer({ ...remote(url), type }))

  expect(connection.pid).toBeNull()
  expect(connection.hello).toMatchObject({ protocolVersion: '2025-11-25' })
  expect(await call(connection, 'echo', { message: 'hi' })).toMatchObject({
    content: [{ type: 'text', text: 'Echo: hi' }],
  })
  const seen: RpcNotification[] = []
  const params = {
    name: 'trigger-long-running-operation',
    arguments: { duration: 0.2, steps: 2 },
    _meta: { progressToken: 'mine' },
  }
  await connection.request('tools/call', params, { notify: (one) => void seen.push(one) })
  expect(seen).toMatchObject(
    [1, 2].map((progress) => ({ params: { progressToken: 'mine', progress } })),
  )

  await server.stop()
  await expect(call(connection, 'echo', { message: 'anyone?' })).rejects.toBeInstanceOf(ServerDown)
  expect(await connection.closed).toMatch(
    /^(Nothing listens at|The connection to|Its event stream)/,
  )
})

// Shows: http-post, session-id-sent, session-deleted, version-header-sent
test('headers, token, version and session go with each request, and the session is ended', async () => {
  await using server = await openRawHttp((request, response) => {
    const { id } = request.body
    if (!shakeHands(request, response)) sendJson(response, { jsonrpc: '2.0', id, result: {} })
  })
  await using world = openEchoPools({ env: { TEAM: 'blue', TOKEN: 's3cret-token' } })
  const fields = { headers: { 'X-Team': '${TEAM}' }, bearerToken: '${TOKEN}' }
  const connection = await world.connect(
    world.defineServer(remote(`${server.origin}/\${TEAM}/mcp`, fields)),
  )
  expect(await connection.request('ping', {})).toEqual({})
  await world.pools.close()

  const what = ({ method, body }: Seen) => [method, body.method].filter(Boolean).join(' ')
  expect(server.seen.map(what).toSorted()).toEqual(
    [
      ...['DELETE', 'GET', 'POST initialize', 'POST notifications/initialized', 'POST ping'],
      'POST server/discover',
    ].toSorted(),
  )
  for (const one of server.seen) {
    expect(one.url).toBe('/blue/mcp')
    expect(one.headers).toMatchObject({ 'x-team': 'blue', authorization: 'Bearer s3cret-token' })
    if (['initialize', 'server/discover'].includes(one.body.method ?? '')) continue
    expect(one.headers).toMatchObject({
      'mcp-session-id': 's1',
      'mcp-protocol-version': '2025-06-18',
    })
  }
})

// Shows: session-renewed
test.each([404, 400])('a session that ended (%i): the next lease opens another', async (status) => {
  await using server = await openRawHttp((request, response) => {
    if (shakeHands(request, response)) return
    const error = { code: -32001, message: 'Session not found' }
    response.writeHead(status).end(JSON.stringify({ jsonrpc: '2.0', id: null, error }))
  })
  await using world = openEchoPools()
  const connection = await world.connect(world.defineServer(remote(server.origin)))
  await expect(connection.request('ping', {})).rejects.toMatchObject({
    reason: 'Its session has ended.',
  })
  expect(await connection.closed).toBe('Its session has ended.')
  expect(await world.connect('remote')).not.toBe(connection)
  expect(server.seen.filter(({ method }) => method === 'DELETE')).toEqual([])
})

test('an error in the body of a refusal is the error of that request alone', async () => {
  const error = { code: -32050, message: 'not today', data: { until: 'noon' } }
  await using server = await openRawHttp((request, response) => {
    if (shakeHands(request, response)) return
    const { id, method } = request.body
    if (method === 'ping') return sendJson(response, { jsonrpc: '2.0', id, result: {} })
    const isRpc = method === 'tools/call'
    response.writeHead(500).end(isRpc ? JSON.stringify({ jsonrpc: '2.0', id, error }) : 'oops')
  })
  await using world = openEchoPools()
  const connection = await world.connect(world.defineServer(remote(server.origin)))
  await expect(call(connection, 'x')).rejects.toMatchObject(error)
  await expect(connection.request('tools/list', {})).rejects.toMatchObject({
    reason: 'It answered HTTP 500: oops',
  })
  expect(await connection.request('ping', {})).toEqual({})
})

test.each([
  [
    401,
    'secret sk-12345',
    'It asks for a sign-in (HTTP 401). Sign in to it in MetaMCP, or give it a bearer token or a header.',
  ],
  [403, '', 'It refuses our credentials (HTTP 403).'],
  [404, '<html>no</html>', 'It answered HTTP 404.'],
  [503, 'over sk-12345 capacity', 'It answered HTTP 503: over ••• capacity'],
])('HTTP %i to the handshake is told in words', async (status, body, reason) => {
  await using server = await openRawHttp((_, response) => void response.writeHead(status).end(body))
  await using world = openEchoPools()
  world.defineServer(remote(server.origin, { bearerToken: 'sk-12345' }))
  expect(await whyNot(world)).toBe(reason)
})

test('a URL that is none once it is filled in is told without its value', async () => {
  await using world = openEchoPools({ env: { HOST: 'not a host' } })
  world.defineServer(remote('http://${HOST}/mcp'))
  const reason = 'Its url is not an http or https URL once its references are filled in.'
  expect(await whyNot(world)).toBe(reason)
})

test('a web page is not an MCP server', async () => {
  await using server = await openRawHttp((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>')
  })
  await using world = openEchoPools()
  world.defineServer(remote(server.origin))
  expect(await whyNot(world)).toContain('Is this the URL of an MCP server?')
})

test.each(['STREAMABLE_HTTP', 'SSE'] as const)(
  'nobody there: %s names the address',
  async (type) => {
    const { origin, close } = await openRawHttp(() => {})
    await close()
    await using world = openEchoPools()
    world.defineServer({ ...remote(`${origin}/mcp?key=secret`), type })
    expect(await whyNot(world)).toBe(`Nothing listens at ${origin}. Is the server running?`)
  },
)

test('a host that does not exist and a server without TLS are told apart', async () => {
  await using server = await openRawHttp(() => {})
  await using world = openEchoPools()
  world.defineServer(remote('http://no-such-host.invalid/mcp'))
  expect(await whyNot(world)).toContain('The host "no-such-host.invalid" was not found')
  world.defineServer(remote(server.origin.replace('http:', 'https:')))
  expect(await whyNot(world)).toContain('No safe connection to')
})

test.each(['STREAMABLE_HTTP', 'SSE'] as const)(
  'a %s server that never answers fails at its deadline',
  async (type) => {
    await using server = await openRawHttp((_, response) => {
      // The stream opens, and says nothing.
      if (type === 'SSE')
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write('\n')
    })
    await using world = openEchoPools()
    world.defineServer({ ...remote(server.origin), type, startTimeoutMs: 200 })
    expect(await whyNot(world)).toMatch(/^It was not ready within 0\.2 s; it got as far as/)
  },
)

test('an answer whose stream ends too early fails that request', async () => {
  await using server = await openRawHttp((request, response) => {
    if (shakeHands(request, response)) return
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(':\n\n')
  })
  await using world = openEchoPools()
  const connection = await world.connect(world.defineServer(remote(server.origin)))
  await expect(connection.request('tools/list', {})).rejects.toMatchObject({
    reason: 'It ended the answer to this request without a result.',
  })
})

// Shows: cancel-http-sent
test('a cancelled request is told to the server, and its answer is read no more', async () => {
  const { promise: isClosed, resolve: closed } = Promise.withResolvers<void>()
  await using server = await openRawHttp((request, response) => {
    if (shakeHands(request, response)) return
    if (request.body.method !== 'tools/call') return void response.writeHead(202).end()
    response.on('close', closed)
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n')
    abort.abort(new Error('no longer needed'))
  })
  await using world = openEchoPools()
  const connection = await world.connect(world.defineServer(remote(server.origin)))
  const abort = new AbortController()
  const { signal } = abort
  await expect(connection.request('tools/call', { name: 'x' }, { signal })).rejects.toThrow(
    'no lon',
  )
  await isClosed
  expect(server.seen.map(({ body }) => body)).toContainEqual({
    ...{ jsonrpc: '2.0', method: 'notifications/cancelled' },
    params: { requestId: 3, reason: 'no longer needed' },
  })
})
