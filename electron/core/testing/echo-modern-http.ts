import { EVENT_STREAM, eventOf, garbageEvent } from './echo-event-stream.ts'
import { refuse, sendJson } from './echo-http-server.ts'
import type { Hit } from './echo-http-server.ts'
import { openModernFace } from './echo-modern.ts'
import { checkModernHeaders } from './echo-modern-headers.ts'
import { EchoError, noisy } from './echo-wire.ts'
import type { EchoLine } from './echo-wire.ts'
import type { EchoWorld } from './echo-world.ts'

/** Streamable HTTP of 2026-07-28: every request is complete in itself, and closing it cancels it. */
export function modernHttp(world: EchoWorld): (hit: Hit) => void {
  const face = openModernFace(world)
  return (hit) => {
    const { request, response, message, raw } = hit
    if (request.method !== 'POST') {
      return refuse(response, 405, new EchoError(-32000, 'Only POST'))
    }
    const gone = new AbortController()
    response.on('close', () => {
      if (!response.writableFinished) gone.abort()
    })
    if (message.id === undefined || message.method === undefined) response.writeHead(202).end()
    face.receive({
      ...{ message, raw, line: lineTo(hit, world), gone: gone.signal },
      checkHeaders: () => checkModernHeaders(request.headers, message, world.offer),
    })
  }
}

/** A stream once something comes before the answer; else the answer is a JSON body. */
function lineTo({ response }: Hit, { options }: EchoWorld): EchoLine {
  const { http } = options
  const plain = typeof http === 'object' && http.json === true
  const write = (event: string) => {
    if (plain || response.destroyed) return
    if (!response.headersSent) response.writeHead(200, EVENT_STREAM)
    response.write(event)
  }
  const line: EchoLine = {
    send: (message) => write(eventOf(message)),
    answer(message, status = 200) {
      if (!response.headersSent) return sendJson(response, status, message)
      write(eventOf(message))
      response.end()
    },
    end: () => response.end(),
    garble: (words) => write(garbageEvent(words)),
    drop: () => response.destroy(),
  }
  return options.garbage ? noisy(line) : line
}
