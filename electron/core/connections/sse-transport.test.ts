import { expect, test } from 'vitest'
import { parseJson } from '../json.ts'
import { dataOf, openRawHttp, sendEvents } from '../testing/echo-http.ts'
import { openRawTransport } from '../testing/raw-transport.ts'

const SSE = { type: 'SSE' } as const
const ENDPOINT = 'event: endpoint\ndata: /message?session=1'

test('messages go to the address of the first event, and come by the stream', async () => {
  let answer = (_: string) => {}
  await using server = await openRawHttp(({ method, text }, response) => {
    if (method === 'GET') {
      sendEvents(response, ENDPOINT)
      answer = (event) => sendEvents(response, event)
      return
    }
    response.writeHead(202).end('Accepted')
    answer('event: ping\ndata: of the network')
    answer('data: no JSON')
    answer(`event: message\n${dataOf({ method: 'notifications/x' })}`)
    const n = /"n":(\d+)/.exec(text)?.[1] ?? ''
    answer(`data: {"jsonrpc":"2.0","id":1,"result":{"n":${n}}}`)
  })
  const fields = { bearerToken: 'mine' }
  await using raw = await openRawTransport(`${server.origin}/sse`, { ...SSE, fields })
  raw.transport.useVersion('2024-11-05')
  const n = parseJson('9007199254740993')
  expect(JSON.stringify(await raw.ask('x', { n }))).toContain('"n":9007199254740993')
  expect(raw.received.map(({ on }) => on)).toEqual([undefined, undefined])
  expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'GET /sse',
    'POST /message?session=1',
  ])
  for (const { headers } of server.seen) expect(headers.authorization).toBe('Bearer mine')
  expect(raw.transport.modernCancel).toBe('message')
})

test('an address at another origin is not posted to', async () => {
  await using other = await openRawHttp((_, response) => void response.end())
  await using server = await openRawHttp((_, response) => {
    sendEvents(response, `event: endpoint\ndata: ${other.origin}/message`)
  })
  await expect(openRawTransport(server.origin, SSE)).rejects.toMatchObject({
    reason: `It wants its messages at another place: ${other.origin}.`,
  })
  expect(other.seen).toEqual([])
})

test('the end of the stream is the end of the connection', async () => {
  const streams: { end(): void }[] = []
  await using server = await openRawHttp((_, response) => {
    sendEvents(response, ENDPOINT)
    streams.push(response)
  })
  await using raw = await openRawTransport(server.origin, SSE)
  streams[0]?.end()
  expect(await raw.ended).toBe('Its event stream was closed.')
  await expect(raw.ask('ping')).rejects.toThrow('Its event stream was closed.')
  expect(server.seen).toHaveLength(1)
})

test('a stream that ends before its first event, or is none, is told in words', async () => {
  await using server = await openRawHttp(({ url }, response) => {
    if (url === '/empty') sendEvents(response)
    response.end()
  })
  await expect(openRawTransport(`${server.origin}/empty`, SSE)).rejects.toMatchObject({
    reason: 'Its event stream was closed.',
  })
  await expect(openRawTransport(server.origin, SSE)).rejects.toMatchObject({
    reason: expect.stringContaining('Is this the URL of an MCP server?'),
  })
})

test('an event beyond the limit ends the connection', async () => {
  await using server = await openRawHttp((_, response) => {
    sendEvents(response, ENDPOINT)
    response.write(`data: ${'x'.repeat(2_000)}`)
  })
  await using raw = await openRawTransport(server.origin, { ...SSE, largestMessage: 1_000 })
  expect(await raw.ended).toBe('It sent a message larger than 256 MB.')
})
