import type { Server } from '../../../shared/server.ts'
import type { Connection, Tenant } from '../connections/connection.ts'
import type { Pools, PoolsOptions } from '../connections/pools.ts'
import type { JsonObject, RpcNotification } from '../json-rpc.ts'
import type { Holds } from '../held-call.ts'
import type { Logger } from '../log.ts'
import type { Secrets } from '../secrets.ts'
import { cancelled } from './answer.ts'
import { LIST_CHANGED } from './call.ts'
import { Catalogs, type StoredCatalogs } from './catalogs.ts'
import { Endpoint, type EndpointParts, type EndpointView } from './endpoint.ts'
import type { DiscoveryParts } from './discovery/discovery.ts'
import { openLogLevels } from './log-levels.ts'
import { answerModern, type ModernParts } from './modern.ts'
import { openMemory } from './middleware/memory.ts'
import type { Middlewares } from './middleware/middlewares.ts'
import type { ModernCall } from './modern-call.ts'
import { Pages } from './pages.ts'
import { Parking } from './parking.ts'
import { Places } from './places.ts'
import { Relay } from './relay.ts'
import { StateSeal } from './sealed-state.ts'
import { Seats } from './seats.ts'
import { Session } from './session.ts'
import { openSessions, type ServerInfo, type Sessions } from './sessions.ts'
import { Subscriptions } from './subscriptions.ts'
import { TaskHandles } from './task-handles.ts'
import { UrlElicitations } from './url-elicitations.ts'
import { Visits } from './visits.ts'

/** A session, or a call of the modern era: somebody uses an endpoint. */
export type Usage = { endpoint: Endpoint; caller: string }

type PoolEvents = Required<Pick<PoolsOptions, 'onConnected' | 'onOwnConnected' | 'onNotification'>>

export type GatewayTimes = {
  sessionIdleMs?: number
  sessionSweepMs?: number
  firstTryMs?: number
  /** The first pause of a server that tells of changes again and again, before it is read anew. */
  pauseMs?: number
  /** How long a call goes on after the stream of its answer was lost. */
  goneMs?: number
  /** How long a call waits for the answer to what its server asked. */
  parkedMs?: number
}

/** `observer` and `tracer` are told of what clients do. */
export type GatewayOptions = GatewayTimes &
  Pick<EndpointParts, 'observer' | 'tracer'> & {
    /** Makes the pools; the gateway listens to what happens on their connections. */
    startPools: (events: PoolEvents) => Pools
    stored: StoredCatalogs
    /** What namespaces' lists of middlewares stand for. */
    middlewares: Middlewares
    /** What is known of clients and tools where those are searched. */
    discovery: DiscoveryParts
    /** Where calls wait for people. */
    holds: Holds
    serverInfo: ServerInfo
    /** Our name among several on one database; `null` where there are no others. */
    replica: string | null
    /** Seals what clients carry for us: states, cursors, handles. */
    secrets: Secrets
    log: Logger
    /** Told of log messages that a server sent to nobody. */
    onServerLog?: (serverId: string, params: JsonObject) => void
    /** Items of a list on one page. */
    pageSize?: number
  }

/** We, as an MCP server: endpoints, sessions on them, and the way from a call to a connection. */
export class Gateway {
  readonly pools: Pools
  readonly sessions: Sessions
  readonly places: Places
  /** Calls that wait for their clients to come back. */
  readonly parking: Parking
  readonly #options: GatewayOptions
  readonly #catalogs: Catalogs
  readonly #levels = openLogLevels()
  readonly #elicitations = new UrlElicitations()
  readonly #memory = openMemory()
  readonly #subscriptions: Subscriptions
  readonly #seats: Seats
  readonly #endpointParts: EndpointParts
  readonly #modernParts: ModernParts
  readonly #listening: ModernParts['listening'] = new Set()
  readonly #endpoints = new Map<string, Endpoint>()
  readonly #visits: Visits
  readonly #modernCalls = new Set<ModernCall>()
  /** Servers over Streamable HTTP, by id. */
  readonly #tellByStream = new Set<string>()
  /** The newest shared connection of each server. */
  readonly #connections = new Map<string, Connection>()

