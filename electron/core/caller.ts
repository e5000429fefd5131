import type { AccountRole } from '../../shared/account.ts'

/** Who calls, whichever way their credential came. */
export type Caller =
  /** The app itself, or a program of the same user on this computer. */
  | { kind: 'local' }
  /** The holder of the admin token. */
  | { kind: 'admin' }
  /** A person who has signed in with an account. */
  | { kind: 'account'; id: string; name: string; role: AccountRole }
  /** `ownerId`: the account whose key it is; `null` for one of the instance. */
  | { kind: 'api-key'; id: string; name: string; ownerId: string | null }
  /** A program that an account has let in by OAuth. */
  | { kind: 'client'; accountId: string; clientId: string; name: string }
  /** Anyone on an open endpoint, and whoever shows nothing. */
  | { kind: 'anonymous' }

/** The stable identity that a session is bound to; never a credential. */
export function callerKey(caller: Caller): string {
  const { kind } = caller
  if (kind === 'api-key' || kind === 'account') return `${kind}:${caller.id}`
  if (kind === 'client') return `client:${caller.accountId}:${caller.clientId}`
  return kind
}
