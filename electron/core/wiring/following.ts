import type { OwnedServer } from '../../../shared/server.ts'
import { accessOf } from '../access.ts'
import { ANYONE, keyIdOf, visitorOf } from './callers.ts'
import type { EndpointAuthorization } from './authorization.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { OAuth } from '../oauth/oauth.ts'
import { needsRights } from '../server-rules.ts'
import type { Stores } from './stores.ts'
import { endpointViews } from './views.ts'

/** Makes what is live follow what is stored. */
export interface Following {
  /** All endpoints, with the namespaces that they serve. */
  endpoints(): Promise<void>
  server(id: string): Promise<void>
  apiKey(id: string): Promise<void>
  /** What an account, or members at all, may is another matter now: their servers begin anew. */
  rights(accountId?: string): void
}

export type FollowingParts = {
  stores: Stores
  gateway: Gateway
  oauth: OAuth
  /** Tokens for clients, which follow the endpoints that they open. */
  authorization: Pick<EndpointAuthorization, 'follow'> | null
}

/** As if it had been switched off and on. */
export function renew(gateway: Gateway, server: OwnedServer): void {
  gateway.pools.define({ ...server, enabled: false })
  gateway.updateServer(server)
}

export function openFollowing(parts: FollowingParts): Following {
  const { stores, gateway, oauth, authorization } = parts

  async function endpoints(): Promise<void> {
    gateway.setEndpoints(endpointViews(stores))
    // Sessions that began while no key was needed.
    gateway.endWhere(
      ({ caller, endpoint: { auth } }) => caller === ANYONE && (auth.apiKey || auth.oauth),
    )
    endOfKeys()
    endOfVisits()
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

  /** The same for accounts that look at things in the inspector. */
  function endOfVisits(): void {
    gateway.endWhere(({ caller, endpoint: { id } }) => {
      const accountId = visitorOf(caller)
      if (accountId === null) return false
      const account = stores.directory.get(accountId)
      const { endpoints: shown, namespaces, servers } = stores
      const owned = shown.get(id) ?? namespaces.get(id) ?? servers.get(id)
      return !account || !owned || !accessOf({ kind: 'account', ...account }).sees(owned)
    })
  }

  function rights(accountId?: string): void {
    for (const one of stores.servers.list()) {
      const isMeant = accountId === undefined ? one.ownerId !== null : one.ownerId === accountId
      if (isMeant && needsRights(one)) renew(gateway, one)
    }
  }

  return { endpoints, server, apiKey, rights }
}
