import { callerKey } from './auth/caller.ts'
import { ANYONE, isWithin } from './callers.ts'
import type { Changes } from './changes.ts'
import type { Endpoint } from './gateway/endpoint.ts'
import type { Gateway } from './gateway/gateway.ts'
import type { HostRouterOptions } from './host/router.ts'
import type { OAuth } from './oauth/oauth.ts'
import { appRouter, type AppRouter } from './router.ts'
import type { Overview } from './status/router.ts'
import type { Stores } from './stores.ts'
import { endpointViews } from './views.ts'

export type ManagementParts = {
  stores: Stores
  gateway: Gateway
  changes: Changes
  oauth: OAuth
  status: () => Overview
  host: HostRouterOptions
}

/** The management API, whose every change is followed by what is live. */
export function openManagement(parts: ManagementParts): AppRouter {
  const { stores, gateway, changes, oauth, status, host } = parts

  async function showEndpoints(): Promise<void> {
    gateway.setEndpoints(endpointViews(stores))
    // Sessions that began while no key was needed.
    gateway.endWhere((one) => one.caller === ANYONE && one.endpoint.auth.apiKey)
    return Promise.resolve()
  }

  async function followServer(id: string): Promise<void> {
    const server = stores.servers.get(id)
    if (server) gateway.updateServer(server)
    await showEndpoints()
    if (server) return
    oauth.forget(id)
    await gateway.removeServer(id)
  }

  function followApiKey(id: string): Promise<void> {
    const apiKey = stores.apiKeys.get(id)
    const caller = callerKey({ kind: 'api-key', id, name: '' })
    const mayUse = (endpoint: Endpoint) =>
      apiKey?.enabled === true && isWithin(apiKey.endpoints, endpoint)
    gateway.endWhere((one) => one.caller === caller && !mayUse(one.endpoint))
    return Promise.resolve()
  }

  function statusOf(id: string) {
    const { state, error } = gateway.pools.status(id)
    const signIn = oauth.status(id)
    const isAsked = signIn === 'needed' && error !== null
    return { state, signIn, error: isAsked ? `${error} ${oauth.advice}` : error }
  }

  return appRouter({
    status: { status, changes },
    servers: {
      store: stores.servers,
      catalogs: stores.catalogs,
      status: statusOf,
      invalidate: followServer,
    },
    namespaces: { store: stores.namespaces, invalidate: showEndpoints },
    endpoints: { store: stores.endpoints, invalidate: showEndpoints },
    apiKeys: { store: stores.apiKeys, invalidate: followApiKey },
    oauth: { oauth },
    host,
  })
}
