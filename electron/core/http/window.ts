import type { IncomingMessage, ServerResponse } from 'node:http'
import type { SessionView } from '../../../shared/account.ts'
import { ADMIN_TOKEN, SOMEBODY, type Auditing } from '../auditing.ts'
import type { WindowCookies } from '../auth/window-cookie.ts'
import { isObject } from '../json-rpc.ts'
import { RateLimit } from '../rate-limit.ts'
import { readJson } from './body.ts'
import { pageHeaders, readPageFile } from './page-files.ts'
import { retryAfter } from './rate-limits.ts'
import { refuse, sendJson } from './refusal.ts'

export type WindowOptions = {
  /** The folder of the built page; `null` where no browser is to have it. */
  pageDir: string | null
  /** People who sign in; `null` where there is the admin token alone. */
  accounts: AccountDoor | null
  cookies: WindowCookies
  isAdminToken: (candidate: string) => boolean
  /** Whether browsers reach us over https, and are to send the cookie over nothing else. */
  isSecure: boolean
  /** From where a request comes; where others share it, they share its tries. */
  networkOf: (request: IncomingMessage) => string
  /** For the audit log. */
  note: Auditing['note']
}

/** What the door knows of people with accounts. */
interface AccountDoor {
  view(request: IncomingMessage, isOperator: boolean): SessionView
  /** Cookies that keep whoever is here signed in for longer. */
  extend(request: IncomingMessage): Promise<string[]>
  /** Ends the session of a request, if there is one; cookies that say so. */
  signOut(request: IncomingMessage): Promise<string[]>
}

/** The window in a browser: the page's files, and the door that takes the admin token. */
export interface Window {
  /** `false`: the address is not of the window. Rejects with `HttpRefusal`. */
  serve(request: IncomingMessage, response: ServerResponse): Promise<boolean>
  /** Whether the request comes from a browser that has shown the admin token. */
  isLetIn(request: IncomingMessage): boolean
}

/** Over https with a prefix, by which browsers take it from nobody but our own host (RFC 6265bis). */
const cookieName = (isSecure: boolean) => `${isSecure ? '__Host-' : ''}metamcp_window`
/** What the door answers, and how; all else that the window has are files. */
export const DOOR = new Map<string, 'enter' | 'leave' | 'tell'>([
  ['POST /session', 'enter'],
  ['DELETE /session', 'leave'],
  ['GET /session', 'tell'],
])
/** Paths of their own, since others lead to them: the engine of accounts, and its providers. */
export const PAGES = new Set(['/sign-in', '/consent'])
const MAX_BODY_BYTES = 10_000
/** Wrong tokens from one network; then the door stays shut to it for the rest of the minute. */
const TRIES = { window: 60, max: 20 }

export function openWindow(options: WindowOptions): Window {
  const { cookies, isSecure, accounts, note } = options
  const answerFile = openFiles(options)
  const ending = `; Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`
  const ours = (value: string) => `${cookieName(isSecure)}=${value}${ending}`
  const tries = new RateLimit(TRIES)
  const door = { enter, leave, tell }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { method = 'GET', url = '/' } = request
    const [path = '/'] = url.split('?', 1)
    const act = DOOR.get(`${method} ${path}`)
    if (act) await door[act](request, response)
    else if (method === 'GET' || method === 'HEAD') return answerFile(path, request, response)
    else return false
    return true
  }

  async function enter(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readJson(request, MAX_BODY_BYTES)
    const token = isObject(body) && typeof body.token === 'string' ? body.token : ''
    // After the body is there, so that many that arrive slowly are not all let try.
    const network = options.networkOf(request)
    const wait = await tries.take(network)
    if (wait !== null) throw refuse(429, 'Too many wrong tokens', retryAfter(wait))
    if (!options.isAdminToken(token)) {
      note({ actor: SOMEBODY, action: 'sign-in', outcome: 'refused', detail: { with: 'token' } })
      throw refuse(401, 'That is not the admin token')
    }
    await tries.giveBack(network)
    const { value, maxAge } = cookies.make()
    // One browser is one caller: whoever was signed in gives way.
    const others = (await accounts?.signOut(request)) ?? []
    note({ actor: ADMIN_TOKEN, action: 'sign-in', outcome: 'done' })
    setCookies(response, [ours(`${value}; Max-Age=${maxAge}`), ...others])
  }

  async function leave(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const others = (await accounts?.signOut(request)) ?? []
    if (isLetIn(request)) note({ actor: ADMIN_TOKEN, action: 'sign-out', outcome: 'done' })
    setCookies(response, [ours('; Max-Age=0'), ...others])
  }

  /** Who one is here, and how one comes in. */
  async function tell(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isOperator = isLetIn(request)
    const body = accounts?.view(request, isOperator) ?? tokenOnly(isOperator)
    const cookie = (await accounts?.extend(request)) ?? []
    if (cookie.length > 0) response.setHeader('set-cookie', cookie)
    sendJson(response, { status: 200, body, headers: { 'cache-control': 'no-store' } })
  }

  function isLetIn(request: IncomingMessage): boolean {
    const value = windowCookieIn(request, isSecure)
    return value !== undefined && cookies.isGood(value)
  }

  return { serve, isLetIn }
}

function setCookies(response: ServerResponse, cookie: string[]): void {
  response.writeHead(204, { 'set-cookie': cookie, 'cache-control': 'no-store' }).end()
}

/** Answers with files of the page; `false` where there is none at the address. */
function openFiles({ pageDir, isSecure }: Pick<WindowOptions, 'pageDir' | 'isSecure'>) {
  const headersOfAll = pageHeaders("'self'", { isSecure })
  return async (path: string, { method }: IncomingMessage, response: ServerResponse) => {
    if (pageDir === null) return false
    const file = await readPageFile(pageDir, PAGES.has(path) ? '/' : path)
    if (file.status !== 200) return false
    const headers = {
      ...headersOfAll,
      'content-type': file.type,
      'content-length': file.body.length,
    }
    // Their names change with their content.
    const caching = path.startsWith('/assets/')
      ? { 'cache-control': 'public, max-age=31536000, immutable' }
      : {}
    response.writeHead(200, { ...headers, ...caching })
    response.end(method === 'HEAD' ? undefined : file.body)
    return true
  }
}

function tokenOnly(isOperator: boolean): SessionView {
  return {
    mode: 'token',
    caller: isOperator ? { kind: 'operator' } : null,
    ...{ firstAccount: false, firstAccountNeedsToken: false, signUp: 'closed', providers: [] },
  }
}

/** The value of the cookie that stands for the admin token. */
export function windowCookieIn(
  { headers }: IncomingMessage,
  isSecure: boolean,
): string | undefined {
  const name = cookieName(isSecure)
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim())
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1)
}
