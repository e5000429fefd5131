import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { InMemoryEventStore } from '@modelcontextprotocol/sdk/examples/shared/inMemoryEventStore.js'
import { expect, test } from 'vitest'
import { dataOf, listen, openRawHttp, sendEvents, shakeHands } from '../testing/echo-http.ts'
import type { Seen } from '../testing/echo-http.ts'
import { openRawTransport } from '../testing/raw-transport.ts'

const note = (n: number) =>
  dataOf({ method: 'notifications/message', params: { level: 'info', data: n } })
const answer = (id: number | undefined) => dataOf({ id, result: { done: true } })
const isGet = ({ method }: Seen) => method === 'GET'
const numbers = (received: { message: object }[]) =>
  received.flatMap(({ message }) =>
    'params' in message ? [Reflect.get(Object(message.params), 'data')] : [],
  )

/** Writes, and ends the connection in the middle of the next event. */
function breakOff(response: ServerResponse, ...events: string[]): void {
  sendEvents(response, ...events)
  response.write('id: never\ndata: {"half', () => response.destroy())
}

// Shows: http-reconnect, http-resume
test('a stream that breaks goes on after its last whole event: nothing is lost, nothing twice', async () => {
  const asked: unknown[] = []
  await using server = await openRawHttp((request, response) => {
    const { 'last-event-id': after } = request.headers
    if (isGet(request) && after === undefined) return void response.writeHead(405).end()
    if (isGet(request)) asked.push(after)
    if (after === 'a2') return breakOff(response, `id: a3\n${note(3)}`, `id: a4\n${note(4)}`)
    if (after === 'a4') return sendEvents(response, `id: a5\n${note(5)}`, `id: a6\n${answer(2)}`)
    if (shakeHands(request, response)) return
    breakOff(response, 'retry: 10\nid: a0\ndata:', `id: a1\n${note(1)}`, `id: a2\n${note(2)}`)
  })
  await using raw = await openRawTransport(server.origin)
  await raw.greet()
  expect(await raw.ask('tools/call', { name: 'x' })).toMatchObject({ result: { done: true } })
  expect(numbers(raw.received)).toEqual([1, 2, 3, 4, 5])
  expect(raw.received.slice(1).map(({ on }) => on)).toEqual([2, 2, 2, 2, 2, 2])
  expect(asked).toEqual(['a2', 'a4'])
  expect(server.seen.filter(isGet).at(-1)?.headers).toMatchObject({
    ...{ 'mcp-session-id': 's1', 'mcp-protocol-version': '2025-11-25' },
    accept: 'text/event-stream',
  })
})

// Shows: http-retry-heeded, http-reconnect
test('a server that closes a stream says when to come back, each time anew', async () => {
  const at: number[] = []
  await using server = await openRawHttp((request, response) => {
    const { 'last-event-id': after } = request.headers
    if (after === undefined && shakeHands(request, response)) return
    at.push(performance.now())
    if (after === undefined) sendEvents(response, 'retry: 300\nid: a0\ndata:')
    if (after === 'a0') sendEvents(response, 'retry: 20\nid: a1\ndata:')
    if (after === 'a1') sendEvents(response, `id: a2\n${answer(2)}`)
    response.end()
  })
  await using raw = await openRawTransport(server.origin)
  await raw.greet()
  await raw.ask('tools/call')
  const [first = 0, second = 0, third = 0] = at
  expect(second - first).toBeGreaterThan(295)
  expect(third - second).toBeGreaterThan(15)
  expect(third - second).toBeLessThan(290)
})

test('a server that wants us back at once has us no more than ten times a second', async () => {
  const at: number[] = []
  await using server = await openRawHttp((request, response) => {
    const { 'last-event-id': after } = request.headers
    if (after === undefined && shakeHands(request, response)) return
    at.push(performance.now())
    const last = `id: a9\n${answer(2)}`
    sendEvents(response, at.length < 5 ? `retry: 0\nid: a${at.length}\ndata:` : last)
    response.end()
  })
  await using raw = await openRawTransport(server.origin)
  await raw.greet()
  await raw.ask('tools/call')
  const pauses = at.slice(1).map((time, index) => time - (at[index] ?? 0))
  expect(pauses).toHaveLength(4)
  for (const pause of pauses) expect(pause).toBeGreaterThan(98)
})

test('what was there already is no reason to come back soon', async () => {
  const at: number[] = []
  await using server = await openRawHttp((request, response) => {
    const { 'last-event-id': after } = request.headers
    if (after === undefined && shakeHands(request, response)) return
    at.push(performance.now())
    const again = `retry: 0\nid: a1\n${note(1)}`
    sendEvents(response, at.length < 4 ? again : `id: a2\n${answer(2)}`)
    response.end()
  })
  await using raw = await openRawTransport(server.origin)
  await raw.greet()
  await raw.ask('tools/call')
  const [, , third = 0, fourth = 0] = at
  expect(fourth - third).toBeGreaterThan(1_990)
})

