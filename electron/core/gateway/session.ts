import { randomUUID } from 'node:crypto'
import type { Logger } from '../log.ts'
import {
  failure,
  isObject,
  RpcCode,
  RpcError,
  type JsonObject,
  type RequestId,
  type RpcFailure,
  type RpcNotification,
  type RpcRequest,
  type RpcResult,
} from '../json-rpc.ts'
import { answer, cancelled } from './answer.ts'
import type { ListKind } from './call.ts'
import type { Endpoint, Visitor } from './endpoint.ts'
import type { Hello } from './hello.ts'
import { isMcpLogLevel, isWanted, type LogLevels, type McpLogLevel } from './log-levels.ts'
import { quote } from './unknown.ts'

export type Notify = (notification: RpcNotification) => void

/** The stream on which a client listens for what belongs to no request of its own. */
export interface Listener {
  send(notification: RpcNotification): void
  end(): void
}

export type SessionParts = {
  levels: LogLevels
  log: Logger
  hold: (serverId: string) => () => void
  onEnd: (session: Session) => void
}

export type SessionOpening = {
  endpoint: Endpoint
  /** Who opened it (`callerKey`): nobody else may use it. */
  caller: string
  protocolVersion: string
  hello: Hello
}

/** One client's stay on an endpoint in the legacy era, from `initialize` to DELETE or expiry. */
export class Session implements Visitor {
  readonly id = randomUUID()
  readonly endpoint: Endpoint
  readonly caller: string
  readonly protocolVersion: string
  readonly #parts: SessionParts
  readonly #declared: JsonObject
  readonly #inFlight = new Map<RequestId, AbortController>()
  /** Requests that the client has cancelled: it waits for no answer to them. */
  readonly #cancelled = new WeakSet<AbortController>()
  readonly #unheard = new Set<ListKind>()
  #listener: Listener | null = null
  #logLevel: McpLogLevel = 'debug'
  #releases: (() => void)[] = []
  #lastUsedMs = performance.now()
  #ended = false

  constructor(opening: SessionOpening, parts: SessionParts) {
    this.endpoint = opening.endpoint
    this.caller = opening.caller
    this.protocolVersion = opening.protocolVersion
    this.#declared = opening.hello.capabilities
    this.#parts = parts
    this.endpoint.sessions.add(this)
    this.holdServers()
  }

  /** Milliseconds since it was last of use to its client. */
  get idleMs(): number {
    const inUse = this.#inFlight.size > 0 || this.#listener !== null
    return inUse ? 0 : performance.now() - this.#lastUsedMs
  }

  /** Keeps the servers of its namespace running, also after the namespace has changed. */
  holdServers(): void {
    const before = this.#releases
    this.#releases = this.endpoint.serverIds.map((id) => this.#parts.hold(id))
    for (const release of before) release()
  }

  /** Resolves with the answer, or with null for a cancelled request, which gets none. */
  async request(message: RpcRequest, notify: Notify): Promise<RpcResult | RpcFailure | null> {
    const { id } = message
    if (this.#inFlight.has(id)) {
      const text = `A request with the id ${JSON.stringify(id)} is in flight already`
      return failure(id, new RpcError(RpcCode.invalidRequest, text))
    }
    const controller = new AbortController()
    this.#inFlight.set(id, controller)
    try {
      const work = () => this.#dispatch(message, notify, controller.signal)
      const reply = await answer(id, work, this.#parts.log)
      return this.#cancelled.has(controller) ? null : reply
    } finally {
      this.#inFlight.delete(id)
      this.#lastUsedMs = performance.now()
    }
  }

  notification({ method, params }: RpcNotification): void {
    this.#lastUsedMs = performance.now()
    if (method !== 'notifications/cancelled') return
    const controller = this.#inFlight.get(params?.requestId as RequestId)
    if (!controller) return
    this.#cancelled.add(controller)
    controller.abort(cancelled('the client cancelled it'))
  }

  /** A newer stream takes the place of an older one, whose client may be gone without a word. */
  listen(listener: Listener): void {
    const before = this.#listener
    this.#listener = listener
    before?.end()
    for (const kind of this.#unheard) this.#send(kind)
    this.#unheard.clear()
  }

  stopListening(listener: Listener): void {
    if (this.#listener !== listener) return
    this.#listener = null
    this.#lastUsedMs = performance.now()
  }

  /** Told at once, or when the client listens next. */
  listChanged(kind: ListKind): void {
    if (this.#declared[kind] === undefined) return
    if (this.#listener) this.#send(kind)
    else this.#unheard.add(kind)
  }

  /** Ends it: calls in flight fail, servers are let go. Afterwards its id is unknown. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.endpoint.sessions.delete(this)
    for (const controller of this.#inFlight.values())
      controller.abort(cancelled('its session ended'))
    this.#listener?.end()
    this.#listener = null
    for (const release of this.#releases) release()
    this.#releases = []
    this.#parts.levels.forget(this)
    this.#parts.onEnd(this)
  }

  #dispatch(message: RpcRequest, notify: Notify, signal: AbortSignal): Promise<JsonObject> {
    const { method, params = {} } = message
    if (method === 'ping') return Promise.resolve({})
    if (method === 'logging/setLevel') return Promise.resolve(this.#setLevel(params))
    return this.endpoint.handle({
      endpoint: this.endpoint.name,
      caller: this.caller,
      method,
      params,
      signal,
      owner: this,
      notify: (notification) => {
        if (this.#isFor(notification)) notify(notification)
      },
    })
  }

  #setLevel({ level }: JsonObject): JsonObject {
    if (!isMcpLogLevel(level)) {
      throw new RpcError(RpcCode.invalidParams, `Unknown log level: ${quote(level)}`)
    }
    this.#logLevel = level
    this.#parts.levels.want(this, level)
    return {}
  }

  #isFor({ method, params }: RpcNotification): boolean {
    if (method !== 'notifications/message') return true
    return isWanted(isObject(params) ? params.level : undefined, this.#logLevel)
  }

  #send(kind: ListKind): void {
    this.#listener?.send({ jsonrpc: '2.0', method: `notifications/${kind}/list_changed` })
  }
}
