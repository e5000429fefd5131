import type { RemovalKind } from '../../shared/removal.ts'
import type { Changes } from './changes.ts'
import type { Following } from './following.ts'
import { describeOffer } from './gateway/describe-offer.ts'
import type { Gateway } from './gateway/gateway.ts'
import type { HostRouterOptions } from './host/router.ts'
import type { InspectorRouterOptions } from './inspector/router.ts'
import type { OAuth } from './oauth/oauth.ts'
import { openOffers } from './namespaces/offers.ts'
import { appRouter, type AppRouter } from './router.ts'
import type { Removals } from './removals/removals.ts'
import type { Overview } from './status/router.ts'
import type { Stores } from './stores.ts'
import type { Watching } from './watching.ts'

export type ManagementParts = InspectorRouterOptions & {
  stores: Stores
  gateway: Gateway
  changes: Changes
  oauth: OAuth
  removals: Removals
  watching: Watching
  follow: Following
  status: () => Overview
  host: HostRouterOptions
}

/** The management API, whose every change is followed by what is live. */
export function openManagement(parts: ManagementParts): AppRouter {
  const { inspector, stores, gateway, changes, oauth, status, host } = parts
  const { removals, follow, watching } = parts
  const remove = (kind: RemovalKind) => (ids: string[]) => removals.take(kind, ids)

  function statusOf(id: string) {
    const { state, error } = gateway.pools.status(id)
    const signIn = oauth.status(id)
    const isAsked = signIn === 'needed' && error !== null
    return { state, signIn, error: isAsked ? `${error} ${oauth.advice}` : error }
  }

  const offers = openOffers({
    namespaces: stores.namespaces,
    server: (id) => stores.servers.get(id),
    catalog: (id) => stores.catalogs.get(id).catalog,
    status: statusOf,
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
    oauth: { oauth },
    logs: { ring: watching.logs.ring },
    activity: { activity: watching.activity },
    host,
    inspector: { inspector },
    removals: { removals },
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
