import type { Server } from '../../../shared/server.ts'
import type { Connection } from '../connections/connection.ts'
import type { Pools, PoolsOptions } from '../connections/pools.ts'
import type { JsonObject, RpcNotification } from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import { cancelled } from './answer.ts'
import type { ListKind } from './call.ts'
import { Catalogs, type StoredCatalogs } from './catalogs.ts'
import { Endpoint, type EndpointView } from './endpoint.ts'
import { openLogLevels } from './log-levels.ts'
import { answerModern, type ModernCall } from './modern.ts'
import { openSessions, type ServerInfo, type Sessions } from './sessions.ts'

/** A session, or a call of the modern era: somebody uses an endpoint. */
export type Usage = { endpoint: Endpoint; caller: string }

type PoolEvents = Required<Pick<PoolsOptions, 'onConnected' | 'onNotification'>>

export type GatewayOptions = {
  /** Makes the pools; the gateway listens to what happens on their connections. */
  startPools: (events: PoolEvents) => Pools
  stored: StoredCatalogs
  serverInfo: ServerInfo
  log: Logger
  sessionIdleMs?: number
  sessionSweepMs?: number
  firstTryMs?: number
}

const KIND_OF = new Map<string, ListKind>([
  ['notifications/tools/list_changed', 'tools'],
  ['notifications/prompts/list_changed', 'prompts'],
  ['notifications/resources/list_changed', 'resources'],
])

/** We, as an MCP server: endpoints, sessions on them, and the way from a call to a connection. */
export class Gateway {
  readonly pools: Pools
  readonly sessions: Sessions
  readonly #serverInfo: ServerInfo
  readonly #log: Logger
  readonly #catalogs: Catalogs
  readonly #levels = openLogLevels()
  readonly #endpoints = new Map<string, Endpoint>()
  readonly #modernCalls = new Set<ModernCall>()
  /** The newest connection of each server. */
  readonly #connections = new Map<string, Connection>()

  constructor(options: GatewayOptions) {
    const { log, stored, serverInfo, firstTryMs, sessionIdleMs, sessionSweepMs } = options
    this.#log = log
    this.#serverInfo = serverInfo
    this.pools = options.startPools({
      onConnected: (id, connection) => this.#welcome(id, connection),
      onNotification: (id, notification) => this.#hear(id, notification),
    })
    this.#catalogs = new Catalogs({
      stored,
      log,
      firstTryMs,
      pools: this.pools,
      onChange: (id, kinds) => {
        for (const endpoint of this.#endpoints.values()) endpoint.catalogChanged(id, kinds)
      },
    })
    this.sessions = openSessions({
      serverInfo,
      log,
      levels: this.#levels,
      hold: (id) => this.pools.hold(id),
      idleMs: sessionIdleMs,
      sweepMs: sessionSweepMs,
    })
  }

  endpoint(name: string): Endpoint | undefined {
    return this.#endpoints.get(name)
  }

  async modern(call: ModernCall): Promise<JsonObject> {
    this.#modernCalls.add(call)
    try {
      return await answerModern(call, { levels: this.#levels, serverInfo: this.#serverInfo })
    } finally {
      this.#modernCalls.delete(call)
    }
  }

  /** Ends sessions, and calls of the modern era, whose caller may not use their endpoint any more. */
  endWhere(test: (one: Usage) => boolean): void {
    this.sessions.endWhere(test)
    for (const call of this.#modernCalls) {
      if (test(call)) call.controller.abort(cancelled('its caller may not call any more'))
    }
  }

  /** Replaces all endpoints; live sessions hear of what changed, those of removed ones end. */
  setEndpoints(views: readonly EndpointView[]): void {
    const before = new Map([...this.#endpoints.values()].map((one) => [one.id, one]))
    this.#endpoints.clear()
    for (const view of views) {
      const known = before.get(view.id)
      before.delete(view.id)
      known?.update(view)
      const parts = { catalogs: this.#catalogs, pools: this.pools, log: this.#log }
      this.#endpoints.set(view.name, known ?? new Endpoint(view, parts))
    }
    for (const gone of before.values()) gone.isGone = true
    this.endWhere(({ endpoint }) => endpoint.isGone)
  }

  /** Takes over definitions at the start; what was never seen, or is `changed` (ids), is asked. */
  startServers(servers: readonly Server[], changed: ReadonlySet<string>): void {
    for (const server of servers) {
      this.pools.define(server)
      if (!server.enabled) continue
      if (changed.has(server.id)) void this.#catalogs.refresh(server.id)
      else void this.#catalogs.tryOnce(server.id)
    }
  }

  /** Takes over one changed definition: its connections end, and it is asked anew. */
  updateServer(server: Server): void {
    this.pools.define(server)
    if (server.enabled) void this.#catalogs.refresh(server.id)
  }

  removeServer(id: string): Promise<void> {
    return this.pools.remove(id)
  }

  async close(): Promise<void> {
    this.sessions.close()
    await this.pools.close()
  }

  #welcome(serverId: string, connection: Connection): void {
    this.#connections.set(serverId, connection)
    void connection.closed.then(() => {
      if (this.#connections.get(serverId) === connection) this.#connections.delete(serverId)
    })
    this.#levels.connected(connection)
    void this.#catalogs.welcome(serverId, connection)
  }

  #hear(serverId: string, { method, params }: RpcNotification): void {
    const kind = KIND_OF.get(method)
    const connection = this.#connections.get(serverId)
    if (kind && connection) void this.#catalogs.learn(serverId, connection, new Set([kind]))
    else this.#log.debug({ serverId, method, params }, 'a server told something to nobody')
  }
}
