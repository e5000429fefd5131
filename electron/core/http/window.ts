import type { IncomingMessage, ServerResponse } from 'node:http'
import type { WindowCookies } from '../auth/window-cookie.ts'
import { isObject } from '../json-rpc.ts'
import { readJson } from './body.ts'
import { pageHeaders, readPageFile } from './page-files.ts'
import { refuse } from './refusal.ts'

export type WindowOptions = {
  /** The folder of the built page. */
  pageDir: string
  cookies: WindowCookies
  isAdminToken: (candidate: string) => boolean
  /** Whether browsers reach us over https, and are to send the cookie over nothing else. */
  isSecure: boolean
  now?: () => number
}

/** The window in a browser: the page's files, and the door that takes the admin token. */
export interface Window {
  /** `false`: the address is not of the window. Rejects with `HttpRefusal`. */
  serve(request: IncomingMessage, response: ServerResponse): Promise<boolean>
  /** Whether the request comes from a browser that has shown the admin token. */
  isLetIn(request: IncomingMessage): boolean
}

const COOKIE = 'metamcp_window'
const HEADERS = pageHeaders("'self'")
const MAX_BODY_BYTES = 10_000
/** Wrong tokens in a minute, from anybody; then the door stays shut for the rest of it. */
const MAX_TRIES = 20
const MINUTE_MS = 60_000

export function openWindow(options: WindowOptions): Window {
  const { pageDir, cookies, isSecure } = options
  const tries = openTries(options.now ?? Date.now)

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { method = 'GET', url = '/' } = request
    const [path = '/'] = url.split('?', 1)
    if (path === '/session' && method === 'POST') await enter(request, response)
    else if (path === '/session' && method === 'DELETE') leave(response)
    else if (method === 'GET' || method === 'HEAD') return answerFile(path, request, response)
    else return false
    return true
  }

  async function enter(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!tries.isLeft()) throw refuse(429, 'Too many wrong tokens', { 'retry-after': '60' })
    const body = await readJson(request, MAX_BODY_BYTES)
    const token = isObject(body) && typeof body.token === 'string' ? body.token : ''
    if (!options.isAdminToken(token)) {
      tries.count()
      throw refuse(401, 'That is not the admin token')
    }
    const { value, maxAge } = cookies.make()
    setCookie(response, `${value}; Max-Age=${maxAge}`)
  }

  function leave(response: ServerResponse): void {
    setCookie(response, '; Max-Age=0')
  }

  function setCookie(response: ServerResponse, value: string): void {
    const secure = isSecure ? '; Secure' : ''
    const cookie = `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict${secure}`
    response.writeHead(204, { 'set-cookie': cookie, 'cache-control': 'no-store' }).end()
  }

  async function answerFile(path: string, request: IncomingMessage, response: ServerResponse) {
    const file = await readPageFile(pageDir, path)
    if (file.status !== 200) return false
    const headers = { ...HEADERS, 'content-type': file.type, 'content-length': file.body.length }
    // Their names change with their content.
    const caching = path.startsWith('/assets/')
      ? { 'cache-control': 'public, max-age=31536000, immutable' }
      : {}
    response.writeHead(200, { ...headers, ...caching })
    response.end(request.method === 'HEAD' ? undefined : file.body)
    return true
  }

  return {
    serve,
    isLetIn(request) {
      const value = cookieOf(request)
      return value !== undefined && cookies.isGood(value)
    },
  }
}

function cookieOf({ headers }: IncomingMessage): string | undefined {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim())
  return pairs.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1)
}

function openTries(now: () => number) {
  let since = now()
  let count = 0
  return {
    isLeft() {
      if (now() - since >= MINUTE_MS) {
        since = now()
        count = 0
      }
      return count < MAX_TRIES
    },
    count: () => void count++,
  }
}
