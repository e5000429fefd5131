import type { Ask, ClientFace, Connection, Tenant } from '../connections/connection.ts'
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
import { Mailbox, type Listener } from './mailbox.ts'
import type { Visit } from './observer.ts'
import type { Places } from './places.ts'
import { Questions, type Send } from './questions.ts'
import type { Reach, Subscriber } from './subscriber.ts'
import { quote } from './unknown.ts'

export type { Listener, Send }

export type SessionParts = {
  places: Places
  levels: LogLevels
  log: Logger
  hold: (serverId: string) => () => void
  /** Ends what the session subscribed to outside of this. */
  keepWithin: (reach: Reach, session: Session) => void
  onEnd: (session: Session) => void
  /** Tells what a server says on a connection of its own; true: it is not the session's to pass on. */
  heard: (serverId: string, notification: RpcNotification) => boolean
  /** Milliseconds that a call goes on after the stream of its answer was lost. */
  goneMs: number
}

export type SessionOpening = {
  endpoint: Endpoint
  /** Who opened it (`callerKey`): nobody else may use it. */
  caller: string
  client: ClientFace
  protocolVersion: string
  hello: Hello
}

type InFlight = {
  controller: AbortController
  /** Runs while nobody reads the stream of its answer. */
  gone: NodeJS.Timeout | undefined
}

/** One client's stay on an endpoint in the legacy era, from `initialize` to DELETE or expiry. */
export class Session implements Visitor, Tenant, Subscriber {
  readonly id: string
  readonly endpoint: Endpoint
  readonly caller: string
  readonly client: ClientFace
  readonly isSession = true
  readonly protocolVersion: string
  readonly ask: Ask
  readonly #parts: SessionParts
  readonly #declared: JsonObject
  readonly #inFlight = new Map<RequestId, InFlight>()
  /** Requests that the client has cancelled: it waits for no answer to them. */
  readonly #cancelled = new WeakSet<InFlight>()
  readonly #questions: Questions
  readonly #mailbox = new Mailbox((id) => this.#questions.unheard(id))
  /** Connections that are this session's alone, by server. */
  readonly #own = new Map<string, Connection>()
  readonly #ended = new AbortController()
  readonly #tellEnd: (() => void) | undefined
  #logLevel: McpLogLevel | undefined
  #releases: (() => void)[] = []
  #lastUsedMs = performance.now()

  constructor(opening: SessionOpening, parts: SessionParts) {
    this.id = parts.places.newId()
    this.endpoint = opening.endpoint
    this.caller = opening.caller
    this.client = opening.client
    this.protocolVersion = opening.protocolVersion
    this.#declared = opening.hello.capabilities
    this.#parts = parts
    this.#questions = new Questions(opening.client)
    this.ask = this.#questions.by((message) => this.#mailbox.post(message))
    this.endpoint.sessions.add(this)
    this.holdServers()
    this.#tellEnd = this.endpoint.observer?.opened(visitOf(this))
  }

  /** Milliseconds since it was last of use to its client. */
  get idleMs(): number {
    const inUse = this.#inFlight.size > 0 || this.#mailbox.isHeard
    return inUse ? 0 : performance.now() - this.#lastUsedMs
  }

  /** Aborted when it is over. */
  get ended(): AbortSignal {
    return this.#ended.signal
  }

  /** Keeps the servers of its namespace running, also after the namespace has changed. */
  holdServers(): void {
    const before = this.#releases
    this.#releases = this.endpoint.serverIds.map((id) => this.#parts.hold(id))
    for (const release of before) release()
    this.#parts.keepWithin(this.endpoint, this)
  }

