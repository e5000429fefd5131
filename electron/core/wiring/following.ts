import { callerKey } from '../caller.ts'
import { ANYONE, isWithin } from './callers.ts'
import type { Endpoint } from '../gateway/endpoint.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { OAuth } from '../oauth/oauth.ts'
import type { Stores } from './stores.ts'
import { endpointViews } from './views.ts'

/** Makes what is live follow what is stored. */
export interface Following {
  /** All endpoints, with the namespaces that they serve. */
  endpoints(): Promise<void>
  server(id: string): Promise<void>
  apiKey(id: string): Promise<void>
}

export type FollowingParts = { stores: Stores; gateway: Gateway; oauth: OAuth }

export function openFollowing({ stores, gateway, oauth }: FollowingParts): Following {
  async function endpoints(): Promise<void> {
    gateway.setEndpoints(endpointViews(stores))
    // Sessions that began while no key was needed.
    gateway.endWhere((one) => one.caller === ANYONE && one.endpoint.auth.apiKey)
    return Promise.resolve()
  }

  async function server(id: string): Promise<void> {
    const known = stores.servers.get(id)
    if (known) gateway.updateServer(known)
    await endpoints()
    if (known) return
    oauth.forget(id)
    await gateway.removeServer(id)
  }

  function apiKey(id: string): Promise<void> {
    const known = stores.apiKeys.get(id)
    const caller = callerKey({ kind: 'api-key', id, name: '', ownerId: null })
    const mayUse = (endpoint: Endpoint) =>
      known?.enabled === true && isWithin(known.endpoints, endpoint)
    gateway.endWhere((one) => one.caller === caller && !mayUse(one.endpoint))
    return Promise.resolve()
  }

  return { endpoints, server, apiKey }
}
