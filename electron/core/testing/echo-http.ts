import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'

type JsonObject = Record<string, unknown>

/** One HTTP request as it reached the server. */
export type Seen = { method: string; url: string; headers: IncomingMessage['headers'] } & {
  /** The JSON-RPC message; `{}` when there was none. */
  body: { id?: number; method?: string; params?: JsonObject }
  /** The body as it came. */
  text: string
}

export interface RawHttp extends AsyncDisposable {
  readonly origin: string
  readonly seen: Seen[]
  /** Drops all connections and listens no more. */
  close(): Promise<void>
}

/** A bare HTTP server on a free port that answers as the test says. */
export async function openRawHttp(
  answer: (request: Seen, response: ServerResponse) => void,
): Promise<RawHttp> {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const text = Buffer.concat(chunks).toString()
      const body = text ? (JSON.parse(text) as Seen['body']) : {}
      const one = { method, url, headers, body, text }
      seen.push(one)
      answer(one, response)
    })
  })
  return Object.assign(await listen(server), { seen })
}

/** Opens a server on a free port of this machine. */
export async function listen(server: Server): Promise<Omit<RawHttp, 'seen'>> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { origin, close, [Symbol.asyncDispose]: close }
}

export function sendJson(response: ServerResponse, body: unknown, headers = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

/** Opens an event stream, or goes on with it: one event for each text, which is whole lines. */
export function sendEvents(response: ServerResponse, ...events: string[]): void {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' })
  // Also without events: the client is to know at once that the stream is open.
  response.flushHeaders()
  for (const lines of events) response.write(`${lines}\n\n`)
}

/** The data line of an event. */
export function dataOf(message: JsonObject): string {
  return `data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}`
}

/** Answers the handshake as a Streamable HTTP server with sessions does; `false` if it is not one. */
export function shakeHands({ method, body }: Seen, response: ServerResponse): boolean {
  if (method === 'GET') response.writeHead(405).end()
  if (method === 'DELETE') response.writeHead(204).end()
  if (body.method === 'notifications/initialized') response.writeHead(202).end()
  if (body.method === 'initialize') {
    const result = {
      protocolVersion: '2025-06-18',
      capabilities: { tools: {} },
      serverInfo: { name: 'raw', version: '1' },
    }
    sendJson(response, { jsonrpc: '2.0', id: body.id, result }, { 'mcp-session-id': 's1' })
  }
  return response.writableEnded
}

/** The reference server, a real process, over Streamable HTTP (`/mcp`) or HTTP+SSE (`/sse`). */
export async function startEverything(
  transport: 'streamableHttp' | 'sse',
): Promise<AsyncDisposable & { origin: string; stop(): Promise<void> }> {
  const program = import.meta.resolve('@modelcontextprotocol/server-everything/dist/index.js')
  const port = await findFreePort()
  const child = spawn(process.execPath, [fileURLToPath(program), transport], {
    env: { PATH: process.env['PATH'], PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = once(child, 'exit')
  const listening = Promise.withResolvers<void>()
  child.stderr.on('data', (chunk) => /on port/.test(String(chunk)) && listening.resolve())
  await listening.promise
  const stop = async () => {
    child.kill('SIGKILL')
    await exited
  }
  return { origin: `http://127.0.0.1:${port}`, stop, [Symbol.asyncDispose]: stop }
}

async function findFreePort(): Promise<number> {
  await using server = await openRawHttp(() => {})
  return Number(new URL(server.origin).port)
}
