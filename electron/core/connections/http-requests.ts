import type { Filled, RemoteServer } from './fill-definition.ts'
import { discard } from './http-body.ts'
import { BadAnswer } from './http-failure.ts'
import type { Fetch } from './http-client.ts'
import type { ServerAuth } from './server-auth.ts'

const MOST_REDIRECTS = 5

/** One HTTP request to a server, but for what its definition and its sign-in add. */
export type Asked = {
  method: 'POST' | 'GET' | 'DELETE'
  url: URL
  headers: Record<string, string>
  body?: string
  signal: AbortSignal
}

/** `url` is where the answer came from, after redirects. */
type Answered = { response: Response; url: URL }

/** Rejects when no answer came. */
export type SendRequest = (asked: Asked) => Promise<Answered>

type Credentials = { server: Filled<RemoteServer>; fetch: Fetch; auth?: ServerAuth | undefined }

/**
 * Requests to one server, with the headers of its definition and its bearer token, or else the
 * access token of a sign-in. One that is refused for that token is sent once more if there is
 * another one (specification, "Authorization").
 */
export function openHttpRequests({ server, fetch, auth }: Credentials): SendRequest {
  const own = new Headers(server.headers)
  if (server.bearerToken !== null) own.set('Authorization', `Bearer ${server.bearerToken}`)
  const signIn = own.has('authorization') ? undefined : auth

  const sendAs = (asked: Asked, token: string | null) => {
    const headers = new Headers(own)
    for (const [name, value] of Object.entries(asked.headers)) headers.set(name, value)
    if (token !== null) headers.set('Authorization', `Bearer ${token}`)
    return follow(fetch, asked, headers)
  }
  return async (asked) => {
    const tokenUsed = (await signIn?.token(server)) ?? null
    asked.signal.throwIfAborted()
    const first = await sendAs(asked, tokenUsed)
    const { status, headers } = first.response
    const wwwAuthenticate = headers.get('www-authenticate')
    if (!signIn || !isAboutToken(status, wwwAuthenticate)) return first
    const isAnother = await signIn.refused(server, { status, wwwAuthenticate, tokenUsed })
    if (!isAnother) return first
    await discard(first.response)
    asked.signal.throwIfAborted()
    return sendAs(asked, await signIn.token(server))
  }
}

function isAboutToken(status: number, wwwAuthenticate: string | null): boolean {
  if (status === 401) return true
  return status === 403 && /\berror="?insufficient_scope\b/.test(wwwAuthenticate ?? '')
}

/** Follows redirects to the same origin only: headers and tokens are for nobody else. */
async function follow(fetch: Fetch, asked: Asked, headers: Headers): Promise<Answered> {
  const { method, body, signal } = asked
  let { url } = asked
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const init = { method, headers, signal, redirect: 'manual' as const }
    const response = await fetch(url, body === undefined ? init : { ...init, body })
    const target = redirectOf(response, url, method)
    if (target === null || target.origin !== url.origin) return { response, url }
    await discard(response)
    url = target
  }
  throw new BadAnswer('It redirects without end.')
}

/** 301 to 303 would turn a POST into a GET (WHATWG Fetch, "HTTP-redirect fetch"), which is no message. */
function redirectOf({ status, headers }: Response, base: URL, method: string): URL | null {
  const keepsMethod = status === 307 || status === 308
  if (!keepsMethod && !(method === 'GET' && status >= 301 && status <= 303)) return null
  const location = headers.get('location')
  if (location === null || !URL.canParse(location, base)) return null
  return new URL(location, base)
}
