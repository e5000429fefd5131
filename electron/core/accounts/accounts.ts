import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BetterAuthPlugin } from 'better-auth'
import type { SessionView } from '../../../shared/account.ts'
import type { Caller } from '../caller.ts'
import type { Changes } from '../changes.ts'
import type { Database } from '../db/open.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { AccountDatabase } from './account-database.ts'
import type { AccountSettings } from './account-settings.ts'
import { sendWebResponse, toWebRequest } from './bridge.ts'
import { readCookie, tokenHashIn } from './cookie.ts'
import type { Account, Directory } from './directory.ts'
import type { Engine } from './engine.ts'
import { beginAtProvider } from './provider-sign-in.ts'
import { openRateLimit } from './rate-limit.ts'
import { openSessions, SESSION_MS, type Sessions } from './sessions.ts'
import { openSignUpPolicy } from './sign-up.ts'

export type AccountsOptions = {
  db: Database
  directory: Directory
  settings: AccountSettings
  changes: Changes
  log: Logger
  /** Where browsers reach us, without a slash at its end, and origins of our own pages. */
  url: string
  origins: readonly string[]
  /** Other machines reach us, or a proxy does for them. */
  isReachable: boolean
  isBehindProxy: boolean
  /** Whether a request comes with the admin token, in a header or as the window's cookie. */
  isOperator: (request: IncomingMessage) => boolean
  /** What other features add to the engine; asked for anew each time it is made. */
  plugins: () => Promise<BetterAuthPlugin[]>
  /** Paths below `/api/auth` that those plugins answer. */
  pluginPaths: readonly RegExp[]
}

/** Who a request of a browser comes from. */
export type SignedIn = { caller: Extract<Caller, { kind: 'account' }>; sessionId: string }

/** People who sign in: their accounts, sessions, and the door. */
export interface Accounts extends AsyncDisposable {
  readonly directory: Directory
  readonly settings: AccountSettings
  readonly sessions: Sessions
  readonly database: AccountDatabase
  /** better-auth as it is now; a change of providers makes it anew. */
  engine(): Engine
  /** From memory; `null` for whoever is not signed in. */
  signedIn(request: IncomingMessage): SignedIn | null
  /** What GET `/session` says. */
  view(request: IncomingMessage, isOperator: boolean): SessionView
  /** Answers `/api/auth/*`, and what its plugins have elsewhere. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Calls once the session that a request came with has ended; returns an unsubscribe. */
  onEndOf(request: IncomingMessage, end: () => void): () => void
  /** Lets a session last as long as a new one would, if it is not that new any more: cookies to set. */
  extend(request: IncomingMessage): Promise<string[]>
  /** Ends the session of a request, if it has one. Resolves with cookies to set. */
  signOut(request: IncomingMessage): Promise<string[]>
  /** Asks the providers of the settings again who they are. */
  renew(): Promise<void>
}

/** What of better-auth's we let in; it has more that we do otherwise, or not at all. */
const PATHS = [
  /^\/sign-in\/(email|oauth2)$/,
  /^\/sign-up\/email$/,
  /^\/sign-out$/,
  /^\/callback\/[a-z0-9-]+$/,
]

