import type { RemovalKind } from '../../../shared/removal.ts'
import type { Adding } from '../adding/adding.ts'
import type { Audit } from '../audit/audit.ts'
import type { AiClientsService } from '../clients/clients.ts'
import type { Changes } from '../changes.ts'
import type { Following } from './following.ts'
import { describeOffer } from '../gateway/describe-offer.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { HostRouterOptions } from '../host/router.ts'
import type { InspectorRouterOptions } from '../inspector/router.ts'
import type { OAuth } from '../oauth/oauth.ts'
import { openOffers } from '../namespaces/offers.ts'
import { appRouter, type AppRouter } from '../router.ts'
import type { Removals } from '../removals/removals.ts'
import type { Overview } from '../status/router.ts'
import type { Stores } from './stores.ts'
import type { Upkeep } from './upkeep.ts'
import type { Watching } from './watching.ts'

export type ManagementParts = InspectorRouterOptions & {
  stores: Stores
  gateway: Gateway
  changes: Changes
  oauth: OAuth
  removals: Removals
  upkeep: Upkeep
  watching: Watching
  follow: Following
  status: () => Overview
  host: HostRouterOptions
  aiClients: AiClientsService
  adding: Adding
  audit: Audit
}

/** The management API, whose every change is followed by what is live. */
export function openManagement(parts: ManagementParts): AppRouter {
  const { inspector, stores, gateway, changes, oauth, status, host, aiClients } = parts
  const { adding, removals, follow, watching, upkeep } = parts
  const remove = (kind: RemovalKind) => (ids: string[]) => removals.take(kind, ids)

  const statusOf = statusFrom(parts)

  const offers = openOffers({
    namespaces: stores.namespaces,
    servers: () => stores.servers.list(),
    server: (id) => stores.servers.get(id),
    catalog: (id) => stores.catalogs.get(id).catalog,
    // While it is tried again, what went wrong last is all there is to tell.
    status: (id) => ({ ...statusOf(id), lastError: stores.catalogs.get(id).error }),
    endpoints: () => stores.endpoints.list(),
    keysFor: (endpointId) => keysFor(stores, endpointId),
    describe: describeOffer,
  })

  return appRouter({
    status: { status, changes },
    servers: {
      store: stores.servers,
      catalogs: stores.catalogs,
      status: statusOf,
      starts: startsOf(gateway.pools),
      stderr: (id) => gateway.pools.stderr(id),
      usedBy: (id) => usesOf(stores, id),
      invalidate: follow.server,
      remove: remove('servers'),
    },
    namespaces: {
      store: stores.namespaces,
      offers,
      invalidate: follow.endpoints,
      remove: remove('namespaces'),
    },
    endpoints: {
      store: stores.endpoints,
      invalidate: follow.endpoints,
      remove: remove('endpoints'),
    },
    apiKeys: {
      store: stores.apiKeys,
      invalidate: follow.apiKey,
      remove: remove('apiKeys'),
    },
    adding: { adding },
    oauth: { oauth },
    logs: { ring: watching.logs.ring },
    activity: { activity: watching.activity },
    host,
    clients: { aiClients },
    inspector: { inspector },
    removals: { removals },
    audit: { audit: parts.audit },
    ...upkeep,
  })
}

/** Names of the keys that open an endpoint. */
function keysFor({ apiKeys }: Stores, endpointId: string): string[] {
  return apiKeys
    .list()
    .filter(({ enabled, endpoints }) => {
      return enabled && (endpoints === 'all' || endpoints.includes(endpointId))
    })
    .map(({ name }) => name)
}

/** What connections and the sign-in know of a server, as one. */
function statusFrom({ gateway, oauth }: ManagementParts) {
  return (id: string) => {
    const { state, error, startedAt, lastStartMs, retryAt, ...known } = gateway.pools.status(id)
    const signIn = oauth.status(id)
    const isAsked = signIn === 'needed' && error !== null
    const endedAt = oauth.endedAt(id)
    const { problem } = known
    const hasEnded = problem?.code === 'sign-in-needed' && endedAt !== null
    return {
      ...{ state, signIn, startedAt, retryAt, startMs: lastStartMs },
      error: isAsked ? `${error} ${oauth.advice}` : error,
      problem: hasEnded ? { ...problem, code: 'sign-in-expired' as const, at: endedAt } : problem,
    }
  }
}

function startsOf(pools: Gateway['pools']) {
  const comesUp = (start: Promise<unknown>) =>
    start.then(
      () => true,
      () => false,
    )
  const again = (id: string, startTimeoutMs?: number) => comesUp(pools.restart(id, startTimeoutMs))
  return {
    again,
    ifNeeded: (id: string) => {
      if (pools.status(id).state === 'failed') return again(id)
      return comesUp(pools.lease(id).then((lease) => lease.release()))
    },
  }
}

/** The namespaces that have a server, and the endpoints that serve those. */
function usesOf({ namespaces, endpoints }: Stores, id: string) {
  return namespaces.list().flatMap((namespace) => {
    const member = namespace.servers.find(({ serverId }) => serverId === id)
    if (!member) return []
    const serving = endpoints.list().filter(({ namespaceId }) => namespaceId === namespace.id)
    return [
      {
        ...{ namespaceId: namespace.id, namespace: namespace.name },
        on: namespace.enabled && member.enabled,
        endpoints: serving.map(({ id: endpointId, name, enabled }) => {
          return { id: endpointId, name, enabled }
        }),
      },
    ]
  })
}
