import { callerKey, type Caller } from '../caller.ts'
import type { Directory } from '../accounts/directory.ts'
import type { AdminToken } from '../auth/admin-token.ts'
import type { ApiKeyStore } from '../auth/api-key-store.ts'
import type { LocalToken } from '../auth/local-token.ts'
import type { Endpoint } from '../gateway/endpoint.ts'
import type { Shown, Verdict } from '../http/admission.ts'
import type { EndpointAuthorization } from './authorization.ts'

/** What credentials are compared with. */
export type Known = {
  apiKeys: ApiKeyStore
  adminToken: AdminToken
  localToken: LocalToken
  /** Tokens of clients that accounts have let in; `null` where there are no accounts. */
  tokens?: Pick<EndpointAuthorization, 'judge'> | null
}

/** Who may call an endpoint with what was shown. */
export function judge(
  { apiKeys, localToken, tokens }: Known,
  shown: Shown,
  endpoint: Endpoint,
): Verdict {
  const { credential, isInQuery } = shown
  const { auth } = endpoint
  const isOpen = !auth.apiKey && !auth.oauth
  if (credential === null) return isOpen ? { caller: ANYONE } : 'unknown'
  if (localToken.isLocalToken(credential)) return { caller: LOCAL }
  // Tokens never come in an address (OAuth 2.1, section 5.1.1).
  const byToken = auth.oauth && !isInQuery ? tokens?.judge(credential, endpoint) : undefined
  if (byToken && byToken !== 'unknown') return byToken
  const apiKey = auth.apiKey || isOpen ? apiKeys.verify(credential, shown) : null
  if (apiKey && apiKeys.opens(apiKey.id, endpoint.id)) return { caller: KEY + apiKey.id }
  if (isOpen) return { caller: ANYONE }
  if (!apiKey) return 'unknown'
  return apiKeys.reveals(apiKey.id, endpoint.id) ? 'forbidden' : 'missing'
}

/**
 * Whether it is told nobody but those who come with a key of ours that nothing has this name: at the
 * addresses of an account, of which somebody who was told one knows the handle.
 */
export function hides(
  { known: { apiKeys, localToken }, directory }: { known: Known; directory: Directory },
  name: string,
  credential: string | null,
): boolean {
  if (!directory.byHandle(name.slice(name.lastIndexOf('.') + 1))) return false
  if (credential === null) return true
  return !localToken.isLocalToken(credential) && apiKeys.verify(credential) === null
}

const LOCAL = callerKey({ kind: 'local' })
/** The identity of a session on an endpoint that needs no key. */
export const ANYONE = callerKey({ kind: 'anonymous' })

/** The id of the key that opened a session; `null` for one that was opened otherwise. */
export function keyIdOf(caller: string): string | null {
  return caller.startsWith(KEY) ? caller.slice(KEY.length) : null
}

/** The account that has opened a session itself, in the inspector; `null` for other callers. */
export function visitorOf(caller: string): string | null {
  return caller.startsWith(ACCOUNT) ? caller.slice(ACCOUNT.length) : null
}

const ACCOUNT = callerKey({ kind: 'account', id: '', name: '', role: 'member' })
const KEY = callerKey({ kind: 'api-key', id: '', name: '', ownerId: null })

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
  return apiKey ? { kind: 'api-key', ...apiKey } : { kind: 'anonymous' }
}

/** The identity of a session that a management caller opens; `null` for everybody else. */
export function managerOf(known: Known, credential: string | null): string | null {
  const caller = managementCaller(known, credential, false)
  return caller.kind === 'local' || caller.kind === 'admin' ? callerKey(caller) : null
}
