import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { randomUUID } from 'node:crypto'
import express from 'express'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { definitionsOf } from './definitions.mjs'

/**
 * The echo server over Streamable HTTP, by the SDK: what a client has without any gateway. On Express, as
 * the SDK's documentation has it; with `isBare` on `node:http` with nothing between.
 */
const { name, tools: count, isBare = false } = JSON.parse(process.argv[2] ?? '{}')
const tools = definitionsOf(count)

/** @type {Map<string, StreamableHTTPServerTransport>} */
const sessions = new Map()

function openServer() {
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

/** @param {string} text */
function textOf(text) {
  return { content: [{ type: /** @type {const} */ ('text'), text }] }
}

/** @param {import('node:http').IncomingMessage} request */
async function transportFor(request) {
  const known = sessions.get(String(request.headers['mcp-session-id']))
  if (known) return known
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => void sessions.set(id, transport),
    onsessionclosed: (id) => void sessions.delete(id),
  })
  await openServer().connect(transport)
  return transport
}

/** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
async function answerBarely(request, response) {
  const transport = await transportFor(request)
  // Read here, as express.json() would for it.
  const body = request.method === 'POST' ? await json(request) : undefined
  await transport.handleRequest(request, response, body)
}

const app = express()
// As much as is sent; what it takes by itself is 100 KB.
app.use(express.json({ limit: '100mb' }))
app.all('/mcp', async (request, response) => {
  const transport = await transportFor(request)
  await transport.handleRequest(request, response, request.body)
})

const http = createServer(isBare ? answerBarely : app)
// Clients wait while others are measured.
http.keepAliveTimeout = 600_000
http.listen(0, '127.0.0.1', () => {
  const address = http.address()
  process.stdout.write(`listening ${typeof address === 'object' ? address?.port : ''}\n`)
})
