import type { ServerResponse } from 'node:http'
import { EventStream, eventOf, garbageEvent } from './echo-event-stream.ts'
import { LEGACY_VERSIONS } from './echo-hello.ts'
import { refuse, sendJson } from './echo-http-server.ts'
import type { Hit } from './echo-http-server.ts'
import { openLegacyFace } from './echo-legacy.ts'
import type { LegacySession } from './echo-legacy.ts'
import { EchoError, noisy } from './echo-wire.ts'
import type { EchoLine } from './echo-wire.ts'
import type { EchoWorld } from './echo-world.ts'

type HttpSession = {
  id: string
  session: LegacySession
  /** For what belongs to no request. */
  own: EventStream
  streams: Map<string, EventStream>
}

/** So many streams of a session can be resumed. */
const KEPT_STREAMS = 1_000

/** Streamable HTTP of 2025-11-25 and before: sessions, a stream for each request, resumption. */
export function legacyHttp(world: EchoWorld): (hit: Hit) => void {
  const face = openLegacyFace(world)
  const sessions = new Map<string, HttpSession>()

  function open(): HttpSession {
    const id = world.secret()
    const own = new EventStream('own')
    const session = face.open(lineTo(own, world), id)
    const one = { id, session, own, streams: new Map([[own.name, own]]) }
    sessions.set(id, one)
    return one
  }

  function close({ id, session, streams }: HttpSession): void {
    sessions.delete(id)
    session.close()
    for (const stream of streams.values()) stream.end()
  }

  return (hit) => {
    const { request, response, message } = hit
    const id = request.headers['mcp-session-id']
    const fresh = request.method === 'POST' && message.method === 'initialize' && id === undefined
    const one = fresh ? open() : sessions.get(String(id))
    const version = request.headers['mcp-protocol-version']
    const known = version === undefined || LEGACY_VERSIONS.includes(String(version))
    if (id === undefined && !fresh) return refuse(response, 400, oops('No Mcp-Session-Id'))
    if (!one) return refuse(response, 404, oops('Session not found'))
    if (!known) return refuse(response, 400, oops('Unsupported MCP-Protocol-Version'))
    response.setHeader('mcp-session-id', one.id)
    if (request.method === 'POST') return post(world, one, hit)
    if (request.method === 'GET') return get(one, hit)
    if (request.method !== 'DELETE') return refuse(response, 405, oops('Not allowed'))
    close(one)
    response.writeHead(204).end()
  }
}

function oops(words: string): EchoError {
  return new EchoError(-32000, words)
}

function post(world: EchoWorld, one: HttpSession, { response, message, raw }: Hit): void {
  if (message.id === undefined || message.method === undefined) {
    response.writeHead(202).end()
    return one.session.receive(message, raw, lineTo(one.own, world))
  }
  const { http } = world.options
  if (typeof http === 'object' && http.json) {
    return one.session.receive(message, raw, jsonLine(response, one.own, world))
  }
  const stream = new EventStream(world.secret().slice(0, 8))
  one.streams.set(stream.name, stream)
  const [, oldest] = one.streams.keys()
  if (one.streams.size > KEPT_STREAMS && oldest !== undefined) one.streams.delete(oldest)
  stream.attach(response, { after: 0, prime: canResume(one) })
  one.session.receive(message, raw, lineTo(stream, world))
}

/** Attaches to the session's own stream, or to one that broke off, after the last event seen. */
function get(one: HttpSession, { request, response }: Hit): void {
  const last = request.headers['last-event-id']
  const [, name = 'own', after = '0'] = /^(.+)_(\d+)$/.exec(String(last)) ?? []
  const stream = one.streams.get(name)
  if (!stream) return refuse(response, 404, oops('Stream not found'))
  stream.attach(response, { after: Number(after), prime: canResume(one) })
}

/** Clients of older revisions choke on an event without data. */
function canResume({ session }: HttpSession): boolean {
  return session.version === LEGACY_VERSIONS[0]
}

function lineTo(stream: EventStream, { options }: EchoWorld): EchoLine {
  const line: EchoLine = {
    send: (message) => stream.write(eventOf(message)),
    answer(message) {
      stream.write(eventOf(message))
      stream.end()
    },
    end: () => stream.end(),
    garble: (words) => stream.write(garbageEvent(words)),
    drop: () => stream.drop(),
  }
  return options.garbage ? noisy(line) : line
}

/** Answers with a JSON body; everything else goes to the session's own stream. */
function jsonLine(response: ServerResponse, own: EventStream, world: EchoWorld): EchoLine {
  return {
    ...lineTo(own, world),
    answer: (message) => sendJson(response, 200, message),
    end: () => response.writeHead(202).end(),
    drop: () => response.destroy(),
  }
}
