import { ANYONE, keyIdOf } from './callers.ts'
import type { EndpointAuthorization } from './authorization.ts'
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

export type FollowingParts = {
  stores: Stores
  gateway: Gateway
  oauth: OAuth
  /** Tokens for clients, which follow the endpoints that they open. */
  authorization: Pick<EndpointAuthorization, 'follow'> | null
}

export function openFollowing(parts: FollowingParts): Following {
  const { stores, gateway, oauth, authorization } = parts

  async function endpoints(): Promise<void> {
    gateway.setEndpoints(endpointViews(stores))
    // Sessions that began while no key was needed.
    gateway.endWhere(({ caller, endpoint: { auth } }) => caller === ANYONE && (auth.apiKey || auth.oauth))
    endOfKeys()
    await authorization?.follow()
  }

  async function server(id: string): Promise<void> {
    const known = stores.servers.get(id)
    if (known) gateway.updateServer(known)
    await endpoints()
    if (known) return
    oauth.forget(id)
    await gateway.removeServer(id)
  }

  function apiKey(): Promise<void> {
    endOfKeys()
    return Promise.resolve()
  }

  /** Ends what keys have open that they may not, any more: revoked, expired, or not theirs to see. */
  function endOfKeys(): void {
    gateway.endWhere(({ caller, endpoint }) => {
      const id = keyIdOf(caller)
      return id !== null && !stores.apiKeys.opens(id, endpoint.id)
    })
  }

  return { endpoints, server, apiKey }
}
