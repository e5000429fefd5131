import { once, EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { openRawHttp, type Seen } from '../../core/testing/echo-http.ts'
import { Bridge } from './bridge.ts'

type Answer = (request: Seen, response: ServerResponse) => void

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
}

function rpc(fields: object): string {
  return JSON.stringify({ jsonrpc: '2.0', ...fields })
}

function modern(id: unknown, method: string, params: object = {}): string {
  return rpc({ id, method, params: { ...params, _meta: ENVELOPE } })
}

function sendJson(response: ServerResponse, text: string, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(text)
}

function openStream(response: ServerResponse) {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
  return (text: string, id?: string) =>
    response.write(`${id === undefined ? '' : `id: ${id}\n`}data: ${text}\n\n`)
}

/** A bridge to a core that answers as the test says; `initialize` and `/health` are seen to. */
async function makeWorld(answer: Answer) {
  const written: string[] = []
  const events = new EventEmitter()
  const http = await openRawHttp((request, response) => {
    if (request.url === '/health') return sendJson(response, '{"status":"ok"}')
    if (request.body.method === 'initialize') {
      response.setHeader('mcp-session-id', 'the-session')
      return sendJson(response, rpc({ id: 0, result: { protocolVersion: '2025-06-18' } }))
    }
    answer(request, response)
  })
  const lost: string[] = []
  const bridge = new Bridge({
    core: { pid: 1, url: http.origin, adminUrl: http.origin, token: 'the-token' },
    endpoint: 'zoo',
    onLost: (reason) => lost.push(reason),
    write(line) {
      written.push(line)
      events.emit('line')
      return Promise.resolve()
    },
  })
  return {
    bridge,
    http,
    written,
    lost,
    /** Resolves with all that was written once there are so many lines. */
    async lines(count: number): Promise<string[]> {
      while (written.length < count) await once(events, 'line')
      return written
    },
    seen: (method: string) => http.seen.filter(({ body }) => body.method === method),
    async [Symbol.asyncDispose]() {
      await bridge.close()
      await http.close()
    },
  }
}

/** Opens a session; the core has its GET stream when this resolves. */
function initialize(bridge: Bridge): Promise<void> {
  return bridge.receive(rpc({ id: 0, method: 'initialize', params: {} }))
}

test('a session sends its headers, and a question of the server is answered on it', async () => {
  const question = rpc({ id: 'q', method: 'roots/list' })
  await using world = await makeWorld((request, response) => {
    if (request.method === 'GET') return void openStream(response)(question)
    response.writeHead(request.method === 'DELETE' ? 200 : 202).end()
  })
  const { bridge, http } = world
  await initialize(bridge)
  expect((await world.lines(2)).toSorted()).toEqual(
    [rpc({ id: 0, result: { protocolVersion: '2025-06-18' } }), question].toSorted(),
  )
  await bridge.receive(rpc({ id: 'q', result: { roots: [] } }))
  await bridge.close()
  expect(http.seen.map(({ method, url }) => `${method} ${url}`)).toEqual(
    ['POST', 'GET', 'POST', 'DELETE'].map((method) => `${method} /metamcp/zoo/mcp`),
  )
  for (const { headers } of http.seen) expect(headers.authorization).toBe('Bearer the-token')
  for (const { headers } of http.seen.slice(1)) {
    expect(headers['mcp-session-id']).toBe('the-session')
    expect(headers['mcp-protocol-version']).toBe('2025-06-18')
  }
  expect(http.seen[2]?.body).toEqual({ jsonrpc: '2.0', id: 'q', result: { roots: [] } })
})

