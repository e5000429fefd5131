import type { IncomingMessage } from 'node:http'
import type { Gateway } from '../gateway/gateway.ts'
import type { Endpoint } from '../gateway/endpoint.ts'
import type { Logger } from '../log.ts'
import { readCredential } from './credentials.ts'
import type { Guard } from './guards.ts'
import { refuse, sendJson, type HttpRefusal } from './refusal.ts'
import type { RequestHandler } from './server.ts'
import { StreamableHttp } from './streamable-http.ts'

/** Who a credential belongs to, or why it opens nothing here. */
export type Verdict = { caller: string } | 'unknown' | 'forbidden'

export type RoutesOptions = {
  guard: Guard
  gateway: Gateway
  version: string
  log: Logger
  /** Judges the credential of a call on an endpoint; null stands for none. */
  authenticate: (credential: string | null, endpoint: Endpoint) => Verdict
  /** Where browsers come back to from a sign-in to a server. */
  signInCallback: RequestHandler
  /** Everything else: the management API. */
  management: RequestHandler
  maxBodyBytes: number
}

const ENDPOINT = /^\/metamcp\/([^/]+)\/mcp$/

/** The map of our URLs. Guards come before routing, credentials before anything is done. */
export function openRoutes(options: RoutesOptions): RequestHandler {
  const { gateway, guard, version } = options
  const streamableHttp = new StreamableHttp(options)

  return async function route(request, response) {
    const refusal = guard(request)
    if (refusal !== null) throw refuse(403, refusal)
    const { path, query } = splitUrl(request)
    if (path === '/health')
      return sendJson(response, { status: 200, body: { status: 'ok', version } })
    if (path === '/oauth/callback') return options.signInCallback(request, response)
    const name = ENDPOINT.exec(path)?.[1]
    if (name === undefined) return options.management(request, response)
    const endpoint = gateway.endpoint(name)
    if (!endpoint) throw noSuchEndpoint()
    const caller = requireCaller(request, endpoint, query)
    const checkAgain = () => {
      if (endpoint.isGone) throw noSuchEndpoint()
      requireCaller(request, endpoint, query)
    }
    return streamableHttp.serve({ request, response, endpoint, caller, checkAgain })
  }

  function requireCaller(request: IncomingMessage, endpoint: Endpoint, query: string): string {
    const search = endpoint.auth.queryParam ? new URLSearchParams(query) : null
    const verdict = options.authenticate(readCredential(request, search), endpoint)
    if (verdict === 'forbidden') throw refuse(403, 'This API key may not use this endpoint')
    if (verdict !== 'unknown') return verdict.caller
    const text =
      'An API key is needed: send it as "Authorization: Bearer sk_mt_…" or as "X-API-Key".'
    throw refuse(401, text, { 'www-authenticate': 'Bearer realm="MetaMCP"' })
  }
}

function noSuchEndpoint(): HttpRefusal {
  return refuse(404, 'There is no endpoint of this name')
}

/** By hand, since `new URL` rewrites paths and throws on some that a client may well send. */
function splitUrl({ url = '/' }: IncomingMessage): { path: string; query: string } {
  const mark = url.indexOf('?')
  return mark < 0
    ? { path: url, query: '' }
    : { path: url.slice(0, mark), query: url.slice(mark + 1) }
}
