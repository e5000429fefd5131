import { callerKey, type Caller } from '../caller.ts'
import type { AdminToken } from '../auth/admin-token.ts'
import type { ApiKeyStore } from '../auth/api-key-store.ts'
import type { LocalToken } from '../auth/local-token.ts'
import type { Endpoint } from '../gateway/endpoint.ts'
import type { Verdict } from '../http/admission.ts'

/** What credentials are compared with. */
export type Known = { apiKeys: ApiKeyStore; adminToken: AdminToken; localToken: LocalToken }

/** Who may call an endpoint with this credential; `null` stands for none. */
export function judge(
  { apiKeys, localToken }: Known,
  credential: string | null,
  endpoint: Endpoint,
): Verdict {
  if (credential !== null && localToken.isLocalToken(credential)) return { caller: LOCAL }
  const apiKey = credential === null ? null : apiKeys.verify(credential)
  if (apiKey && isWithin(apiKey.endpoints, endpoint)) {
    return { caller: callerKey({ kind: 'api-key', ...apiKey, ownerId: null }) }
  }
  if (!endpoint.auth.apiKey) return { caller: ANYONE }
  return apiKey ? 'forbidden' : 'unknown'
}

const LOCAL = callerKey({ kind: 'local' })
/** The identity of a session on an endpoint that needs no key. */
export const ANYONE = callerKey({ kind: 'anonymous' })

export function isWithin(scope: 'all' | string[], endpoint: Endpoint): boolean {
  return scope === 'all' || scope.includes(endpoint.id)
}

/** Who a management request comes from; the procedures decide what that one may do. */
export function managementCaller(
  known: Known,
  credential: string | null,
  isLetIn: boolean,
): Caller {
  const { apiKeys, adminToken, localToken } = known
  if (credential === null) return { kind: isLetIn ? 'admin' : 'anonymous' }
  if (localToken.isLocalToken(credential)) return { kind: 'local' }
  if (adminToken.isAdminToken(credential)) return { kind: 'admin' }
  const apiKey = apiKeys.verify(credential)
  return apiKey ? { kind: 'api-key', ...apiKey, ownerId: null } : { kind: 'anonymous' }
}

/** The identity of a session that a management caller opens; `null` for everybody else. */
export function managerOf(known: Known, credential: string | null): string | null {
  const caller = managementCaller(known, credential, false)
  return caller.kind === 'local' || caller.kind === 'admin' ? callerKey(caller) : null
}
