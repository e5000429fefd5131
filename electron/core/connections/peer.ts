import { messageOf } from '../errors.ts'
import { isObject, RpcCode, RpcError } from '../json-rpc.ts'
import type { JsonObject, RpcMessage, RpcNotification, RpcRequest } from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import { ServerDown } from './connection.ts'
import type { RequestOptions } from './connection.ts'
import type { SendOptions, Transport, TransportEvents } from './transport.ts'

/** How long a server may take to hear that a request was cancelled. */
const CANCEL_MS = 2_000

export type PeerOptions = {
  /** The server's name, for messages. */
  server: string
  log: Logger
  callTimeoutMs: number
  /** Everything that belongs to no single request: `list_changed`, log messages, … */
  onNotification(notification: RpcNotification): void
}

/** A request on its way to the server. */
type Flight = {
  id: number
  method: string
  options: RequestOptions
  /** As the caller gave it; on the wire the token is our id. */
  progressToken: unknown
  timer: NodeJS.Timeout | undefined
  /** Stops reading a cancelled request's answer. */
  stream: AbortController
  resolve(result: JsonObject): void
  reject(error: unknown): void
}

/** Our end of one connection: which answer belongs to which request. */
export class Peer implements TransportEvents {
  readonly #options: PeerOptions
  readonly #inFlight = new Map<number, Flight>()
  readonly #closed = Promise.withResolvers<string>()
  #transport: Transport | undefined
  #endReason: string | undefined
  #lastId = 0

  constructor(options: PeerOptions) {
    this.#options = options
  }

  get closed(): Promise<string> {
    return this.#closed.promise
  }

  attach(transport: Transport): void {
    this.#transport = transport
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
    const flight: Flight = {
      ...{ id, method, options, progressToken, stream, resolve, reject },
      timer: this.#startTimer(id, options),
    }
    this.#inFlight.set(id, flight)
    const cancel = () => this.#cancel(id, options.signal?.reason)
    options.signal?.addEventListener('abort', cancel, { once: true })
    try {
      this.#dispatch(flight, params)
      return await promise
    } finally {
      options.signal?.removeEventListener('abort', cancel)
    }
  }

