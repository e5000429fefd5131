import type { IncomingMessage, ServerResponse } from 'node:http'
import { answer, cancelled } from '../gateway/answer.ts'
import type { Endpoint } from '../gateway/endpoint.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { checkEnvelope, checkSpoken } from '../gateway/modern.ts'
import type { Notify, Session } from '../gateway/session.ts'
import {
  LEGACY_VERSIONS,
  RpcCode,
  RpcError,
  type RpcFailure,
  type RpcRequest,
  type RpcResult,
} from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import { readJson } from './body.ts'
import { classify, invalid, type Incoming } from './messages.ts'
import { checkModernHeaders, isModern } from './modern-headers.ts'
import { HttpRefusal, refuse } from './refusal.ts'
import { EventStream, Reply } from './reply.ts'

export type Exchange = {
  request: IncomingMessage
  response: ServerResponse
  endpoint: Endpoint
  /** The identity that sessions are bound to (`callerKey`). */
  caller: string
  /** Throws `HttpRefusal` if that caller may not use the endpoint any more, or it is gone. */
  checkAgain: () => void
}

export type StreamableHttpOptions = { gateway: Gateway; log: Logger; maxBodyBytes: number }

const SESSION_HEADER = 'mcp-session-id'

/** Revisions in which a body may be an array of messages. */
const BATCHING: ReadonlySet<string> = new Set(['2025-03-26', '2024-11-05'])

/**
 * The Streamable HTTP transport (specification, "Transports") at message level, for both eras.
 * Guards and credentials have been seen to.
 */
export class StreamableHttp {
  readonly #gateway: Gateway
  readonly #log: Logger
  readonly #maxBodyBytes: number

  constructor({ gateway, log, maxBodyBytes }: StreamableHttpOptions) {
    this.#gateway = gateway
    this.#log = log
    this.#maxBodyBytes = maxBodyBytes
  }

  /** Rejects with `HttpRefusal`. */
  async serve(exchange: Exchange): Promise<void> {
    const { method } = exchange.request
    if (method === 'POST') return this.#post(exchange)
    if (method === 'GET') return this.#listen(exchange)
    if (method === 'DELETE') return this.#end(exchange)
    throw refuse(405, `${method} is not a method of this address`, { allow: 'POST, GET, DELETE' })
  }

  async #post(exchange: Exchange): Promise<void> {
    const body = await readJson(exchange.request, this.#maxBodyBytes)
    // A body may take minutes to come, and a key be revoked in that time.
    exchange.checkAgain()
    if (Array.isArray(body)) return this.#batch(exchange, body)
    const incoming = classify(body)
    if (incoming.kind === 'request') return this.#request(exchange, incoming.message)
    if (incoming.kind === 'response') this.#requireSession(exchange)
    // A modern client has nothing to notify us of over HTTP: whatever it is, it is dropped.
    else if (!isModern(incoming.message, exchange.request.headers)) {
      this.#requireSession(exchange).notification(incoming.message)
    }
    exchange.response.writeHead(202).end()
  }

  async #request(exchange: Exchange, message: RpcRequest): Promise<void> {
    const { request, response } = exchange
    if (isModern(message, request.headers)) return this.#modern(exchange, message)
    if (message.method === 'initialize') return this.#initialize(exchange, message)
    const session = this.#requireSession(exchange)
    const reply = new Reply(request, response)
    reply.finish(await session.request(message, reply.notify))
  }

  async #initialize(exchange: Exchange, message: RpcRequest): Promise<void> {
    const { endpoint, caller, request, response } = exchange
    const { sessions } = this.#gateway
    // First, since it refuses a client that can take no answer: nothing is opened for that one.
    const reply = new Reply(request, response)
    const opening = await answerOpening(message, () =>
      sessions.open(endpoint, caller, message.params ?? {}),
    )
    try {
      // So may the servers that had to be waited for.
      exchange.checkAgain()
    } catch (error) {
      opening.session.end()
      throw error
    }
    reply.headers = { [SESSION_HEADER]: opening.session.id }
    reply.finish({ jsonrpc: '2.0', id: message.id, result: opening.result })
  }

  async #modern({ endpoint, caller, request, response }: Exchange, message: RpcRequest) {
    const { id, method, params } = message
    admit(message, request)
    const controller = new AbortController()
    // In this era leaving is cancelling: there is no session in which the answer could be kept.
    response.once('close', () => {
      if (!response.writableFinished) controller.abort(cancelled('the client left'))
    })
    const reply = new Reply(request, response)
    const call = { endpoint, caller, method, params: params ?? {}, controller }
    const work = () => this.#gateway.modern({ ...call, notify: reply.notify })
    reply.finish(await answer(id, work, this.#log))
  }

  async #batch(exchange: Exchange, body: unknown[]): Promise<void> {
    const session = this.#requireSession(exchange)
    if (!BATCHING.has(session.protocolVersion)) {
      throw invalid('a batch, which this revision forbids')
    }
    if (body.length === 0) throw invalid('an empty batch')
    const messages = body.map(classify)
    const reply = new Reply(exchange.request, exchange.response)
    const answers = await Promise.all(messages.map((one) => inBatch(session, one, reply.notify)))
    const given = answers.filter((one) => one !== null)
    reply.finish(given.length > 0 ? given : null)
  }

  #listen(exchange: Exchange): void {
    const { request, response } = exchange
    const session = this.#requireSession(exchange)
    if (!/text\/event-stream/i.test(request.headers.accept ?? '')) {
      throw refuse(406, 'Accept must allow text/event-stream')
    }
    const stream = new EventStream(response)
    response.once('close', () => session.stopListening(stream))
    session.listen(stream)
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
    if (!session) throw refuse(404, 'Session not found: send initialize to open a new one')
    checkVersionHeader(request)
    return session
  }
}

async function inBatch(
  session: Session,
  incoming: Incoming,
  notify: Notify,
): Promise<RpcResult | RpcFailure | null> {
  if (incoming.kind === 'request') return session.request(incoming.message, notify)
  if (incoming.kind === 'notification') session.notification(incoming.message)
  return null
}

/** A refused `initialize` opens nothing, and is told so with the request's own id. */
async function answerOpening<T>({ id }: RpcRequest, open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    throw error instanceof RpcError ? new HttpRefusal(400, error, { id }) : error
  }
}

/** The checks of the modern era that come before any work, each with its HTTP status. */
function admit(message: RpcRequest, { headers }: IncomingMessage): void {
  const { id, method, params } = message
  try {
    checkEnvelope(params)
    checkModernHeaders(message, headers)
    checkSpoken(method, params)
  } catch (error) {
    if (!(error instanceof RpcError)) throw error
    throw new HttpRefusal(error.code === RpcCode.methodNotFound ? 404 : 400, error, { id })
  }
}

function checkVersionHeader({ headers }: IncomingMessage): void {
  const version = headers['mcp-protocol-version']
  if (version === undefined || LEGACY_VERSIONS.some((known) => known === version)) return
  throw refuse(400, `Unsupported MCP-Protocol-Version; we speak ${LEGACY_VERSIONS.join(', ')}`)
}
