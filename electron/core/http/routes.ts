import type { IncomingMessage, ServerResponse } from 'node:http'
import type { InspectorTarget } from '../../../shared/inspector.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { Logger } from '../log.ts'
import { openAdmission, type AdmissionOptions } from './admission.ts'
import { answerPages } from './cors.ts'
import type { Guard } from './guards.ts'
import { refuse, sendJson } from './refusal.ts'
import type { RequestHandler } from './server.ts'
import { Sse } from './sse.ts'
import type { Surfaces } from './surfaces.ts'
import { StreamableHttp } from './streamable-http.ts'

export type RoutesOptions = AdmissionOptions & {
  guard: Guard
  surfaces: Surfaces
  /** Origins whose pages may read what we answer to clients. */
  allowed: ReadonlySet<string>
  gateway: Gateway
  version: string
  log: Logger
  /** Where browsers come back to from a sign-in to a server. */
  signInCallback: RequestHandler
  /** Signing in, and what goes with it; `null` where there are no accounts. */
  accounts: RequestHandler | null
  /** What is known at an address below `/.well-known/`; `null` where there is nothing. */
  wellKnown: (path: string) => object | null
  /** Everything else: the management API. */
  management: RequestHandler
  maxBodyBytes: number
}

const ENDPOINT = /^\/metamcp\/([^/]+)\/(mcp|sse|message)$/

const PROXY = /^\/mcp-proxy\/(server|namespace|endpoint)\/([^/]+)\/mcp$/

/** The map of our URLs. Guards come before routing, credentials before anything is done. */
export function openRoutes(options: RoutesOptions): RequestHandler {
  const { gateway, guard, version } = options
  const admission = openAdmission(options)
  const streamableHttp = new StreamableHttp(options)
  const sse = new Sse(options)

  return Object.assign(route, { endStreams: () => gateway.endListening() })

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = guard(request)
    if (refusal !== null) throw refuse(403, refusal)
    const { path, query } = splitUrl(request)
    if (!options.surfaces(request, path)) throw refuse(404, 'There is nothing at this address')
    // What is packed small may be unpacked to any size.
    const { 'content-encoding': packing = 'identity' } = request.headers
    if (packing !== 'identity') throw refuse(415, 'Content-Encoding is not supported')
    if (answerPages(request, response, options.allowed)) return
    if (path === '/health')
      return sendJson(response, { status: 200, body: { status: 'ok', version } })
    if (path.startsWith('/.well-known/')) return answerWellKnown(path, request, response)
    if (path === '/oauth/callback') return options.signInCallback(request, response)
    if (options.accounts && path.startsWith('/api/auth/')) {
      return options.accounts(request, response)
    }
    const [, kind, id] = PROXY.exec(path) ?? []
    if (id !== undefined) {
      const target = { kind: kind as InspectorTarget['kind'], id }
      return streamableHttp.serve(admission.manager(target, query, { request, response }))
    }
    const [, name, face] = ENDPOINT.exec(path) ?? []
    if (name === undefined) return options.management(request, response)
    const exchange = admission.client(name, query, { request, response })
    if (face === 'sse') return sse.open(exchange)
    return face === 'message' ? sse.post(exchange) : streamableHttp.serve(exchange)
  }

  /** For anybody whom the guard lets pass: there is no secret in it. */
  function answerWellKnown(path: string, { method }: IncomingMessage, response: ServerResponse) {
    const body = options.wellKnown(path)
    if (!body) throw refuse(404, 'There is nothing at this address')
    if (method !== 'GET' && method !== 'HEAD') {
      throw refuse(405, 'This is for reading', { allow: 'GET, HEAD' })
    }
    sendJson(response, { status: 200, body, headers: { 'cache-control': 'public, max-age=60' } })
  }
}

/** By hand, since `new URL` rewrites paths and throws on some that a client may well send. */
function splitUrl({ url = '/' }: IncomingMessage): { path: string; query: string } {
  const mark = url.indexOf('?')
  return mark < 0
    ? { path: url, query: '' }
    : { path: url.slice(0, mark), query: url.slice(mark + 1) }
}
