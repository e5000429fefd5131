import type { Server } from '../../../shared/server.ts'
import type { Connection } from '../connections/connection.ts'
import type { Pools, PoolsOptions } from '../connections/pools.ts'
import type { RpcNotification } from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import type { ListKind } from './call.ts'
import { openCatalogs, type StoredCatalogs } from './catalogs.ts'
import { Endpoint, type EndpointView } from './endpoint.ts'
import { openLogLevels } from './log-levels.ts'
import { answerModern, type ModernCall } from './modern.ts'
import { openSessions, type ServerInfo, type Sessions } from './sessions.ts'

type PoolEvents = Required<Pick<PoolsOptions, 'onConnected' | 'onNotification'>>

export type GatewayOptions = {
  /** Makes the pools; the gateway listens to what happens on their connections. */
  startPools: (events: PoolEvents) => Pools
  stored: StoredCatalogs
  serverInfo: ServerInfo
  log: Logger
  /** Told after what a server offers has changed. */
  onCatalog?: (serverId: string) => void
  sessionIdleMs?: number
  sessionSweepMs?: number
  firstTryMs?: number
}

/** We, as an MCP server: endpoints, sessions on them, and the way from a call to a connection. */
export interface Gateway {
  readonly pools: Pools
  readonly sessions: Sessions
  readonly serverInfo: ServerInfo
  endpoint(name: string): Endpoint | undefined
  modern(call: ModernCall): ReturnType<typeof answerModern>
  /** Replaces all endpoints; live sessions hear of what changed, those of removed ones end. */
  setEndpoints(views: readonly EndpointView[]): void
  /** Takes over definitions at the start; what was never seen is started to be asked. */
  startServers(servers: readonly Server[]): void
  /** Takes over one changed definition: its connections end, and it is asked anew. */
  updateServer(server: Server): void
  removeServer(id: string): Promise<void>
  close(): Promise<void>
}

const KIND_OF = new Map<string, ListKind>([
  ['notifications/tools/list_changed', 'tools'],
  ['notifications/prompts/list_changed', 'prompts'],
  ['notifications/resources/list_changed', 'resources'],
])

export function openGateway(options: GatewayOptions): Gateway {
  const { log, stored, serverInfo } = options
  const endpoints = new Map<string, Endpoint>()
  const connections = new Map<string, Connection>()
  const levels = openLogLevels()

  const pools = options.startPools({
    onConnected(id, connection) {
      connections.set(id, connection)
      void connection.closed.then(() => {
        if (connections.get(id) === connection) connections.delete(id)
      })
      levels.connected(connection)
      void catalogs.learn(id, connection)
    },
    onNotification: hear,
  })
  const catalogs = openCatalogs({
    stored,
    log,
    pools,
    firstTryMs: options.firstTryMs,
    onChange(serverId, kinds) {
      for (const endpoint of endpoints.values()) endpoint.catalogChanged(serverId, kinds)
      options.onCatalog?.(serverId)
    },
  })
  const sessions = openSessions({
    serverInfo,
    levels,
    log,
    hold: (serverId) => pools.hold(serverId),
    idleMs: options.sessionIdleMs,
    sweepMs: options.sessionSweepMs,
  })

  function hear(serverId: string, { method, params }: RpcNotification): void {
    const kind = KIND_OF.get(method)
    const connection = connections.get(serverId)
    if (kind && connection) void catalogs.learn(serverId, connection, new Set([kind]))
    else log.debug({ serverId, method, params }, 'a server said something that is for nobody')
  }

  return {
    pools,
    sessions,
    serverInfo,
    endpoint: (name) => endpoints.get(name),
    modern: (call) => answerModern(call, { levels, serverInfo }),
    setEndpoints(views) {
      const before = new Map([...endpoints.values()].map((endpoint) => [endpoint.id, endpoint]))
      endpoints.clear()
      for (const view of views) {
        const known = before.get(view.id)
        before.delete(view.id)
        known?.update(view)
        endpoints.set(view.name, known ?? new Endpoint(view, { catalogs, pools }))
      }
      for (const gone of before.values()) sessions.endWhere((s) => s.endpoint === gone)
    },
    startServers(servers) {
      for (const server of servers) {
        pools.define(server)
        if (server.enabled) void catalogs.tryOnce(server.id)
      }
    },
    updateServer(server) {
      pools.define(server)
      if (server.enabled) void catalogs.refresh(server.id)
    },
    async removeServer(id) {
      await pools.remove(id)
    },
    async close() {
      sessions.close()
      await pools.close()
    },
  }
}
