import { createServer, request as ask } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Alternating = AsyncDisposable & { url: string }

/** A balancer that gives each request to another of these ports than the one before, if it can. */
export async function openAlternating(ports: readonly number[]): Promise<Alternating> {
  let count = 0
  const server = createServer((request, response) => {
    const { method, url, headers } = request
    const pass = (isLast: boolean) => {
      const port = ports[(count += 1) % ports.length]
      const asked = ask({
        ...{ host: '127.0.0.1', port, method, path: url, headers },
        agent: false,
      })
      asked.once('response', (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      })
      // One that is not there yet; its request has not been read then.
      asked.once('error', () => (isLast ? response.destroy() : pass(true)))
      asked.once('socket', (socket) => socket.once('connect', () => request.pipe(asked)))
    }
    pass(false)
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
