import type { ServerProblem } from '../../../shared/server-problem.ts'
import { messageOf } from '../errors.ts'
import { RpcCode, RpcError } from '../json-rpc.ts'
import type { JsonObject, RequestId, RpcMessage, RpcNotification, RpcRequest } from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import { Lookout } from '../lookout.ts'
import { ServerDown } from './connection.ts'
import type { Ask, ClientFace, RequestOptions } from './connection.ts'
import { metaOf, seal } from './envelope.ts'
import { Flights } from './flights.ts'
import type { Flight } from './flights.ts'
import { Notices } from './notices.ts'
import { Patience } from './patience.ts'
import { Questions } from './questions.ts'
import type { SendOptions, Transport, TransportEvents } from './transport.ts'

/** How long a server may take to hear that a request was cancelled. */
const CANCEL_MS = 2_000
/** Which era it is comes out with their answers: neither may be cancelled by a message. */
const GREETINGS: ReadonlySet<string> = new Set(['initialize', 'server/discover'])

export type PeerOptions = {
  /** The server's name, for messages. */
  server: string
  log: Logger
  callTimeoutMs: number
  /** The longest time for a request, however much progress it makes. */
  maxCallMs: number
  clientInfo: { name: string; version: string }
  /** Everything that belongs to no single request: `list_changed`, log messages, … */
  onNotification(notification: RpcNotification): void
  /** A request of the server was refused since it could have been anybody's. */
  onAmbiguous(): void
}

/** Whose a connection is that nobody else uses. */
export type PeerTenant = { ask: Ask; notify: (notification: RpcNotification) => void }

/** Our end of one connection: which answer belongs to which request, and what to whom. */
export class Peer implements TransportEvents {
  readonly #options: PeerOptions
  readonly #flights = new Flights()
  readonly #lookout = new Lookout()
  readonly #questions: Questions
  readonly #notices: Notices
  readonly #closed = Promise.withResolvers<string>()
  #transport: Transport | undefined
  /** The revision of every request, once it is known to be a modern one. */
  #modern: string | undefined
  #endReason: string | undefined
  #problem: ServerProblem | null = null
  #lastId = 0

