import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { openHttpClient } from './http-client.ts'

type Opened = AsyncDisposable & { port: number }

async function listen(server: Server): Promise<Opened> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function openTarget(): Promise<Opened> {
  return listen(createServer(({ headers }, response) => response.end(`seen ${headers.host}`)))
}

/** A forward proxy (RFC 9112, 3.2.2: the request names the whole URL) that knows one target. */
function openProxy(target: number, asked: string[]): Promise<Opened> {
  const proxy = createServer((incoming, response) => {
    asked.push(incoming.url ?? '')
    const { headers } = incoming
    const outgoing = request({ port: target, headers, path: '/' }, (answered) => {
      answered.pipe(response)
    })
    outgoing.end()
  })
  return listen(proxy)
}

test('goes through the proxy that the environment names, but not to this machine', async () => {
  const asked: string[] = []
  await using target = await openTarget()
  await using proxy = await openProxy(target.port, asked)
  const client = openHttpClient({ http_proxy: `http://127.0.0.1:${proxy.port}` })
  const far = await client.fetch('http://mcp.example.test/mcp')
  expect(await far.text()).toBe('seen mcp.example.test')
  const near = await client.fetch(`http://127.0.0.1:${target.port}/mcp`)
  expect(await near.text()).toBe(`seen 127.0.0.1:${target.port}`)
  expect(asked).toEqual(['http://mcp.example.test/mcp'])
  await client.close()
})

test('NO_PROXY is heeded', async () => {
  const asked: string[] = []
  await using target = await openTarget()
  await using proxy = await openProxy(target.port, asked)
  const env = { HTTP_PROXY: `http://127.0.0.1:${proxy.port}`, NO_PROXY: 'mcp.example.test' }
  const client = openHttpClient(env)
  await expect(client.fetch('http://mcp.example.test/mcp')).rejects.toThrow()
  expect(asked).toEqual([])
  await client.close()
})
