import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

type NoMcpServer = AsyncDisposable & {
  /** By its number, without a path; and by its name. */
  url: string
  urlByName: string
  /** What it was asked for, in order. */
  asked: { path: string; headers: IncomingHttpHeaders }[]
}

/** Something on this machine that is no MCP server: answers 404, or leads to `location`. */
export async function openNoMcpServer(location?: string): Promise<NoMcpServer> {
  const asked: NoMcpServer['asked'] = []
  const server = createServer(({ url: path = '', headers }, response) => {
    asked.push({ path, headers })
    if (location === undefined) response.writeHead(404).end()
    else response.writeHead(307, { location }).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    urlByName: `http://localhost:${port}`,
    asked,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
