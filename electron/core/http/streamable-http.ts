import { EventStore } from './event-store.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { Session } from '../gateway/session.ts'
import {
  failure,
  LEGACY_VERSIONS,
  RpcCode,
  RpcError,
  type RequestId,
  type RpcFailure,
  type RpcNotification,
  type RpcRequest,
  type RpcResult,
} from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import { readJson } from './body.ts'
import { noSession, type Closing } from './closing.ts'
import type { PassOn } from './elsewhere.ts'
import { whenClosed, type Exchange } from './exchange.ts'
import { classify, invalid, type Incoming } from './messages.ts'
import { hasModernVersion, isModern } from './modern-headers.ts'
import { serveModern } from './modern-http.ts'
import { answerOpening } from './opening.ts'
import type { RateLimits } from './rate-limits.ts'
import { HttpRefusal, refuse } from './refusal.ts'
import { Reply } from './reply.ts'
import { SessionStreams, type Place } from './session-streams.ts'

export type StreamableHttpOptions = {
  gateway: Gateway
  log: Logger
  maxBodyBytes: number
  limits: RateLimits
  closing: Closing
  passOn: PassOn
}

const SESSION_HEADER = 'mcp-session-id'

/** Revisions in which a body may be an array of messages. */
const BATCHING: ReadonlySet<string> = new Set(['2025-03-26', '2024-11-05'])

/** A call that takes longer gets a stream, with which it survives a broken connection. */
const SLOW_MS = 2_000

/** The Streamable HTTP transport (specification, "Transports") at message level, for both eras. */
export class StreamableHttp {
  readonly #options: StreamableHttpOptions
  readonly #gateway: Gateway
  readonly #closing: Closing
  readonly #events = new EventStore()
  readonly #streams = new WeakMap<Session, SessionStreams>()

  constructor(options: StreamableHttpOptions) {
    this.#options = options
    this.#gateway = options.gateway
    this.#closing = options.closing
  }

  /** Rejects with `HttpRefusal`. Resolves when no call of it is running any more. */
  serve(exchange: Exchange): Promise<void> {
    return exchange.request.method === 'POST' ? this.#post(exchange) : this.#serveOther(exchange)
  }