export async function openAccounts(options: AccountsOptions): Promise<Accounts> {
  // Heavy: only who has accounts waits for it.
  const [{ startEngine, AUTH_PATH }, { openAccountDatabase }] = await Promise.all([
    import('./engine.ts'),
    import('./account-database.ts'),
  ])
  const { db, directory, settings, changes, url, origins, log } = options
  const onError = (error: unknown) => log.error({ error: messageOf(error) }, 'accounts')
  const sessions = await openSessions({ db, onError })
  const database = openAccountDatabase({
    db,
    async onChanged(model) {
      await (model === 'user' ? directory : sessions).reload()
      changes.publish({ kind: 'account' })
    },
  })
  const policy = openSignUpPolicy({ settings, isReachable: options.isReachable })
  const rateLimit = openRateLimit()
  const secret = settings.secret
  const start = async (providers: ReturnType<AccountSettings['openProviders']>) =>
    startEngine({
      ...{ database, url, origins, secret, policy, providers, rateLimit, log },
      plugins: await options.plugins(),
    })

  let engine = await start([])
  const renew = async () => {
    engine = await start(settings.openProviders())
  }
  // Providers are asked who they are, which may take its time or fail: nobody waits for that.
  if (settings.providers().length > 0) void renew().catch(onError)

  const paths = [...PATHS, ...options.pluginPaths]
  const isOpen = (path: string) => {
    if (!path.startsWith(`${AUTH_PATH}/`)) return true
    return paths.some((pattern) => pattern.test(path.slice(AUTH_PATH.length)))
  }
  const known = { directory, sessions, isSecure: url.startsWith('https:') }

  return {
    ...{ directory, settings, sessions, database, renew },
    engine: () => engine,
    signedIn: (request) => signedIn(known, request),
    view(request, isOperator) {
      const found = signedIn(known, request)
      return viewOf(options, found ? found.caller.id : null, isOperator)
    },
    async handle(request, response) {
      const [path = '/'] = (request.url ?? '/').split('?', 1)
      if (!isOpen(path)) return answer(response, 404, 'There is nothing at this address')
      const given = await toWebRequest(request, options)
      if (!given) return answer(response, 413, 'The request is too large')
      if (path !== `${AUTH_PATH}/sign-in/oauth2`) {
        return sendWebResponse(response, await engine.handle(given))
      }
      const begun = await beginAtProvider(given)
      // It may not have answered when we started.
      if (!engine.providerIds.includes(begun.providerId)) await renew()
      if (!engine.providerIds.includes(begun.providerId)) {
        return answer(response, 503, 'This provider cannot be reached at the moment')
      }
      await sendWebResponse(response, await engine.handle(begun.request))
    },
    onEndOf(request, end) {
      const session = signedIn(known, request)
      if (!session) return () => undefined
      return sessions.onEnd(({ id }) => {
        if (id === session.sessionId) end()
      })
    },
    async extend(request) {
      const session = signedIn(known, request)
      const value = readCookie(request, cookieName(known.isSecure))
      if (!session || value === null) return []
      if (!(await sessions.extend(session.sessionId))) return []
      return [cookieWith(value, SESSION_MS / 1000, known.isSecure)]
    },
    async signOut(request) {
      const session = signedIn(known, request)
      if (!session) return []
      await sessions.end(session.caller.id, ({ id }) => id === session.sessionId)
      changes.publish({ kind: 'account' })
      return [cookieWith('', 0, known.isSecure)]
    },
    [Symbol.asyncDispose]: () => sessions.close(),
  }
}

type Known = { directory: Directory; sessions: Sessions; isSecure: boolean }

function signedIn({ directory, sessions, isSecure }: Known, request: IncomingMessage) {
  const hash = tokenHashIn(readCookie(request, cookieName(isSecure)))
  const session = hash === null ? undefined : sessions.find(hash)
  const account = session && directory.get(session.accountId)
  if (!session || !account) return null
  const { id, name, role } = account
  return { caller: { kind: 'account' as const, id, name, role }, sessionId: session.id }
}

/** As the engine names it. */
function cookieName(isSecure: boolean): string {
  return `${isSecure ? '__Host-metamcp' : 'metamcp'}.session_token`
}

function cookieWith(value: string, maxAge: number, isSecure: boolean): string {
  const secure = isSecure ? '; Secure' : ''
  const name = cookieName(isSecure)
  return `${name}=${value}; Max-Age=${maxAge}; Path=/; HttpOnly; SameSite=Strict${secure}`
}

function viewOf(
  { directory, settings, isReachable }: AccountsOptions,
  accountId: string | null,
  isOperator: boolean,
): SessionView {
  const firstAccount = directory.list().length === 0
  const account = accountId === null ? undefined : directory.get(accountId)
  const caller = account
    ? { kind: 'account' as const, ...shown(account) }
    : isOperator
      ? { kind: 'operator' as const }
      : null
  return {
    ...{ mode: 'accounts', caller, firstAccount, signUp: settings.signUp },
    firstAccountNeedsToken: firstAccount && isReachable && caller === null,
    providers: settings.providers().map(({ id, name }) => ({ id, name })),
  }
}

function shown({ id, name, email, role }: Account) {
  return { id, name, email, role }
}

function answer(response: ServerResponse, status: number, message: string): void {
  const body = JSON.stringify({ message })
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  response.writeHead(status, { ...headers, connection: 'close' }).end(body)
}
