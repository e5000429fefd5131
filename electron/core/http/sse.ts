import type { Endpoint } from '../gateway/endpoint.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { Session } from '../gateway/session.ts'
import { failure, RpcCode, RpcError, type RpcRequest } from '../json-rpc.ts'
import { readJson } from './body.ts'
import type { Closing } from './closing.ts'
import { EventStream } from './event-stream.ts'
import type { Exchange } from './exchange.ts'
import { classify, type Incoming } from './messages.ts'
import { answerOpening } from './opening.ts'
import type { RateLimits } from './rate-limits.ts'
import { HttpRefusal, refuse } from './refusal.ts'

export type SseOptions = {
  gateway: Gateway
  maxBodyBytes: number
  limits: RateLimits
  closing: Closing
  /** Milliseconds that a stream may be open before `initialize`. */
  patienceMs?: number
  /** How many streams there may be. */
  max?: number
}

/** One client's stream, with the session that it opened by `initialize`. */
type Line = {
  endpoint: Endpoint
  caller: string
  stream: EventStream
  session: Session | null
  isOpening: boolean
  /** Requests whose answers the stream still has to carry. */
  running: number
  /** Ends as soon as nothing is running. */
  isEnding: boolean
  hurry: NodeJS.Timeout
}

/**
 * The HTTP+SSE transport (revision 2024-11-05), for clients that know no other: a stream that
 * carries everything to the client, and an address for what the client sends. Legacy era only.
 */
export class Sse {
  readonly #options: Required<SseOptions>
  readonly #lines = new Map<string, Line>()

  constructor(options: SseOptions) {
    this.#options = { patienceMs: 60_000, max: 10_000, ...options }
  }

  /** GET: opens a stream. Rejects with `HttpRefusal`. */
  open(exchange: Exchange): void {
    const { request, response, endpoint, caller } = exchange
    if (request.method !== 'GET') throw refuse(405, 'Only GET opens a stream', { allow: 'GET' })
    // Without a header, or with a wildcard, a client takes anything.
    if (!/\*\/\*|text\/(event-stream|\*)/i.test(request.headers.accept ?? '*/*')) {
      throw refuse(406, 'Accept must allow text/event-stream')
    }
    this.#options.closing.refuseNew()
    if (this.#lines.size >= this.#options.max) {
      throw refuse(503, 'There are too many streams', { 'retry-after': '10' })
    }
    const id = this.#options.gateway.places.newId()
    const stream = new EventStream(response)
    const hurry = setTimeout(() => stream.end(), this.#options.patienceMs).unref()
    const state = { session: null, isOpening: false, running: 0, isEnding: false }
    this.#lines.set(id, { endpoint, caller, stream, hurry, ...state })
    response.once('close', () => this.#closed(id))
    stream.event({ type: 'endpoint', data: addressOf(id, exchange) })
  }

  /**
   * POST: takes a message; what there is to say to it goes on the stream. Rejects with
   * `HttpRefusal`. Resolves when the request in it is answered, long after the response has ended.
   */
  async post(exchange: Exchange): Promise<void> {
    const { request, response, query } = exchange
    if (request.method !== 'POST') throw refuse(405, 'Only POST sends', { allow: 'POST' })
    const id = query.get('sessionId')
    if (id === null || id === '') throw refuse(400, 'sessionId is missing: open a stream first')
    this.#require(id, exchange)
    const body = await readJson(request, this.#options.maxBodyBytes)
    // A body may take minutes to come, and a key be revoked or the stream end in that time.
    exchange.checkAgain()
    const line = this.#require(id, exchange)
    const incoming = classify(body, request.headers)
    if (incoming.kind === 'request') this.#options.closing.refuseSession()
    if (incoming.kind === 'request' && line.session) {
      await this.#options.limits.take(line.session, incoming.message)
    }
    response.writeHead(202).end()
    await this.#take(line, incoming, exchange)
  }

  /** Another caller's stream is as unknown as none. */
  #require(id: string, { endpoint, caller }: Exchange): Line {
    const line = this.#lines.get(id)
    if (line?.endpoint === endpoint && line.caller === caller) return line
    throw refuse(404, 'There is no such stream: open a new one')
  }

  async #take(line: Line, incoming: Incoming, exchange: Exchange): Promise<void> {
    if (incoming.kind === 'notification') return line.session?.notification(incoming.message)
    if (incoming.kind === 'response') return line.session?.response(incoming.message)
    line.running += 1
    try {
      const answer = await this.#answer(line, incoming.message, exchange)
      if (answer) line.stream.send(answer)
    } finally {
      line.running -= 1
      endIfDone(line)
    }
  }

  async #answer(line: Line, message: RpcRequest, exchange: Exchange): Promise<object | null> {
    const { session, stream } = line
    const { id, method } = message
    if (method === 'initialize') return this.#initialize(line, message, exchange)
    if (session) return session.request(message, (one) => stream.send(one))
    if (method === 'ping') return { jsonrpc: '2.0', id, result: {} }
    return failure(id, new RpcError(RpcCode.invalidRequest, 'Send initialize first'))
  }

  async #initialize(line: Line, message: RpcRequest, exchange: Exchange): Promise<object> {
    const { id } = message
    if (line.session || line.isOpening) {
      return failure(id, new RpcError(RpcCode.invalidRequest, 'initialize was sent before'))
    }
    line.isOpening = true
    try {
      const { session, result } = await answerOpening(this.#options.gateway, exchange, message)
      this.#begin(line, session)
      return { jsonrpc: '2.0', id, result }
    } catch (error) {
      if (error instanceof HttpRefusal) return { ...error.body, id }
      return failure(id, new RpcError(RpcCode.internalError, 'Internal error'))
    } finally {
      line.isOpening = false
    }
  }

  #begin(line: Line, session: Session): void {
    clearTimeout(line.hurry)
    line.session = session
    if (line.stream.isClosed) return session.end()
    session.listen({
      send: (message) => line.stream.send(message),
      end() {
        line.isEnding = true
        if (session.ended.aborted) line.stream.end()
        else endIfDone(line)
      },
    })
  }

  #closed(id: string): void {
    const line = this.#lines.get(id)
    if (!line) return
    this.#lines.delete(id)
    clearTimeout(line.hurry)
    line.session?.end()
  }
}

function endIfDone({ isEnding, running, stream }: Line): void {
  if (isEnding && running === 0) stream.end()
}

/**
 * Where to send to. A client that can only name its key in the address needs it there again: the
 * stream's own id is no credential.
 */
function addressOf(id: string, { endpoint, queryKey }: Exchange): string {
  const query = new URLSearchParams({ sessionId: id })
  if (queryKey !== null) query.set('api_key', queryKey)
  return `/metamcp/${endpoint.name}/message?${query}`
}