test('messages go on as they were written, but for line breaks', async () => {
  const odd = `{"result":{"n":12345678901234567890, "f":1.0},\n "id":1e0,"jsonrpc":"2.0","x":1}`
  await using world = await makeWorld((_, response) => sendJson(response, odd))
  const line = modern(1, 'tools/call', { name: 'a' }).replace('{', '{ "n": 1.0, ')
  await world.bridge.receive(line)
  expect(await world.lines(1)).toEqual([odd.replace('\n', ' ')])
  // Written anew, it would have lost its spaces and the zero.
  expect(world.http.seen[0]?.headers['content-length']).toBe(String(line.length))
})

test('a refusal gets the id of its request, also one that no number holds', async () => {
  await using world = await makeWorld((_, response) =>
    sendJson(response, rpc({ id: null, error: { code: -32000, message: 'No.' } }), 413),
  )
  const id = '123456789012345678901234567890'
  await world.bridge.receive(modern(0, 'tools/list').replace('"id":0', `"id":${id}`))
  expect(await world.lines(1)).toEqual([
    `{"jsonrpc":"2.0","id":${id},"error":{"code":-32000,"message":"No."}}`,
  ])
})

test('a line that is no message is answered, and nothing is lost', async () => {
  await using world = await makeWorld((_, response) => sendJson(response, rpc({ id: 1 })))
  for (const line of ['{', '7', '{"jsonrpc":"2.0"}']) await world.bridge.receive(line)
  for (const line of world.written) expect(JSON.parse(line)).toMatchObject({ id: null })
  expect(world.written).toHaveLength(3)
  expect(world.lost).toEqual([])
})

test('what a stream brings keeps its order, and one that breaks off is resumed', async () => {
  const progress = [1, 2, 3].map((step) =>
    rpc({ method: 'notifications/progress', params: { step } }),
  )
  const result = rpc({ id: 5, result: {} })
  await using world = await makeWorld(({ method, headers }, response) => {
    if (method === 'DELETE') return void response.writeHead(200).end()
    if (method === 'GET' && headers['last-event-id'] === undefined) return void openStream(response)
    const send = openStream(response)
    if (method === 'POST') {
      send('', 'e0')
      send(progress[0] ?? '', 'e1')
      response.end('retry: 1\n\n')
      return
    }
    expect(headers['last-event-id']).toBe('e1')
    send(progress[1] ?? '', 'e2')
    send(progress[2] ?? '', 'e3')
    send(result, 'e4')
  })
  await initialize(world.bridge)
  await world.bridge.receive(rpc({ id: 5, method: 'tools/call', params: {} }))
  expect((await world.lines(5)).slice(1)).toEqual([...progress, result])
})

test.each([204, 400])('a call of which nothing is left (%i) fails, and alone', async (status) => {
  await using world = await makeWorld(({ method, headers }, response) => {
    if (method === 'DELETE') return void response.writeHead(200).end()
    if (headers['last-event-id'] !== undefined) return void response.writeHead(status).end()
    const send = openStream(response)
    if (method === 'GET') return
    send('', 'e0')
    response.end()
  })
  await initialize(world.bridge)
  await world.bridge.receive(rpc({ id: 5, method: 'tools/call', params: {} }))
  const [, failed = ''] = await world.lines(2)
  expect(JSON.parse(failed)).toMatchObject({ id: 5, error: { code: -32603 } })
  expect(world.lost).toEqual([])
})

// Shows: cancel-stdio-silent
test('a cancelled modern request closes its stream, and says no more', async () => {
  const closed = Promise.withResolvers<void>()
  await using world = await makeWorld((_, response) => {
    openStream(response)(rpc({ method: 'notifications/progress' }))
    response.once('close', closed.resolve)
  })
  await world.bridge.receive(modern('a', 'tools/call', { name: 'slow' }))
  await world.lines(1)
  const requestId = 'a'
  await world.bridge.receive(rpc({ method: 'notifications/cancelled', params: { requestId } }))
  await closed.promise
  await world.bridge.settled()
  expect(world.written).toHaveLength(1)
  expect(world.seen('notifications/cancelled')).toEqual([])
})

