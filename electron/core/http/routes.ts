import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Gateway } from '../gateway/gateway.ts'
import type { Endpoint } from '../gateway/endpoint.ts'
import type { Logger } from '../log.ts'
import { readCredential } from './credentials.ts'
import type { Exchange } from './exchange.ts'
import type { Guard } from './guards.ts'
import { refuse, sendJson, type HttpRefusal } from './refusal.ts'
import type { RequestHandler } from './server.ts'
import { Sse } from './sse.ts'
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

const ENDPOINT = /^\/metamcp\/([^/]+)\/(mcp|sse|message)$/

/** The map of our URLs. Guards come before routing, credentials before anything is done. */
export function openRoutes(options: RoutesOptions): RequestHandler {
  const { gateway, guard, version } = options
  const streamableHttp = new StreamableHttp(options)
  const sse = new Sse(options)

  return Object.assign(route, { endStreams: () => gateway.endListening() })

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = guard(request)
    if (refusal !== null) throw refuse(403, refusal)
    const { path, query } = splitUrl(request)
    if (path === '/health')
      return sendJson(response, { status: 200, body: { status: 'ok', version } })
    if (path === '/oauth/callback') return options.signInCallback(request, response)
    const [, name, face] = ENDPOINT.exec(path) ?? []
    if (name === undefined) return options.management(request, response)
    const exchange = admit(name, query, { request, response })
    if (face === 'sse') return sse.open(exchange)
    return face === 'message' ? sse.post(exchange) : streamableHttp.serve(exchange)
  }

  /** Throws `HttpRefusal` where there is no such endpoint, or its caller may not use it. */
  function admit(
    name: string,
    text: string,
    pair: Pick<Exchange, 'request' | 'response'>,
  ): Exchange {
    const { request } = pair
    const endpoint = gateway.endpoint(name)
    if (!endpoint) throw noSuchEndpoint()
    const query = new URLSearchParams(text)
    const caller = requireCaller(request, endpoint, query)
    const checkAgain = () => {
      if (endpoint.isGone) throw noSuchEndpoint()
      requireCaller(request, endpoint, query)
    }
    const hasHeader = readCredential(request, null) !== null
    const queryKey = hasHeader || !endpoint.auth.queryParam ? null : query.get('api_key')
    return { ...pair, endpoint, caller, query, queryKey, checkAgain }
  }

  function requireCaller(
    request: IncomingMessage,
    endpoint: Endpoint,
    query: URLSearchParams,
  ): string {
    const search = endpoint.auth.queryParam ? query : null
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
