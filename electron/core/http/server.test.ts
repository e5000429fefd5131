import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { openLog } from '../log.ts'
import { openHttpServer, type HttpServer, type RequestHandler } from './server.ts'

async function openServer(): Promise<HttpServer & AsyncDisposable> {
  const server = await openHttpServer({ host: '127.0.0.1', port: 0 }, openLog('silent'))
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.close() })
}

const ask = ({ port }: HttpServer, method = 'GET') => fetch(`http://127.0.0.1:${port}/`, { method })

test('answers 503 until there is something to serve', async () => {
  await using server = await openServer()
  const early = await ask(server)
  expect(early.status).toBe(503)
  expect(early.headers.get('retry-after')).toBe('1')
  server.serve((_, response) => Promise.resolve(void response.end('served')))
  expect(await (await ask(server)).text()).toBe('served')
})

test('draining tells the handler to begin nothing new, and finishes what is in flight', async () => {
  await using server = await openServer()
  const arrived = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  let isTold = false
  const handle: RequestHandler = async (_, response) => {
    arrived.resolve()
    await go.promise
    response.end('finished')
  }
  server.serve(Object.assign(handle, { drain: () => (isTold = true) }))
  const call = ask(server, 'POST')
  await arrived.promise
  const drained = server.drain(20_000)
  expect(isTold).toBe(true)
  expect(server.inFlight()).toBe(1)
  go.resolve()
  expect(await (await call).text()).toBe('finished')
  await drained
})

test('draining does not wait longer than it is told', async () => {
  await using server = await openServer()
  const arrived = Promise.withResolvers<void>()
  server.serve(() => {
    arrived.resolve()
    return new Promise(() => undefined)
  })
  const call = ask(server, 'POST').catch(() => 'cut off')
  await arrived.promise
  await server.drain(20)
  await server.close()
  expect(await call).toBe('cut off')
})

test('a handler that throws is answered with 500, and tells nothing', async () => {
  await using server = await openServer()
  server.serve(() => Promise.reject(new Error('a secret path')))
  const response = await ask(server)
  expect(response.status).toBe(500)
  expect(await response.text()).not.toContain('secret')
})

/** Sends the beginning, then a byte now and then, if any; resolves with all that was answered. */
async function drip({ port }: HttpServer, beginning: string, drop = 'x'): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let answered = ''
  socket.setEncoding('utf8').on('data', (text: string) => (answered += text))
  socket.on('error', () => undefined)
  socket.write(beginning)
  const timer = setInterval(() => socket.write(drop), 20)
  // Not by `once`, which an error before it would end: drops that nobody read reset the connection.
  await new Promise((resolve) => socket.once('close', resolve))
  clearInterval(timer)
  return answered
}

test('who sends a request by drops is cut off, and a long answer is not', async () => {
  const limits = { host: '127.0.0.1', port: 0, requestMs: 300 }
  const server = await openHttpServer(limits, openLog('silent'))
  await using _ = { [Symbol.asyncDispose]: () => server.close() }
  const go = Promise.withResolvers<void>()
  server.serve(async (request, response) => {
    response.write('first ')
    if (request.method === 'GET') await go.promise
    else for await (const chunk of request) response.write(chunk)
    response.end('last')
  })
  const long = ask(server).then((response) => response.text())
  const [silence, line, headers, body] = await Promise.all([
    drip(server, '', ''),
    drip(server, 'GET /'),
    drip(server, 'POST / HTTP/1.1\r\nHost: x\r\nX-Slow: '),
    drip(server, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n'),
  ])
  for (const cut of [silence, line, headers]) expect(cut).toMatch(/^HTTP\/1\.1 408 /)
  expect(body).not.toContain('last')
  go.resolve()
  expect(await long).toBe('first last')
})

test('headers have less time than the body after them', async () => {
  const limits = { host: '127.0.0.1', port: 0, requestMs: 60_000, headersMs: 300 }
  const server = await openHttpServer(limits, openLog('silent'))
  await using _ = { [Symbol.asyncDispose]: () => server.close() }
  server.serve(async (request, response) => {
    let count = 0
    for await (const chunk of request) count += (chunk as Buffer).length
    response.end(`read ${count}`)
  })
  const socket = connect(server.port, '127.0.0.1')
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na')
  expect(await drip(server, 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ')).toMatch(/^HTTP\/1\.1 408 /)
  const answered = once(socket, 'data') as Promise<[Buffer]>
  socket.write('b')
  const [answer] = await answered
  expect(String(answer)).toContain('read 2')
  socket.destroy()
})
