import { createServer, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Incoming, Json, Line, state } from './server.ts'

type Parts = { receive(message: Incoming, line: Line): Promise<void>; state: typeof state }

/** Streamable HTTP without sessions; a call is answered by a stream, anything else by JSON. */
export function answerHttp(port: number, { receive, state }: Parts): void {
  const server = createServer((request, response) => {
    response.on('error', () => undefined)
    if (request.method !== 'POST') return void response.writeHead(405).end()
    const fault = performance.now() < state.httpFaultUntil ? state.httpFault : ''
    if (fault === 'silent') return void request.resume()
    if (fault === 'status') return void response.writeHead(500).end('it went wrong')
    const answer = async () => {
      const message = JSON.parse(await text(request)) as Incoming
      if (message.id === undefined) response.writeHead(202).end()
      else if (message.method === 'tools/call') await answerByStream(message, response, fault)
      else await receive(message, { send: (result) => endWith(response, result), write() {} })
    }
    answer().catch(() => response.destroy())
  })

  async function answerByStream(message: Incoming, response: ServerResponse, fault: string) {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (fault === 'broken') return void setTimeout(() => response.destroy(), 50)
    const line: Line = {
      send: (one) => void response.write(`event: message\ndata: ${JSON.stringify(one)}\n\n`),
      write: (words) => void response.write(words),
    }
    await receive(message, line)
    // An answer that nobody could read: two more events, of which one is no JSON.
    if (fault === 'garbage') response.write('data: {"jsonrpc":\n\nid: \u0000\ndata\n\n: \n\n')
    response.end()
  }

  server.keepAliveTimeout = 60_000
  server.listen(port, '127.0.0.1', () => process.stdout.write('listening\n'))
  process.on('disconnect', () => process.exit(0))
}

function endWith(response: ServerResponse, message: Json): void {
  const body = JSON.stringify(message)
  response.writeHead(200, { 'content-type': 'application/json' }).end(body)
}