  async #serveOther(exchange: Exchange): Promise<void> {
    const { method, headers } = exchange.request
    const isLegacy = !hasModernVersion(headers)
    if (method === 'GET' && isLegacy) return this.#listen(exchange)
    if (method === 'DELETE' && isLegacy) return this.#end(exchange)
    const allow = isLegacy ? 'POST, GET, DELETE' : 'POST'
    throw refuse(405, `${method} is not a method of this address`, { allow })
  }

  async #post(exchange: Exchange): Promise<void> {
    const body = await readJson(exchange.request, this.#options.maxBodyBytes)
    // A body may take minutes to come, and a key be revoked in that time.
    exchange.checkAgain()
    if (Array.isArray(body)) return this.#batch(exchange, body)
    const incoming = classify(body, exchange.request.headers)
    if (incoming.kind === 'request') return this.#request(exchange, incoming.message)
    if (incoming.kind === 'response') this.#requireSession(exchange).response(incoming.message)
    // A modern client has nothing to notify us of over HTTP: whatever it is, it is dropped.
    else if (!isModern(incoming.message, exchange.request.headers)) {
      this.#requireSession(exchange).notification(incoming.message)
    }
    exchange.response.writeHead(202).end()
  }

  async #request(exchange: Exchange, message: RpcRequest): Promise<void> {
    if (isModern(message, exchange.request.headers)) {
      return serveModern(exchange, message, this.#options)
    }
    if (message.method === 'initialize') return this.#initialize(exchange, message)
    const session = this.#requireSession(exchange)
    this.#closing.refuseSession()
    const isCounted = this.#options.limits.take(session, message)
    if (isCounted) await isCounted
    const reply = this.#openReply(exchange, session, [message.id])
    reply.finish(await session.request(message, (one) => sendOrRefuse(reply, session, one)))
  }

  async #initialize(exchange: Exchange, message: RpcRequest): Promise<void> {
    const { request, response } = exchange
    this.#closing.refuseNew()
    // First, since it refuses a client that can take no answer: nothing is opened for that one.
    const reply = new Reply(request, response)
    const opened = await answerOpening(this.#gateway, exchange, message)
    reply.headers = { [SESSION_HEADER]: opened.session.id }
    reply.finish({ jsonrpc: '2.0', id: message.id, result: opened.result })
  }

  async #batch(exchange: Exchange, body: unknown[]): Promise<void> {
    const session = this.#requireSession(exchange)
    if (!BATCHING.has(session.protocolVersion)) {
      throw invalid('a batch, which this revision forbids')
    }
    if (body.length === 0) throw invalid('an empty batch')
    const messages = body.map((one) => classify(one, exchange.request.headers))
    const ids = messages.flatMap((one) => (one.kind === 'request' ? [one.message.id] : []))
    if (ids.length > 0) this.#closing.refuseSession()
    const reply = this.#openReply(exchange, session, ids)
    const refusals = await Promise.all(messages.map((one) => this.#refusalOf(session, one)))
    const answers = await Promise.all(
      messages.map((one, index) => refusals[index] ?? inBatch(session, one, reply)),
    )
    const given = answers.filter((one) => one !== null)
    if (given.length === 0) return reply.finish(null)
    // With one status for all, it is that of a refusal where nothing else was answered.
    const [refusal] = given.every((one) => one instanceof HttpRefusal) ? given : []
    if (refusal) reply.headers = refusal.headers
    const bodies = given.map((one) => (one instanceof HttpRefusal ? one.body : one))
    reply.finish(bodies, refusal?.status)
  }

  /** Of one message in a batch, whose others are answered all the same. */
  async #refusalOf(session: Session, incoming: Incoming): Promise<HttpRefusal | null> {
    if (incoming.kind !== 'request') return null
    try {
      await this.#options.limits.take(session, incoming.message)
      return null
    } catch (error) {
      if (error instanceof HttpRefusal) return error
      throw error
    }
  }

  /** A reply whose stream can be resumed; the session hears when its client is not there any more. */
  #openReply({ request, response }: Exchange, session: Session, ids: RequestId[]): Reply {
    const reply = new Reply(request, response, {
      slowMs: SLOW_MS,
      openStream: (to, headers) => {
        const stream = this.#streamsOf(session).openCall(ids)
        stream.read(to, 0, headers)
        return stream
      },
    })
    response.on('close', () => {
      // A stream says so itself, and may be read again.
      if (!response.writableFinished && !reply.isStream) ids.forEach((id) => session.lost(id))
    })
    return reply
  }

  async #listen(exchange: Exchange): Promise<void> {
    const { request, response } = exchange
    const session = this.#requireSession(exchange)
    if (!/text\/event-stream/i.test(request.headers.accept ?? '')) {
      throw refuse(406, 'Accept must allow text/event-stream')
    }
    const place = this.#placeOf(session, request.headers['last-event-id'])
    if (!place?.isCall) {
      this.#closing.refuseSession()
      return this.#hear(session, place, exchange)
    }
    if (place.stream.isOverAfter(place.after)) {
      // The answer that stops a client from asking again and again (HTML standard, 9.2.3).
      response.writeHead(204).end()
      return
    }
    place.stream.read(response, place.after)
    return whenClosed(response)
  }

  /** What belongs to no call: on a stream of before, or on a new one. */
  #hear(session: Session, place: Place | null, { response }: Exchange): void {
    const { stream, after } = place ?? {
      stream: this.#streamsOf(session).openListening(),
      after: 0,
    }
    stream.read(response, after)
    const listener = { send: stream.send.bind(stream), end: () => void response.end() }
    response.once('close', () => session.stopListening(listener))
    session.listen(listener)
  }

  /** An id that is no place to go on from is as good as none. */
  #placeOf(session: Session, lastEventId: string | string[] | undefined): Place | null {
    if (typeof lastEventId !== 'string') return null
    const place = this.#streamsOf(session).find(lastEventId.trim())
    if (place !== 'forgotten') return place
    throw refuse(400, 'What came after this event is not kept any more (Last-Event-ID)')
  }

  #streamsOf(session: Session): SessionStreams {
    const known = this.#streams.get(session)
    if (known) return known
    const streams = new SessionStreams(session, this.#events.openSession())
    this.#streams.set(session, streams)
    return streams
  }

  #end(exchange: Exchange): void {
    this.#requireSession(exchange).end()
    exchange.response.writeHead(200).end()
  }

  #requireSession({ request, endpoint, caller }: Exchange): Session {
    const id = request.headers[SESSION_HEADER]
    if (typeof id !== 'string' || id === '') {
      throw refuse(400, 'The Mcp-Session-Id header is missing: send initialize first')
    }
    const session = this.#gateway.sessions.get(id, endpoint, caller)
    if (!session) throw noSession()
    const version = request.headers['mcp-protocol-version']
    if (version !== undefined && !LEGACY_VERSIONS.some((known) => known === version)) {
      throw refuse(400, `Unsupported MCP-Protocol-Version; we speak ${LEGACY_VERSIONS.join(', ')}`)
    }
    return session
  }
}

async function inBatch(
  session: Session,
  incoming: Incoming,
  reply: Reply,
): Promise<RpcResult | RpcFailure | null> {
  if (incoming.kind === 'request') {
    return session.request(incoming.message, (one) => sendOrRefuse(reply, session, one))
  }
  if (incoming.kind === 'notification') session.notification(incoming.message)
  else session.response(incoming.message)
  return null
}

/** A server's request that has no way to the client is refused, so that its server need not wait. */
function sendOrRefuse(reply: Reply, session: Session, message: RpcNotification | RpcRequest): void {
  if (reply.send(message) || !('id' in message)) return
  const text = 'The client takes no event stream, or has left: it cannot be asked'
  session.response(failure(message.id, new RpcError(RpcCode.internalError, text)))
}
