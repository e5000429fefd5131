import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type { Served } from '../targets/target.ts'
import { definitionsOf } from './definitions.mjs'

/**
 * The echo server over Streamable HTTP, by the SDK as it comes, on `node:http` with nothing between:
 * what a client has without any gateway.
 */
const { name, tools: count } = JSON.parse(process.argv[2] ?? '{}') as Served
const tools = definitionsOf(count)
const sessions = new Map<string, StreamableHTTPServerTransport>()

function openServer(): Server {
  const server = new Server({ name, version: '1' }, { capabilities: { tools: {} } })
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { sendNotification }) => {
    const { arguments: args = {}, _meta: meta } = params
    if (params.name === 'exit') process.exit(1)
    if (params.name !== 'progress') return textOf(String(args['message']))
    const total = Number(args['steps'])
    for (let progress = 1; progress <= total; progress += 1) {
      const of = { progressToken: meta?.progressToken ?? 0, progress, total }
      await sendNotification({ method: 'notifications/progress', params: of })
    }
    return textOf(`done after ${total} steps`)
  })
  return server
}

function textOf(text: string) {
  return { content: [{ type: 'text' as const, text }] }
}

async function transportFor(request: IncomingMessage): Promise<StreamableHTTPServerTransport> {
  const known = sessions.get(String(request.headers['mcp-session-id']))
  if (known) return known
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => void sessions.set(id, transport),
    onsessionclosed: (id) => void sessions.delete(id),
  })
  // The SDK's own types do not agree under our settings: what may be undefined is optional there.
  await openServer().connect(transport as Parameters<Server['connect']>[0])
  return transport
}

const http = createServer((request, response) => {
  void transportFor(request).then(async (transport) => {
    // Its own reading refuses more than a few MB, so that is done here, as express.json() does it.
    const body = request.method === 'POST' ? await json(request) : undefined
    await transport.handleRequest(request, response, body)
  })
})
// Clients wait while others are measured.
http.keepAliveTimeout = 600_000
http.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listening ${(http.address() as AddressInfo).port}\n`)
})
