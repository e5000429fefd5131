import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseJson } from '../json.ts'
import { refusalOf, EchoError } from './echo-wire.ts'
import type { Incoming } from './echo-wire.ts'

/** One HTTP request to `/mcp` that passed the guards; a POST with the message in its body. */
export type Hit = {
  request: IncomingMessage
  response: ServerResponse
  message: Incoming
  raw: string
}

/** Listens on 127.0.0.1 and says so on stdout; resolves with the URL. */
export async function listenHttp(port: number, onHit: (hit: Hit) => void): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const raw = Buffer.concat(chunks).toString()
      const refused = refusalBefore(request)
      if (refused) return refuse(response, refused, new EchoError(-32000, `HTTP ${refused}`))
      const message = request.method === 'POST' ? messageIn(raw) : {}
      if (!message) return refuse(response, 400, new EchoError(-32700, 'Not a JSON-RPC message'))
      onHit({ request, response, message, raw })
    })
  })
  // A call may be silent for as long as it likes.
  server.requestTimeout = 0
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return `http://localhost:${(server.address() as AddressInfo).port}/mcp`
}

export function refuse(response: ServerResponse, status: number, error: EchoError): void {
  sendJson(response, status, refusalOf(null, error))
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** What is not even looked at: pages that reach us by DNS rebinding, and other addresses. */
function refusalBefore({ headers, url, method }: IncomingMessage): number | undefined {
  const { host, origin, accept = '' } = headers
  if (!isLocal(`http://${host}`) || (origin !== undefined && !isLocal(origin))) return 403
  if (new URL(url ?? '', 'http://localhost').pathname !== '/mcp') return 404
  if (method !== 'POST') return undefined
  if (!headers['content-type']?.startsWith('application/json')) return 415
  const both = accept.includes('application/json') && accept.includes('text/event-stream')
  return both || accept.includes('*/*') ? undefined : 406
}

function isLocal(url: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(URL.parse(url)?.hostname ?? '')
}

function messageIn(raw: string): Incoming | undefined {
  try {
    const message = parseJson(raw) as unknown
    const good = typeof message === 'object' && message !== null && !Array.isArray(message)
    return good ? (message as Incoming) : undefined
  } catch {
    return undefined
  }
}
