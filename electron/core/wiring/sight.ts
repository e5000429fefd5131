import type { Owned } from '../../../shared/account.ts'
import type { LogEntry } from '../../../shared/log-entry.ts'
import { isShared, type Access } from '../access.ts'
import type { Place } from '../activity/place.ts'
import { keyIdOf } from './callers.ts'
import type { Stores } from './stores.ts'

/** What is noted of endpoints by their addresses, and by whom it may be read. */
export interface Sight {
  /** Where a visit is, for the notes of what clients do. */
  placeOf(visit: { endpoint: string; caller: string }): Place
  /** Whether the caller may read an entry of the log. */
  reads(access: Access, entry: LogEntry): boolean
}

export function openSight(stores: Stores): Sight {
  return {
    placeOf({ endpoint, caller }) {
      const { ownerId, shared } = ownedAt(stores, endpoint) ?? NOBODYS
      return { ownerId, shared, accountId: accountOf(stores, caller) }
    },
    reads(access, { server, facts }) {
      if (access.isOperator) return true
      if (server && !mayRead(stores, access, server.id)) return false
      const address = facts?.['endpoint']
      if (typeof address === 'string') return seesVisits(access, ownedAt(stores, address))
      // Words of the program itself; what went wrong in somebody's request may quote it.
      return server !== null || (access.isAdmin && facts?.['path'] === undefined)
    },
  }
}

const NOBODYS: Owned = { ownerId: null, shared: true }

/**
 * Whose endpoint has, or had, this address: an account's handle stands behind a dot. `undefined` for
 * what is no address of an endpoint.
 */
function ownedAt({ directory, endpoints }: Stores, address: string): Owned | undefined {
  const dot = address.lastIndexOf('.')
  if (dot < 0) return address.includes('/') ? undefined : NOBODYS
  const ownerId = directory.byHandle(address.slice(dot + 1))?.id
  if (ownerId === undefined) return undefined
  return endpoints.byName(address.slice(0, dot), ownerId) ?? { ownerId, shared: false }
}

/** The account that is behind a caller's key; `null` for the instance's and nobody's. */
export function accountOf({ apiKeys }: Pick<Stores, 'apiKeys'>, caller: string): string | null {
  const keyId = keyIdOf(caller)
  if (keyId !== null) return apiKeys.ownerOf(keyId)
  const [kind, accountId = null] = caller.split(':')
  return kind === 'account' || kind === 'client' ? accountId : null
}

/** What a shared server prints may be about anybody's calls: who may only use it does not read it. */
function mayRead({ servers }: Stores, access: Access, id: string | null): boolean {
  const server = id === null ? undefined : servers.get(id)
  return server !== undefined && access.changes(server)
}

/** Who else uses a shared endpoint is told its owner and administrators. */
function seesVisits(access: Access, endpoint: Owned | undefined): boolean {
  if (!endpoint) return false
  return endpoint.ownerId === access.accountId || (access.isAdmin && isShared(endpoint))
}
