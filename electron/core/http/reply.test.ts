import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { EventStore } from './event-store.ts'
import { sendJson } from './refusal.ts'
import { Reply } from './reply.ts'
import { ResumableStream } from './resumable-stream.ts'

const progress = { jsonrpc: '2.0', method: 'notifications/progress', params: {} } as const
const answer = { jsonrpc: '2.0', id: 1, result: {} } as const

/** A server that gives each request to `serve`, and a way to ask it. */
async function openServer(serve: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(serve).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    port: (server.address() as AddressInfo).port,
    ask: (accept: string, signal?: AbortSignal) =>
      fetch(url, { method: 'POST', headers: { accept }, signal: signal ?? null }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

// Shows: http-content-type
test.each([
  ['application/json, text/event-stream', 'application/json'],
  ['*/*', 'application/json'],
  ['text/event-stream', 'text/event-stream'],
])('an answer alone, for a client that takes %s, is %s', async (accept, type) => {
  await using server = await openServer((request, response) => {
    new Reply(request, response).finish(answer)
  })
  expect((await server.ask(accept)).headers.get('content-type')).toBe(type)
})

// Shows: http-stream-end
test('a notification makes a stream of it, in order', async () => {
  await using server = await openServer((request, response) => {
    const reply = new Reply(request, response)
    reply.send(progress)
    reply.finish(answer)
  })
  const text = await (await server.ask('application/json, text/event-stream')).text()
  expect(text).toMatch(/^event: message\ndata: .*progress.*\n\nevent: message\ndata: .*result/)
})

test('one message may be larger than what a slow reader may leave behind', async () => {
  const large = 'x'.repeat(70 * 1024 * 1024)
  await using server = await openServer((request, response) => {
    new Reply(request, response).finish({ ...answer, result: { large } })
  })
  const text = await (await server.ask('text/event-stream')).text()
  expect(text.length).toBeGreaterThan(large.length)
})

/** Deeper than can be written. */
function deepResult() {
  let deep: object = {}
  for (let level = 0; level < 50_000; level++) deep = { deep }
  return { ...answer, result: { deep } }
}

const notWritten = {
  id: 1,
  error: { code: -32603, message: expect.stringMatching(/nested/) as string },
}

test('an answer that cannot be written is an error, and others of its batch are not', async () => {
  await using server = await openServer((request, response) => {
    const reply = new Reply(request, response)
    reply.finish([deepResult(), { ...answer, id: 2 }])
  })
  expect(await (await server.ask('application/json')).json()).toMatchObject([
    notWritten,
    { id: 2, result: {} },
  ])
})

test.each(['plain', 'resumable'])(
  'on a stream (%s) as well, which ends; what nobody waits for is left out',
  async (kind) => {
    const kept = new EventStore().openSession().openStream()
    const lasting = { onLost: () => undefined, onFound: () => undefined, isPrimed: false }
    const openStream = (response: ServerResponse) => {
      const stream = new ResumableStream({ name: 'c1', kept, ...lasting })
      stream.read(response)
      return stream
    }
    await using server = await openServer((request, response) => {
      const reply = new Reply(request, response, kind === 'plain' ? {} : { openStream })
      const { result: params } = deepResult()
      reply.send({ ...progress, params })
      reply.finish(deepResult())
    })
    const body = await (await server.ask('application/json, text/event-stream')).text()
    const events = body.split('\n').filter((line) => line.startsWith('data: '))
    expect(events.map((line) => JSON.parse(line.slice(6)) as object)).toMatchObject([notWritten])
  },
)

test('nothing is opened where a refusal waits for its turn on the connection', async () => {
  const listening = Promise.withResolvers<ServerResponse>()
  const refused = Promise.withResolvers<{ reply: Reply; response: ServerResponse }>()
  await using server = await openServer((request, response) => {
    if (request.method === 'GET') return listening.resolve(response)
    const reply = new Reply(request, response)
    sendJson(response, { status: 400, body: {} })
    refused.resolve({ reply, response })
  })
  const socket = connect(server.port, '127.0.0.1')
  const head = 'HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n'
  socket.write(`GET / ${head}\r\nPOST / ${head}Content-Length: 0\r\nConnection: close\r\n\r\n`)
  const { reply, response } = await refused.promise
  expect(response.destroyed).toBe(false)
  reply.send(progress)
  reply.finish(answer)
  const first = await listening.promise
  first.end('listened')
  const received = await text(socket)
  expect(received).toMatch(/listened[^]*HTTP\/1\.1 400/)
  expect(received).not.toContain('progress')
})

test('nothing is opened for a client that has left', async () => {
  const arrived = Promise.withResolvers<{ reply: Reply; response: ServerResponse }>()
  await using server = await openServer((request, response) => {
    arrived.resolve({ reply: new Reply(request, response), response })
  })
  const leaving = new AbortController()
  const asked = server.ask('application/json, text/event-stream', leaving.signal)
  asked.catch(() => undefined)
  const { reply, response } = await arrived.promise
  leaving.abort()
  await once(response, 'close')
  reply.send(progress)
  reply.finish(answer)
  expect(response.headersSent).toBe(false)
})
