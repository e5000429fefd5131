import { once } from 'node:events'
import { createServer, get, Server, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createNetServer, type AddressInfo, type Server as Net } from 'node:net'
import { json, text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { openLog } from '../log.ts'
import { openPassOn } from './pass-on.ts'

/** What becomes of a request at one other replica, `r2`, that does what a test says. */

type Answer = (request: IncomingMessage, response: ServerResponse) => void

async function listen(server: Server | Net) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      if (server instanceof Server) server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** `ask` asks a replica that passes everything on to `url`, and says so where that is in vain. */
async function openFront(url: string) {
  const gone = new AbortController()
  const replicas = { find: () => ({ url: new URL(url), gone: gone.signal }) }
  const passOn = openPassOn({ replicas, name: 'r1', log: openLog('silent') })
  const front: Answer = (request, response) =>
    void passOn('r2', { request, response, body: () => null }).then((outcome) => {
      if (outcome !== 'answered') response.end(outcome)
    })
  const { port, ...owned } = await listen(createServer(front))
  return {
    ...owned,
    async ask(headers: Record<string, string> = {}): Promise<IncomingMessage> {
      const asked = get({ host: '127.0.0.1', port, agent: false, headers })
      const [answer] = (await once(asked, 'response')) as [IncomingMessage]
      return answer
    },
  }
}

test('what was sent and has no answer is lost; what was never sent, or refused, is not', async () => {
  const answers: Answer[] = [
    (request) => request.socket.destroy(),
    (_, response) => response.writeHead(503, { 'metamcp-replica': 'r2' }).end(),
  ]
  await using other = await listen(createServer((...pair) => answers.shift()?.(...pair)))
  await using front = await openFront(`http://127.0.0.1:${other.port}`)
  expect(await text(await front.ask())).toBe('lost')
  expect(await text(await front.ask())).toBe('untaken')
  await other[Symbol.asyncDispose]()
  expect(await text(await front.ask())).toBe('untaken')
})

test('what is of one connection alone is not passed on, in neither direction', async () => {
  const back = { connection: 'keep-alive, X-Back', 'x-back': '1', 'x-kept': '1' }
  const mirror: Answer = ({ headers }, response) =>
    response.writeHead(200, back).end(JSON.stringify(headers))
  await using other = await listen(createServer(mirror))
  await using front = await openFront(`http://127.0.0.1:${other.port}`)
  const own = { connection: 'close, X-Hop', 'x-hop': '1', te: 'trailers' }
  const answer = await front.ask({ ...own, 'x-kept': '1' })
  const came = await json(answer)
  expect(came).toMatchObject({ 'x-kept': '1', 'metamcp-passed-on-by': 'r1' })
  for (const name of ['x-hop', 'te']) expect(came).not.toHaveProperty(name)
  expect(answer.headers['x-kept']).toBe('1')
  expect(answer.headers).not.toHaveProperty('x-back')
})

test('a replica behind TLS is asked for by its own name, not by that of the balancer', async () => {
  const hello = Promise.withResolvers<string>()
  const server = createNetServer((socket) => {
    socket.once('data', (bytes) => {
      // The name stands there as it is (RFC 6066, section 3).
      hello.resolve(bytes.toString('latin1'))
      socket.destroy()
    })
  })
  await using other = await listen(server)
  await using front = await openFront(`https://localhost:${other.port}`)
  const answer = await front.ask({ host: 'balancer.example' })
  expect(await hello.promise).toContain('localhost')
  expect(await hello.promise).not.toContain('balancer.example')
  // Nothing of the request was.
  expect(await text(answer)).toBe('untaken')
})
