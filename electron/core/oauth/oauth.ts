import type { FetchLike } from '@modelcontextprotocol/client'
import type { OwnedServer, Server, SignInStatus } from '../../../shared/server.ts'
import { accessOf } from '../access.ts'
import type { Caller } from '../caller.ts'
import { AppError, messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import { openAttempts, type Attempt, type Attempts, type Beginner } from './attempts.ts'
import { beginSignIn } from './begin.ts'
import { leadTo, page, type Page } from './callback-page.ts'
import { informationOf } from './client.ts'
import { failureText } from './failure-text.ts'
import { finishSignIn } from './finish.ts'
import { takesSignIn, urlOf, type RemoteServer, type EnvironmentOf } from './own-credentials.ts'
import { openRefreshes, type RefreshOptions } from './refresh.ts'
import { AskAgain, isMarked, marked } from './returning.ts'
import { farewellOf, sayFarewell } from './farewell.ts'
import { revoke } from './revoke.ts'
import { openSafeFetch } from './safe-fetch.ts'
import { SignIns } from './server-auth.ts'
import type { SignInStore } from './sign-in-store.ts'

const CALLBACK_PATH = '/oauth/callback'

const STATUS: Partial<Record<AppError['code'], number>> = {
  unauthorized: 403,
  forbidden: 403,
  conflict: 409,
  unavailable: 502,
}

/** What a callback needs of Node's requests and responses. */
type Asked = { method?: string | undefined; url?: string | undefined }
type Answering = {
  writeHead(status: number, headers: Record<string, string>): unknown
  end(html: string): unknown
}

type Visitor = Extract<Caller, { kind: 'account' }>

/** Signing in to servers behind OAuth 2.1, on behalf of the person who manages them. */
export interface OAuth {
  /** For connections: a token for each request. */
  readonly auth: Pick<SignIns, 'token' | 'refused'>
  status(serverId: string): SignInStatus
  /** When a sign-in stopped working that was not renewed since (ms since 1970), if that was in this run. */
  endedAt(serverId: string): number | null
  /** How to sign in, for somebody whose server asks for it. */
  readonly advice: string
  /** Resolves with the URL to open in a browser. Rejects AppError. */
  signIn(serverId: string, startedBy: Beginner): Promise<{ url: string }>
  /** Forgets the tokens at once; resolves with whether they were revoked, too. Rejects AppError. */
  signOut(serverId: string): Promise<{ revoked: boolean }>
  /** For a server that is deleted. */
  forget(serverId: string): void
  /** What it takes to revoke a server's tokens once it is no more: a secret, to be kept as one. */
  farewellOf(serverId: string): string | null
  /** Revokes tokens by that text; what does not succeed is in the log. */
  sayFarewell(farewell: string): Promise<void>
  /** `GET /oauth/callback`, where browsers come back to; `visitor`: who is signed in there. */
  answerCallback(request: Asked, response: Answering, visitor: Visitor | null): Promise<void>
  /** Waits for refreshes under way, at most some 20 s. */
  settle(): Promise<void>
}

export type OAuthOptions = {
  store: SignInStore
  serverOf: (id: string) => OwnedServer | undefined
  /** For a sign-in to this server; `null` for one that was removed. */
  fetchFor: (server: URL, serverId: string | null) => FetchLike
  /** What `${NAME}` in a server's definition stands for, now. */
  envOf: EnvironmentOf
  log: Logger
  /** Where browsers reach us, without a slash at its end. */
  url: string
  /** Our name among several on one database; `null` or left out where there are no others. */
  replica?: string | null
  /** Where others use the same store. */
  alone?: RefreshOptions['alone']
  /** Somebody signed in or out: the server's connections are to follow. */
  onChange: (serverId: string) => void
  /** In ms since 1970. */
  now?: () => number
}

export function openOAuth(options: OAuthOptions): OAuth {
  const { store, envOf, log, url, now = Date.now } = options
  const fetchFor = (server: URL, id: string | null) =>
    openSafeFetch(options.fetchFor(server, id), server)
  const { alone } = options
  const refreshes = openRefreshes({ store, fetchFor, envOf, log, now, ...(alone && { alone }) })
  const signIns = new SignIns({ store, refreshes, envOf, log, now })
  const attempts = openAttempts(now, options.replica)
  const parts: Parts = { ...options, now, fetchFor, attempts }
  const redirectUrl = `${url}${CALLBACK_PATH}`

  return {
    auth: signIns,
    advice: `Sign in to it in the app, or ask the management API for oauth.signIn (${url}/trpc/frontend) and open the URL that it gives.`,
    status(serverId) {
      const server = options.serverOf(serverId)
      return server ? signIns.status(server) : null
    },
    endedAt(serverId) {
      const server = options.serverOf(serverId)
      return server ? signIns.endedAt(server) : null
    },
    async signIn(serverId, startedBy) {
      const server = requireRemote(options.serverOf(serverId), serverId)
      const filled = urlOf(server, envOf(server))
      if (filled === null) throw new AppError('invalid', 'Its URL cannot be filled in.')
      const nothing = { url: filled, needed: null, client: null, tokens: null }
      const before = signIns.current(server) ?? nothing
      return { url: await beginSignIn(server, { before, startedBy }, { ...parts, redirectUrl }) }
    },
    async signOut(serverId) {
      const server = requireRemote(options.serverOf(serverId), serverId)
      return { revoked: await forgetAndRevoke(server, parts) }
    },
    forget(serverId) {
      attempts.dropFor(serverId)
      store.forget(serverId)
    },
    farewellOf(serverId) {
      const server = options.serverOf(serverId)
      const kept = store.get(serverId)
      if (!server || !kept?.tokens || !takesSignIn(server)) return null
      return farewellOf(server, { ...kept, tokens: kept.tokens }, envOf(server))
    },
    sayFarewell: (text) => sayFarewell(text, { fetchFor, log }),
    async answerCallback(request, response, visitor) {
      const { status, headers, html } = await answerReturn(request, visitor, parts)
      response.writeHead(status, headers)
      response.end(html)
    },
    settle: refreshes.settle,
  }
}

type Parts = OAuthOptions & {
  now: () => number
  attempts: Attempts
  fetchFor: OAuthOptions['fetchFor']
}

/** First it is forgotten here, which always works. */
async function forgetAndRevoke(server: RemoteServer, parts: Parts): Promise<boolean> {
  const { store, attempts, envOf, log, fetchFor, onChange } = parts
  const kept = store.get(server.id)
  attempts.dropFor(server.id)
  await store.drop(server.id)
  onChange(server.id)
  if (!kept?.tokens) return false
  try {
    const information = informationOf(kept.tokens.client, server, envOf(server))
    return await revoke(kept.tokens, information, fetchFor(new URL(kept.url), server.id))
  } catch (error) {
    log.warn(
      { server: server.name, serverId: server.id, reason: failureText(error) },
      'tokens were not revoked',
    )
    return false
  }
}

export function noServer(id: string): AppError {
  return new AppError('not-found', `There is no server with the id "${id}".`)
}

function requireRemote(server: Server | undefined, id: string): RemoteServer {
  if (!server) throw noServer(id)
  if (takesSignIn(server)) return server
  const text =
    server.type === 'STDIO'
      ? 'A stdio server takes no sign-in.'
      : 'It has a bearer token or a header Authorization of its own: remove that to sign in.'
  throw new AppError('invalid', text)
}

async function answerReturn(
  { method, url = '' }: Asked,
  visitor: Visitor | null,
  parts: Parts,
): Promise<Page> {
  if (method !== 'GET') {
    const refused = page(405, 'Not like this', 'Sign-ins come back by GET.')
    return { ...refused, headers: { ...refused.headers, allow: 'GET' } }
  }
  const mark = url.indexOf('?')
  const params = new URLSearchParams(mark < 0 ? '' : url.slice(mark))
  try {
    const name = await finish(params, visitor, parts)
    const text = `MetaMCP may use the server "${name}" for you now. You may close this window.`
    return page(200, 'You are signed in', text)
  } catch (error) {
    if (error instanceof AskAgain) return leadTo(marked(params))
    const title = 'You are not signed in'
    if (error instanceof AppError) {
      if (error.code === 'forbidden') {
        parts.log.warn({ visitor: visitor?.id }, 'a sign-in came back to who has not begun it')
      }
      return page(STATUS[error.code] ?? 400, title, error.message)
    }
    parts.log.error({ error: messageOf(error) }, 'a sign-in could not be finished')
    return page(500, title, 'Something went wrong here; the log says what.')
  }
}

/** Resolves with the name of the server that was signed in to. */
async function finish(
  params: URLSearchParams,
  visitor: Visitor | null,
  parts: Parts,
): Promise<string> {
  const serverOf = (attempt: Attempt) => {
    const server = parts.serverOf(attempt.serverId)
    // Its owner may keep it to itself by now.
    const isLost = server && attempt.startedBy.accountId !== null && !mayChange(visitor, server)
    const isSame =
      server && takesSignIn(server) && urlOf(server, parts.envOf(server)) === attempt.url
    return isSame && !isLost ? server : null
  }
  const visit = { accountId: visitor?.id ?? null, isFromHere: isMarked(params) }
  const { server, attempt } = await finishSignIn(params, { ...parts, visit, serverOf })
  const { startedBy, place } = attempt
  parts.log.info(
    { server: server.name, serverId: server.id, startedBy: startedBy.key, issuer: place.issuer },
    'signed in to a server',
  )
  parts.onChange(server.id)
  return server.name
}

function mayChange(visitor: Visitor | null, server: OwnedServer): boolean {
  return visitor !== null && accessOf(visitor).changes(server)
}
