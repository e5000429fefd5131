import type { Applied } from '../apply-each.ts'
import type { Holds } from '../held-call.ts'
import type { Changes } from '../changes.ts'
import { searchesTools } from '../clients/searching.ts'
import type { CoreConfig } from '../config.ts'
import type { Era } from '../connections/connection.ts'
import { openPools, type PoolsOptions } from '../connections/pools.ts'
import { messageOf } from '../errors.ts'
import { Gateway, type GatewayOptions, type GatewayTimes } from '../gateway/gateway.ts'
import { MODERN_VERSIONS } from '../json-rpc.ts'
import type { HttpClients } from './http-clients.ts'
import type { OAuth } from '../oauth/oauth.ts'
import type { Peers } from './peers.ts'
import { rulesOver } from './rules.ts'
import type { Stores } from './stores.ts'
import type { Tracer } from '../tracer.ts'
import { endpointViews } from './views.ts'
import type { Watching } from './watching.ts'

export type GatewayLimits = GatewayTimes &
  Pick<GatewayOptions, 'pageSize'> &
  Pick<PoolsOptions, 'callTimeoutMs' | 'maxCallMs' | 'maxConnections'>

type Parts = {
  config: CoreConfig
  stores: Stores
  changes: Changes
  limits: GatewayLimits
  /** What the config file has changed. */
  applied: readonly Applied[]
  oauth: OAuth
  http: HttpClients
  watching: Watching
  approvals: Holds
  tracer: Tracer | undefined
  peers: Pick<Peers, 'replica'>
}

/** The gateway with its pools, told of everything that the stores hold. */
export function startGateway(parts: Parts): Gateway {
  const { config, stores, changes, limits, applied, oauth, watching, http } = parts
  const { log, env, version } = config
  const { callTimeoutMs, maxCallMs, maxConnections } = limits
  const switched = switchedServers(stores, config)
  const rules = rulesOver(stores)
  const ownerOf = (id: string) => stores.servers.get(id)?.ownerId ?? null
  const gateway: Gateway = new Gateway({
    ...limits,
    ...watching.gatewayEvents(() => gateway),
    log,
    stored: stores.catalogs,
    middlewares: stores.middlewares,
    discovery: { tokens: stores.tokens, searchesTools },
    holds: parts.approvals,
    tracer: parts.tracer,
    secrets: stores.secrets,
    replica: parts.peers.replica,
    serverInfo: { name: 'metamcp', title: 'MetaMCP', version },
    startPools: (events) =>
      openPools({
        ...{ log, env, callTimeoutMs, maxCallMs, maxConnections },
        clientInfo: { name: 'metamcp', version },
        auth: oauth.auth,
        fetchFor: http.forServer,
        knownEra: (id) => knownEra(stores, id),
        mayReadEnv: (id) => rules.mayReadEnvironment(ownerOf(id)),
        obstacleTo(server) {
          const stored = stores.servers.get(server.id)
          return stored ? rules.obstacleTo(stored, server) : null
        },
        switched,
        onState: (id) => changes.publish({ kind: 'server-state', id }),
        onStart: (id) => watching.metrics.started(id),
        onFailure: (id) => watching.metrics.failed(id),
        ...watching.poolEvents,
        ...events,
      }),
  })
  const changed = applied.filter(({ kind }) => kind === 'server').map(({ id }) => id)
  // A definition that the config file changed is another server, as far as this is concerned.
  for (const id of changed) switched.delete(id)
  gateway.startServers(stores.servers.list(), new Set(changed))
  gateway.setEndpoints(endpointViews(stores))
  return gateway
}

/**
 * Which era a server spoke when it was last seen; `null` when that was not today, or never. A server
 * may have been updated since, and one that is used every day must be asked one day, too.
 */
export function knownEra({ catalogs }: Stores, id: string): Era | null {
  const { catalog, triedAt } = catalogs.get(id)
  const today = new Date().toISOString().slice(0, 10)
  if (!catalog || triedAt?.slice(0, 10) !== today) return null
  const { protocolVersion } = catalog.hello
  return MODERN_VERSIONS.some((version) => version === protocolVersion) ? 'modern' : 'legacy'
}

/** Servers whose new clients get connections of their own, remembered over a restart. */
function switchedServers({ catalogs }: Stores, { log }: CoreConfig) {
  const remember = (id: string, value: boolean) => {
    catalogs.setOwnConnections(id, value).catch((error: unknown) => {
      log.error({ serverId: id, error: messageOf(error) }, 'could not store how a server is shared')
    })
  }
  return {
    has: (id: string) => catalogs.get(id).ownConnections,
    add: (id: string) => remember(id, true),
    delete: (id: string) => remember(id, false),
  }
}