test('a cancellation of a session is sent until it has an effect', async () => {
  let call: ServerResponse | undefined
  let cancels = 0
  await using world = await makeWorld(({ method, body }, response) => {
    if (method === 'GET') return void openStream(response)
    if (body.method === 'tools/call') return void (call = response)
    response.writeHead(202).end()
    // As if the first had overtaken its request.
    if (body.method === 'notifications/cancelled' && ++cancels === 2) call?.writeHead(202).end()
  })
  await initialize(world.bridge)
  await world.bridge.receive(rpc({ id: 1, method: 'tools/call', params: {} }))
  const params = { requestId: 1 }
  await world.bridge.receive(rpc({ method: 'notifications/cancelled', params }))
  await world.bridge.settled()
  expect([cancels, world.written.length]).toEqual([2, 1])
})

// Shows: subscription-torn-down
test('a subscription that ends without a result is called off', async () => {
  const acknowledged = rpc({ method: 'notifications/subscriptions/acknowledged' })
  await using world = await makeWorld((_, response) => {
    openStream(response)(acknowledged)
    response.end()
  })
  await world.bridge.receive(modern(9, 'subscriptions/listen'))
  const [first, second = ''] = await world.lines(2)
  expect(first).toBe(acknowledged)
  expect(JSON.parse(second)).toMatchObject({
    method: 'notifications/cancelled',
    params: { requestId: 9 },
  })
})

test('a call that lacked headers reads the list of tools and is sent again', async () => {
  const region = { type: 'string', 'x-mcp-header': 'Region' }
  const tool = { name: 'sql', inputSchema: { properties: { region } } }
  await using world = await makeWorld(({ headers, body }, response) => {
    if (body.method === 'tools/list') {
      const cursor = body.params?.['cursor']
      const page = cursor === undefined ? { tools: [], nextCursor: 'b' } : { tools: [tool] }
      return sendJson(response, rpc({ id: body.id, result: page }))
    }
    if (headers['mcp-param-region'] === 'eu') {
      return sendJson(response, rpc({ id: body.id, result: {} }))
    }
    sendJson(response, rpc({ id: body.id, error: { code: -32020, message: 'missing' } }), 400)
  })
  const call = (region: string) =>
    world.bridge.receive(modern(3, 'tools/call', { name: 'sql', arguments: { region } }))
  await call('eu')
  expect(await world.lines(1)).toEqual([rpc({ id: 3, result: {} })])
  expect(world.seen('tools/list')).toHaveLength(2)
  // A mismatch that stays is told, not tried for ever.
  await call('us')
  expect((await world.lines(2))[1]).toContain('-32020')
})

test('when the core is gone, what is in flight fails and that is told once', async () => {
  await using world = await makeWorld(({ method }, response) => {
    if (method === 'GET') openStream(response)
  })
  await initialize(world.bridge)
  for (const id of [1, 2]) await world.bridge.receive(rpc({ id, method: 'tools/call' }))
  await expect.poll(() => world.seen('tools/call').length).toBe(2)
  await world.http.close()
  const failed = (await world.lines(3)).slice(1).map((line) => JSON.parse(line) as object)
  expect(failed).toMatchObject([1, 2].map((id) => ({ id, error: { code: -32603 } })))
  await expect.poll(() => world.lost).toEqual(['The connection to MetaMCP was lost: it has ended'])
})

test('a session that the core does not know any more ends the bridge', async () => {
  await using world = await makeWorld(({ method }, response) => {
    if (method === 'GET') return void openStream(response)
    sendJson(response, rpc({ id: null, error: { code: -32000, message: 'not found' } }), 404)
  })
  await initialize(world.bridge)
  await world.bridge.receive(rpc({ id: 1, method: 'tools/list' }))
  await expect.poll(() => world.lost.length).toBe(1)
  expect(JSON.parse(world.written[1] ?? '')).toMatchObject({ id: 1, error: { code: -32603 } })
})
