import { expect, test } from 'vitest'
import { openLog } from '../log.ts'
import { openHttpServer, type HttpServer } from './server.ts'

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

test('draining finishes what is in flight, and answers 503 to what is new', async () => {
  await using server = await openServer()
  const arrived = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  server.serve(async (_, response) => {
    arrived.resolve()
    await go.promise
    response.end('finished')
  })
  const call = ask(server, 'POST')
  await arrived.promise
  const drained = server.drain(20_000)
  expect((await ask(server)).status).toBe(503)
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