  /** Resolves with the answer, or with null for a cancelled request, which gets none. */
  async request(message: RpcRequest, send: Send): Promise<RpcResult | RpcFailure | null> {
    const { id } = message
    if (this.#inFlight.has(id)) {
      const text = `A request with the id ${JSON.stringify(id)} is in flight already`
      return failure(id, new RpcError(RpcCode.invalidRequest, text))
    }
    const flight: InFlight = { controller: new AbortController(), gone: undefined }
    this.#inFlight.set(id, flight)
    try {
      const work = () => this.#dispatch(message, send, flight.controller.signal)
      const reply = await answer(id, work, this.#parts.log)
      return this.#cancelled.has(flight) ? null : reply
    } finally {
      clearTimeout(flight.gone)
      this.#inFlight.delete(id)
      this.#lastUsedMs = performance.now()
    }
  }

  notification(notification: RpcNotification): void {
    this.#lastUsedMs = performance.now()
    const { method, params } = notification
    if (method === 'notifications/progress') return this.#questions.progressed(notification)
    if (method === 'notifications/roots/list_changed') return this.#tellOwn(notification)
    if (method !== 'notifications/cancelled') return
    const flight = this.#inFlight.get(params?.requestId as RequestId)
    if (!flight) return
    this.#cancelled.add(flight)
    const reason = typeof params?.reason === 'string' ? quote(params.reason) : 'no reason was given'
    const { log } = this.#parts
    log.info({ endpoint: this.endpoint.name, reason }, 'a client cancelled a request')
    flight.controller.abort(cancelled(`the client cancelled it: ${reason}`))
  }

  /** The client's answer to a request that was put to it. */
  response(message: RpcResult | RpcFailure): void {
    this.#lastUsedMs = performance.now()
    this.#questions.answered(message)
  }

  /** Nobody reads the stream of this request's answer any more: it is cancelled after a while. */
  lost(id: RequestId): void {
    const flight = this.#inFlight.get(id)
    if (!flight || flight.gone) return
    const give = () => flight.controller.abort(cancelled('the client is gone'))
    flight.gone = setTimeout(give, this.#parts.goneMs).unref()
  }

  found(id: RequestId): void {
    const flight = this.#inFlight.get(id)
    clearTimeout(flight?.gone)
    if (flight) flight.gone = undefined
  }

  listen(listener: Listener): void {
    this.#mailbox.open(listener)
  }

  stopListening(listener: Listener): void {
    if (this.#mailbox.close(listener)) this.#lastUsedMs = performance.now()
  }

  /** Ends the stream of what belongs to no request, not the session. */
  endListening(): void {
    this.#mailbox.end()
  }

  /** Told at once, or when the client listens next. */
  listChanged(kind: ListKind): void {
    if (this.#declared[kind] !== undefined) this.#mailbox.postOnce(listChangedOf(kind))
  }

  /** A resource that it subscribed to is another now. */
  updated(notification: RpcNotification): void {
    this.#mailbox.postOnce(notification)
  }

  /** What a server says of its own accord, on a connection of this session. */
  notify = (serverId: string, notification: RpcNotification): void => {
    if (this.#parts.heard(serverId, notification)) return
    if (this.#isFor(notification)) this.#mailbox.post(this.endpoint.told(notification))
  }

  /** A server has a connection for this session alone. */
  ownConnected(serverId: string, connection: Connection): void {
    this.#own.set(serverId, connection)
    void connection.closed.then(() => {
      if (this.#own.get(serverId) === connection) this.#own.delete(serverId)
    })
  }

  /** Ends it: calls in flight fail, servers are let go. Afterwards its id is unknown. */
  end(): void {
    if (this.#ended.signal.aborted) return
    this.#ended.abort()
    this.endpoint.sessions.delete(this)
    this.#tellEnd?.()
    const reason = cancelled('its session ended')
    for (const { controller } of this.#inFlight.values()) controller.abort(reason)
    this.#questions.end(reason)
    this.#mailbox.end()
    for (const release of this.#releases) release()
    this.#releases = []
    this.#parts.levels.forget(this)
    this.#parts.onEnd(this)
  }

  #dispatch(message: RpcRequest, send: Send, signal: AbortSignal): Promise<JsonObject> {
    const { method, params = {} } = message
    if (method === 'ping') return Promise.resolve({})
    if (method === 'logging/setLevel') return Promise.resolve(this.#setLevel(params))
    return this.endpoint.handle({
      endpoint: this.endpoint.name,
      caller: this.caller,
      era: 'legacy',
      version: this.protocolVersion,
      client: this.client,
      method,
      params,
      signal,
      owner: this,
      subscriber: this,
      ask: this.#questions.by(send),
      logLevel: this.#logLevel,
      borrowTenant: () => ({ tenant: this, giveBack: () => {} }),
      notify: (notification) => {
        if (this.#isFor(notification)) send(notification)
      },
    })
  }

  #setLevel({ level }: JsonObject): JsonObject {
    if (!isMcpLogLevel(level)) {
      throw new RpcError(RpcCode.invalidParams, `Unknown log level: ${quote(level)}`)
    }
    this.#logLevel = level
    this.#parts.levels.want(this, level)
    for (const connection of this.#own.values()) this.#parts.levels.prepare(connection, level)
    return {}
  }

  #isFor({ method, params }: RpcNotification): boolean {
    if (method !== 'notifications/message' || this.#logLevel === undefined) return true
    return isWanted(isObject(params) ? params.level : undefined, this.#logLevel)
  }

  #tellOwn({ method, params }: RpcNotification): void {
    for (const connection of this.#own.values()) {
      // One that is gone will ask for the roots again by itself.
      connection.notify(method, params).catch(() => undefined)
    }
  }
}

function visitOf({ endpoint, caller, client }: Session): Visit {
  return { endpoint: endpoint.name, caller, client }
}

function listChangedOf(kind: ListKind): RpcNotification {
  return { jsonrpc: '2.0', method: `notifications/${kind}/list_changed` }
}