  constructor(options: PeerOptions) {
    this.#options = options
    const { server, log, onAmbiguous, onNotification } = options
    const send = (message: RpcMessage) => this.#send(message)
    const land = (id: number) => this.#land(id)
    const common = { server, log, flights: this.#flights }
    this.#questions = new Questions({ ...common, send, onAmbiguous })
    this.#notices = new Notices({ ...common, land, onNotification })
  }

  get closed(): Promise<string> {
    return this.#closed.promise
  }

  get isOver(): boolean {
    return this.#endReason !== undefined
  }

  /** Why it ended, where that is known in facts. */
  get problem(): ServerProblem | null {
    return this.#problem
  }

  attach(transport: Transport): void {
    this.#transport = transport
  }

  speakModern(version: string): void {
    this.#modern = version
  }

  /** From now on the connection is theirs alone. */
  belongTo(tenant: PeerTenant): void {
    this.#questions.belongTo(tenant.ask)
    this.#notices.belongTo(tenant.notify)
  }

  async request(
    method: string,
    params: JsonObject | undefined,
    options: RequestOptions = {},
  ): Promise<JsonObject> {
    options.signal?.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<JsonObject>()
    const id = ++this.#lastId
    const progressToken = metaOf(params)?.['progressToken']
    const stream = new AbortController()
    const patience = this.#patienceFor(id, options)
    const flight = { id, method, options, progressToken, stream, patience, resolve, reject }
    this.#flights.add(flight)
    const cancel = () => this.#cancel(id, options.signal?.reason)
    options.signal?.addEventListener('abort', cancel, { once: true })
    try {
      this.#dispatch(flight, params)
      if (this.#flights.count === 1) this.#lookout.begin()
      return await promise
    } finally {
      options.signal?.removeEventListener('abort', cancel)
    }
  }

  async notify(method: string, params?: JsonObject): Promise<void> {
    const sent = this.#send({ jsonrpc: '2.0', method, ...(params && { params }) })
    // A full pipe never drains once its reader is gone.
    const reason = await Promise.race([sent, this.#closed.promise])
    if (typeof reason === 'string') throw this.#down(reason)
  }

  onMessage(message: RpcMessage, on?: RequestId): void {
    if (!('method' in message)) return this.#answered(message)
    if ('id' in message) return this.#asked(message, on)
    if (this.#modern !== undefined) return this.#notices.takeModern(message, on)
    if (message.method === 'notifications/cancelled') return this.#questions.cancel(message.params)
    this.#notices.take(message, on)
  }

  onEnd(reason: string, problem: ServerProblem | null = null): void {
    this.#endReason = reason
    this.#problem = problem
    this.#closed.resolve(reason)
    this.#questions.end(reason)
    for (const id of this.#flights.ids) this.#fail(id, reason)
  }

  #dispatch(flight: Flight, params: JsonObject | undefined): void {
    const { id, method, stream, options } = flight
    const sent = this.#paramsOf(flight, params)
    const onStreamEnd = () =>
      this.#fail(id, 'It ended the answer to this request without a result.')
    const { headers } = options
    this.#send(
      { jsonrpc: '2.0', id, method, ...(sent && { params: sent }) },
      {
        onStreamEnd,
        // Made for who asks for it: processes do not.
        get signal() {
          return stream.signal
        },
        ...(headers && { headers }),
      },
    ).catch((error: unknown) => this.#land(id)?.reject(error))
  }

  #paramsOf({ id, progressToken, options }: Flight, params: JsonObject | undefined) {
    // Our own token, so that two callers may use the same one; the caller's params stay as they are.
    const marked =
      progressToken === undefined
        ? params
        : { ...params, _meta: { ...metaOf(params), progressToken: id } }
    if (this.#modern === undefined) return marked
    const { client, logLevel } = options
    const ours = this.#options.clientInfo
    const face: ClientFace = {
      capabilities: client?.capabilities ?? {},
      info: client?.info ?? ours,
    }
    return seal(marked, { version: this.#modern, client: face, logLevel })
  }

  async #send(message: RpcMessage, options?: SendOptions): Promise<void> {
    const { server } = this.#options
    if (this.#endReason !== undefined) throw this.#down(this.#endReason)
    if (!this.#transport) throw new ServerDown(server, 'It is not connected yet.')
    await this.#transport.send(message, options)
  }

  #patienceFor(id: number, options: RequestOptions): Patience | undefined {
    const { server, callTimeoutMs, maxCallMs } = this.#options
    const silentMs = options.timeoutMs ?? callTimeoutMs
    if (silentMs === 0) return undefined
    return new Patience({ silentMs, maxMs: maxCallMs }, (timeoutMs) => {
      const message = `The server "${server}" did not answer within ${timeoutMs} ms.`
      this.#cancel(id, new RpcError(RpcCode.internalError, message, { server, timeoutMs }))
    })
  }

  /** Fails a request that is still out, and tells the server to stop working on it. */
  #cancel(id: number, reason: unknown): void {
    const flight = this.#land(id)
    if (!flight) return
    flight.reject(reason)
    const isSilent = GREETINGS.has(flight.method)
    const endsWithStream = this.#modern !== undefined && this.#transport?.modernCancel === 'stream'
    if (isSilent || endsWithStream) return flight.stream.abort()
    this.#flights.giveUp(flight)
    this.#sayCancelled(flight, messageOf(reason))
  }

  #sayCancelled(flight: Flight, reason: string): void {
    const given = new AbortController()
    const late = Promise.withResolvers<void>()
    // A server that hangs may never take it; the request's own stream must not stay open for that.
    const timer = setTimeout(late.resolve, CANCEL_MS).unref()
    const params = { requestId: flight.id, reason }
    const message = { jsonrpc: '2.0' as const, method: 'notifications/cancelled', params }
    void Promise.race([this.#send(message, { signal: given.signal }), late.promise])
      .catch((error: unknown) => this.#log(error, 'a cancellation could not be sent'))
      .finally(() => {
        clearTimeout(timer)
        given.abort()
        flight.stream.abort()
      })
  }

  #fail(id: number, reason: string): void {
    const flight = this.#land(id)
    if (!flight) return
    this.#flights.giveUp(flight)
    flight.reject(this.#down(reason))
  }

  #down(reason: string): ServerDown {
    return new ServerDown(this.#options.server, reason, { problem: this.#problem })
  }

  #land(id: unknown): Flight | undefined {
    const flight = this.#flights.land(id)
    if (flight) this.#questions.flightOver()
    return flight
  }

  #answered(message: Exclude<RpcMessage, RpcRequest | RpcNotification>): void {
    const flight = this.#land(message.id)
    if (!flight) {
      // An answer that crossed its cancellation is normal.
      this.#flights.forget(message.id)
      return this.#log(`id ${String(message.id)}`, 'an answer to nothing that was asked')
    }
    if (this.#flights.count === 0) this.#lookout.end()
    if ('result' in message) return flight.resolve(message.result)
    const { code, message: words, data } = message.error
    flight.reject(new RpcError(code, words, data))
  }

  #asked(request: RpcRequest, on: RequestId | undefined): void {
    if (this.#modern === undefined) return this.#questions.take(request, on)
    const { server, log } = this.#options
    const { method } = request
    // Nor does a client of this era send answers (2026-07-28, "Request and Response").
    log.warn({ server, method }, 'a modern server sent a request, which it must not')
  }

  #log(facts: unknown, message: string): void {
    const { server, log } = this.#options
    log.debug({ server, error: messageOf(facts) }, message)
  }
}