  async notify(method: string, params?: JsonObject): Promise<void> {
    const sent = this.#send({ jsonrpc: '2.0', method, ...(params && { params }) })
    // A full pipe never drains once its reader is gone.
    const reason = await Promise.race([sent, this.#closed.promise])
    if (typeof reason === 'string') throw new ServerDown(this.#options.server, reason)
  }

  onMessage(message: RpcMessage): void {
    if (!('method' in message)) return this.#answered(message)
    if ('id' in message) return this.#asked(message)
    this.#notified(message)
  }

  onEnd(reason: string): void {
    this.#endReason = reason
    this.#closed.resolve(reason)
    for (const id of [...this.#inFlight.keys()]) {
      this.#land(id)?.reject(new ServerDown(this.#options.server, reason))
    }
  }

  #dispatch({ id, method, progressToken, stream }: Flight, params: JsonObject | undefined): void {
    // Our own token, so that two callers may use the same one; the caller's params stay as they are.
    const sent =
      progressToken === undefined
        ? params
        : { ...params, _meta: { ...metaOf(params), progressToken: id } }
    const onStreamEnd = () => {
      const reason = 'It ended the answer to this request without a result.'
      this.#land(id)?.reject(new ServerDown(this.#options.server, reason))
    }
    this.#send(
      { jsonrpc: '2.0', id, method, ...(sent && { params: sent }) },
      { onStreamEnd, signal: stream.signal },
    ).catch((error: unknown) => this.#land(id)?.reject(error))
  }

  async #send(message: RpcMessage, options?: SendOptions): Promise<void> {
    const { server } = this.#options
    if (this.#endReason !== undefined) throw new ServerDown(server, this.#endReason)
    if (!this.#transport) throw new ServerDown(server, 'It is not connected yet.')
    await this.#transport.send(message, options)
  }

  #startTimer(id: number, options: RequestOptions): NodeJS.Timeout | undefined {
    const timeoutMs = options.timeoutMs ?? this.#options.callTimeoutMs
    if (timeoutMs === 0) return undefined
    const { server } = this.#options
    return setTimeout(() => {
      const message = `The server "${server}" did not answer within ${timeoutMs} ms.`
      this.#cancel(id, new RpcError(RpcCode.internalError, message, { server, timeoutMs }))
    }, timeoutMs)
  }

  /** Fails a request that is still out, and tells the server to stop working on it. */
  #cancel(id: number, reason: unknown): void {
    const flight = this.#land(id)
    if (!flight) return
    flight.reject(reason)
    const params = { requestId: id, reason: messageOf(reason) }
    const given = new AbortController()
    const late = Promise.withResolvers<void>()
    // A server that hangs may never take it; the request's own stream must not stay open for that.
    const timer = setTimeout(late.resolve, CANCEL_MS).unref()
    const message = { jsonrpc: '2.0' as const, method: 'notifications/cancelled', params }
    void Promise.race([this.#send(message, { signal: given.signal }), late.promise])
      .catch((error: unknown) => this.#log(error, 'a cancellation could not be sent'))
      .finally(() => {
        clearTimeout(timer)
        given.abort()
        flight.stream.abort()
      })
  }

  /** Takes a request out: whoever gets the flight settles it, so it is settled once. */
  #land(id: number): Flight | undefined {
    const flight = this.#inFlight.get(id)
    this.#inFlight.delete(id)
    clearTimeout(flight?.timer)
    return flight
  }

  #answered(message: Exclude<RpcMessage, RpcRequest | RpcNotification>): void {
    const flight = this.#land(Number(message.id))
    if (!flight) {
      // An answer that crossed its cancellation is normal.
      return this.#log(`id ${String(message.id)}`, 'an answer to nothing that was asked')
    }
    if ('result' in message) return flight.resolve(message.result)
    const { code, message: words, data } = message.error
    flight.reject(new RpcError(code, words, data))
  }

  #asked({ id, method }: RpcRequest): void {
    const answer = (body: { result: JsonObject } | { error: { code: number; message: string } }) =>
      this.#send({ jsonrpc: '2.0', id, ...body }).catch((error: unknown) =>
        this.#log(error, 'an answer to the server could not be sent'),
      )
    if (method === 'ping') return void answer({ result: {} })
    const { server, log } = this.#options
    log.warn({ server, method }, 'refused a request of the server: nothing was declared for it')
    void answer({ error: { code: RpcCode.methodNotFound, message: `Method not found: ${method}` } })
  }

  #notified(notification: RpcNotification): void {
    const { method, params } = notification
    if (method === 'notifications/progress') return this.#progressed(notification)
    const flight = method === 'notifications/message' ? this.#onlyFlight() : undefined
    if (flight?.options.notify) return flight.options.notify(notification)
    // Its own requests were all answered at once: there is nothing left for it to cancel.
    if (method === 'notifications/cancelled') return this.#log(params, 'the server cancelled')
    this.#options.onNotification(notification)
  }

  #progressed(notification: RpcNotification): void {
    const flight = this.#inFlight.get(Number(notification.params?.['progressToken']))
    if (!flight || flight.progressToken === undefined) return
    flight.timer?.refresh()
    const params = { ...notification.params, progressToken: flight.progressToken }
    flight.options.notify?.({ ...notification, params })
  }

  /** The newest request of the only owner there is; a request without one could be anybody's. */
  #onlyFlight(): Flight | undefined {
    const flights = [...this.#inFlight.values()]
    const owner = flights[0]?.options.owner
    if (!owner || flights.some(({ options }) => options.owner !== owner)) return undefined
    return flights.findLast(({ options }) => options.notify)
  }

  #log(error: unknown, message: string): void {
    this.#options.log.debug({ server: this.#options.server, error: messageOf(error) }, message)
  }
}

function metaOf(params: JsonObject | undefined): JsonObject | undefined {
  const meta = params?.['_meta']
  return isObject(meta) ? meta : undefined
}