test.each([
  ['without event ids', ':', []],
  ['when the server resumes none', 'retry: 1\nid: a0\ndata:', ['a0']],
])('a stream that breaks %s ends without an answer', async (_, first, resumed) => {
  await using server = await openRawHttp((request, response) => {
    if (!shakeHands(request, response)) breakOff(response, first)
  })
  await using raw = await openRawTransport(server.origin)
  await raw.greet()
  await expect(raw.ask('tools/call')).rejects.toThrow('the stream ended without an answer')
  const asked = server.seen.filter(isGet).map(({ headers }) => headers['last-event-id'])
  expect(asked.filter(Boolean)).toEqual(resumed)
})

test('an answer that is overloaded for now is asked for again', async () => {
  let refusals = 0
  await using server = await openRawHttp((request, response) => {
    const { 'last-event-id': after } = request.headers
    if (after === undefined && shakeHands(request, response)) return
    if (after === undefined) return breakOff(response, 'retry: 1\nid: a0\ndata:')
    if (refusals++ === 0) return void response.writeHead(503).end()
    sendEvents(response, `id: a1\n${answer(2)}`)
  })
  await using raw = await openRawTransport(server.origin)
  await raw.greet()
  expect(await raw.ask('tools/call')).toMatchObject({ id: 2 })
  expect(refusals).toBe(2)
})

// Shows: http-reconnect, http-resume
test('the stream of the server itself is opened again after its last event', async () => {
  const asked: unknown[] = []
  await using server = await openRawHttp((request, response) => {
    if (!isGet(request)) return void shakeHands(request, response)
    const { 'last-event-id': after } = request.headers
    asked.push(after)
    if (after === undefined) return breakOff(response, `retry: 1\nid: g1\n${note(1)}`)
    sendEvents(response, `id: g2\n${dataOf({ method: 'notifications/tools/list_changed' })}`)
  })
  await using raw = await openRawTransport(server.origin)
  await raw.greet()
  expect((await raw.until('notifications/tools/list_changed')).on).toBeUndefined()
  expect(numbers(raw.received)).toEqual([1])
  expect(asked).toEqual([undefined, 'g1'])
})

test('a session that is gone when its stream is opened again ends the connection', async () => {
  await using server = await openRawHttp((request, response) => {
    if (!isGet(request)) return void shakeHands(request, response)
    if (request.headers['last-event-id'] !== undefined) return void response.writeHead(404).end()
    breakOff(response, 'retry: 1\nid: g1\ndata:')
  })
  await using raw = await openRawTransport(server.origin)
  await raw.greet()
  expect(await raw.ended).toBe('Its session has ended.')
})

test('a server that has no stream of its own is none the worse for it', async () => {
  await using server = await openRawHttp((request, response) => {
    if (isGet(request)) return void response.writeHead(404).end()
    if (!shakeHands(request, response)) sendEvents(response, answer(request.body.id))
  })
  await using raw = await openRawTransport(server.origin)
  await raw.greet()
  await expect.poll(() => server.seen.some(isGet)).toBe(true)
  expect(await raw.ask('ping')).toMatchObject({ result: { done: true } })
})

test('the SDK resumes its streams for us', async () => {
  const mcp = new McpServer({ name: 'polled', version: '1' }, { capabilities: { logging: {} } })
  let stored = 0
  // Its own ids put events of one millisecond in any order.
  const generateEventId = (stream: string) => `${stream}_${String(++stored).padStart(6, '0')}`
  const eventStore = Object.assign(new InMemoryEventStore(), { generateEventId })
  const options = { sessionIdGenerator: () => 's1', eventStore }
  const transport = new StreamableHTTPServerTransport({ ...options, retryInterval: 10 })
  const gets: unknown[] = []
  const http = createServer((request, response) => {
    if (request.headers['last-event-id'] !== undefined) gets.push(request.url)
    void transport.handleRequest(request, response)
  })
  mcp.registerTool('polled', {}, async ({ requestId, sendNotification }) => {
    const say = (n: number) =>
      sendNotification({ method: 'notifications/message', params: { level: 'info', data: n } })
    await say(1)
    transport.closeSSEStream(requestId)
    await say(2)
    await expect.poll(() => gets.length).toBe(1)
    await say(3)
    return { content: [] }
  })
  await mcp.connect(transport as Parameters<McpServer['connect']>[0])
  await using server = await listen(http)
  await using raw = await openRawTransport(server.origin)
  await raw.ask('initialize', {
    ...{ protocolVersion: '2025-11-25', capabilities: {} },
    clientInfo: { name: 'c', version: '1' },
  })
  raw.transport.useVersion('2025-11-25')
  await raw.transport.send({ jsonrpc: '2.0', method: 'notifications/initialized' })
  expect(await raw.ask('tools/call', { name: 'polled' })).toMatchObject({ result: { content: [] } })
  expect(numbers(raw.received)).toEqual([1, 2, 3])
})