  constructor(options: GatewayOptions) {
    const { log, stored, secrets, firstTryMs, parkedMs, serverInfo } = options
    const { middlewares, holds, discovery } = options
    this.#options = options
    const places = (this.places = new Places(options.replica))
    this.pools = options.startPools({
      onConnected: (id, connection) => this.#welcome(id, connection),
      onOwnConnected: (id, connection, tenant) => this.#welcomeOwn(id, connection, tenant),
      onNotification: (id, notification) => this.#hear(id, notification),
    })
    const { pools } = this
    const levels = this.#levels
    const catalogs = (this.#catalogs = new Catalogs({
      ...{ stored, log, firstTryMs, pools, pauseMs: options.pauseMs },
      onChange: (id, kinds) => {
        for (const endpoint of this.#endpoints.values()) endpoint.catalogChanged(id, kinds)
        this.#visits.catalogChanged(id, kinds)
      },
    }))
    const heard = this.#heardOnOwn.bind(this)
    const hold = (id: string) => pools.hold(id)
    this.#subscriptions = new Subscriptions({
      ...{ pools, log },
      onNotification: (id, notification) => this.#learn(id, notification),
    })
    const subscriptions = this.#subscriptions
    const seal = new StateSeal(secrets)
    const parking = (this.parking = new Parking({ seal, parkedMs }))
    const told = subscriptions.heardOnOwn.bind(subscriptions)
    this.#seats = new Seats({ heard, told, leave: (tenant) => pools.leave(tenant) })
    const tasks = new TaskHandles(secrets.derive('metamcp task handles'))
    const elicitations = this.#elicitations
    const relay = new Relay({
      ...{ pools, catalogs, levels, parking, seal, tasks, elicitations },
      tellsByStream: (id) => this.#tellByStream.has(id),
    })
    const pages = new Pages(secrets, options.pageSize)
    this.#endpointParts = {
      ...{ catalogs, middlewares, discovery, holds, relay, subscriptions, tasks, pages, log },
      memory: this.#memory,
    }
    this.#visits = new Visits(this.#endpointParts)
    this.#modernParts = {
      ...{ levels, serverInfo, subscriptions, tasks, hold, places },
      listening: this.#listening,
      seats: this.#seats,
    }
    this.sessions = openSessions({
      ...{ serverInfo, log, levels, hold, heard, places },
      keepWithin: subscriptions.keepWithin.bind(subscriptions),
      onEnd: (session) => {
        subscriptions.forget(session)
        pools.leave(session)
      },
      idleMs: options.sessionIdleMs,
      sweepMs: options.sessionSweepMs,
      goneMs: options.goneMs,
    })
  }

  endpoint(name: string): Endpoint | undefined {
    return this.#endpoints.get(name)
  }

  /**
   * An endpoint without a public name, as `viewOf` describes it, the same one for the same key.
   * `undefined` when there is no such definition; once it goes, the sessions end.
   */
  visit(key: string, viewOf: () => EndpointView | undefined): Endpoint | undefined {
    return this.#visits.open(key, viewOf)
  }

  /** Rejects with `RpcError`. A `subscriptions/listen` is answered only when it ends. */
  async modern(call: ModernCall): Promise<JsonObject> {
    this.#modernCalls.add(call)
    try {
      return await answerModern(call, this.#modernParts)
    } finally {
      this.#modernCalls.delete(call)
    }
  }

  /** Ends sessions, and calls of the modern era, whose caller may not use their endpoint any more. */
  endWhere(test: (one: Usage) => boolean): void {
    this.sessions.endWhere(test)
    // Before the calls: a subscription is answered when we end it.
    for (const stream of this.#listening) if (test(stream)) stream.end()
    for (const call of this.#modernCalls) {
      if (test(call)) call.controller.abort(cancelled('its caller may not call any more'))
    }
    this.#seats.giveUpWhere(test)
  }

  /** Ends all streams that would last for ever, in a way that tells clients to open others. */
  endListening(): void {
    for (const stream of this.#listening) stream.end()
    this.sessions.endListening()
  }

  /** Replaces all endpoints; live sessions hear of what changed, those of removed ones end. */
  setEndpoints(views: readonly EndpointView[]): void {
    const before = new Map([...this.#endpoints.values()].map((one) => [one.id, one]))
    this.#endpoints.clear()
    for (const view of views) {
      const known = before.get(view.id)
      before.delete(view.id)
      known?.update(view)
      this.#endpoints.set(view.name, known ?? this.#newEndpoint(view))
    }
    for (const gone of before.values()) gone.isGone = true
    this.#visits.update()
    this.endWhere(({ endpoint }) => endpoint.isGone)
  }

  /** Takes over definitions at the start; what was never seen, or is `changed` (ids), is asked. */
  startServers(servers: readonly Server[], changed: ReadonlySet<string>): void {
    for (const server of servers) {
      this.#define(server)
      if (!server.enabled) continue
      if (changed.has(server.id)) void this.#catalogs.refresh(server.id)
      else void this.#catalogs.tryOnce(server.id)
    }
  }

  /** Takes over one changed definition: its connections end, and it is asked anew. */
  updateServer(server: Server): void {
    this.#define(server)
    if (server.enabled) void this.#catalogs.refresh(server.id)
  }

  removeServer(id: string): Promise<void> {
    this.#subscriptions.remove(id)
    this.#tellByStream.delete(id)
    return this.pools.remove(id)
  }

  async close(): Promise<void> {
    this.#catalogs.isEnding = true
    this.endListening()
    this.sessions.close()
    this.parking.close()
    await this.pools.close()
  }

  #newEndpoint(view: EndpointView): Endpoint {
    const { observer, tracer } = this.#options
    return new Endpoint(view, { ...this.#endpointParts, observer, tracer })
  }

  #define(server: Server): void {
    if (server.type === 'STREAMABLE_HTTP') this.#tellByStream.add(server.id)
    else this.#tellByStream.delete(server.id)
    this.#memory.defined(server.id)
    this.pools.define(server)
  }

  #welcome(serverId: string, connection: Connection): void {
    this.#connections.set(serverId, connection)
    void connection.closed.then(() => {
      if (this.#connections.get(serverId) === connection) this.#connections.delete(serverId)
    })
    this.#levels.connected(connection)
    this.#subscriptions.connected(serverId, connection)
    void this.#catalogs.welcome(serverId, connection)
  }

  #welcomeOwn(serverId: string, connection: Connection, tenant: Tenant): void {
    if (tenant instanceof Session) tenant.ownConnected(serverId, connection)
  }

  /** What a server says on its shared connection and to no request. */
  #hear(serverId: string, notification: RpcNotification): void {
    this.#subscriptions.heard(serverId, notification)
  }

  /** What nobody subscribed to. */
  #learn(serverId: string, notification: RpcNotification): void {
    const { method, params } = notification
    const kind = LIST_CHANGED.get(method)
    const connection = this.#connections.get(serverId)
    if (kind && connection) void this.#catalogs.learn(serverId, connection, new Set([kind]))
    else if (method === 'notifications/elicitation/complete') {
      this.#elicitations.completed(serverId, notification)
    } else if (method === 'notifications/message') {
      this.#options.onServerLog?.(serverId, params ?? {})
    } else this.#options.log.debug({ serverId, method }, 'a server told something to nobody')
  }

  /**
   * Lists are one for all: what a server changes on somebody's own connection may be for that one
   * only, so it is asked on the shared one.
   */
  #heardOnOwn(serverId: string, { method }: RpcNotification): boolean {
    const kind = LIST_CHANGED.get(method)
    if (!kind) return false
    const connection = this.#connections.get(serverId)
    if (connection) void this.#catalogs.learn(serverId, connection, new Set([kind]))
    else void this.#catalogs.refresh(serverId)
    return true
  }
}
