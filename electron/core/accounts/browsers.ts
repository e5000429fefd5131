import type { IncomingMessage } from 'node:http'
import type { Caller } from '../caller.ts'
import { readCookie, tokenHashIn } from './cookie.ts'
import type { Account, Directory } from './directory.ts'
import { SESSION_MS, type Sessions } from './sessions.ts'

/** Who a request of a browser comes from. */
type SignedIn = { caller: Extract<Caller, { kind: 'account' }>; sessionId: string }

/** Browsers that are signed in with an account, by the cookie that the engine gave them. */
export interface Browsers {
  /** From memory; `null` for whoever is not signed in. */
  signedIn(request: IncomingMessage): SignedIn | null
  /** Whom these `Set-Cookie` headers sign in. */
  newcomer(cookies: readonly string[]): Account | null
  /** Calls once the session that a request came with has ended; returns an unsubscribe. */
  onEndOf(request: IncomingMessage, end: () => void): () => void
  /** Lets a session last as long as a new one would, if it is not that new any more: cookies to set. */
  extend(request: IncomingMessage): Promise<string[]>
  /** Ends the session of a request, if it has one. Resolves with cookies to set. */
  signOut(request: IncomingMessage): Promise<string[]>
}

export type BrowsersOptions = {
  directory: Directory
  sessions: Sessions
  /** Whether browsers reach us over https. */
  isSecure: boolean
  onSignOut: (caller: SignedIn['caller']) => void
}

export function openBrowsers(options: BrowsersOptions): Browsers {
  const { directory, sessions, isSecure, onSignOut } = options
  // As the engine names it.
  const name = `${isSecure ? '__Host-metamcp' : 'metamcp'}.session_token`
  const cookieWith = (value: string, maxAge: number) =>
    `${name}=${value}; Max-Age=${maxAge}; Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`

  function find(cookie: string | null): { account: Account; sessionId: string } | null {
    const hash = tokenHashIn(cookie)
    const session = hash === null ? undefined : sessions.find(hash)
    const account = session && directory.get(session.accountId)
    return session && account ? { account, sessionId: session.id } : null
  }

  function signedIn(request: IncomingMessage): SignedIn | null {
    const found = find(readCookie(request, name))
    if (!found) return null
    const { id, name: ownName, role } = found.account
    return { caller: { kind: 'account', id, name: ownName, role }, sessionId: found.sessionId }
  }

  return {
    signedIn,
    newcomer(cookies) {
      const own = cookies.find((cookie) => cookie.startsWith(`${name}=`))
      return find(own?.slice(name.length + 1) ?? null)?.account ?? null
    },
    onEndOf(request, end) {
      const session = signedIn(request)
      if (!session) return () => undefined
      return sessions.onEnd(({ id }) => {
        if (id === session.sessionId) end()
      })
    },
    async extend(request) {
      const session = signedIn(request)
      const value = readCookie(request, name)
      if (!session || value === null) return []
      const isLonger = await sessions.extend(session.sessionId)
      return isLonger ? [cookieWith(value, SESSION_MS / 1000)] : []
    },
    async signOut(request) {
      const session = signedIn(request)
      if (!session) return []
      await sessions.end(session.caller.id, ({ id }) => id === session.sessionId)
      onSignOut(session.caller)
      return [cookieWith('', 0)]
    },
  }
}
