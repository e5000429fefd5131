import type { IncomingMessage, ServerResponse } from 'node:http'
import type { InspectorTarget } from '../../../shared/inspector.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { Logger } from '../log.ts'
import { managersOnly, openAdmission, type AdmissionOptions } from './admission.ts'
import { Closing } from './closing.ts'
import { answerPages } from './cors.ts'
import { readCredential } from './credentials.ts'
import type { Elsewhere } from './elsewhere.ts'
import type { Guard } from './guards.ts'
import { OpenApi } from './openapi.ts'
import { RateLimits } from './rate-limits.ts'
import { refuse, sendJson } from './refusal.ts'
import type { RequestHandler } from './server.ts'
import { Sse } from './sse.ts'
import type { Surfaces } from './surfaces.ts'
import { StreamableHttp } from './streamable-http.ts'

export type RoutesOptions = AdmissionOptions & {
  guard: Guard
  /** Where clients reach us, without a slash at its end. */
  url: string
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
  /** What happens here in numbers, for who manages with this credential; `null` for all others. */
  metrics: (credential: string | null) => Promise<{ type: string; text: string }> | null
  /** What is known at an address below `/.well-known/`; `null` where there is nothing. */
  wellKnown: (path: string) => object | null
  elsewhere: Elsewhere
  /** Everything else: the management API. */
  management: RequestHandler
  maxBodyBytes: number
}

/** What is answered here, the first that fits; all else is the window's and the management API's. */
export const ROUTES = {
  // The address of calls comes first: no two patterns fit one path.
  mcp: /^\/metamcp\/([^/]+)\/mcp$/,
  health: /^\/health$/,
  metrics: /^\/metrics$/,
  wellKnown: /^\/\.well-known\//,
  signInCallback: /^\/oauth\/callback$/,
  accounts: /^\/api\/auth\//,
  proxy: /^\/mcp-proxy\/(server|namespace|endpoint)\/([^/]+)\/mcp$/,
  sse: /^\/metamcp\/([^/]+)\/sse$/,
  message: /^\/metamcp\/([^/]+)\/message$/,
  openApi: /^\/metamcp\/([^/]+)\/api\/openapi\.json$/,
  openApiTool: /^\/metamcp\/([^/]+)\/api\/([^/]+)$/,
} as const

type Route = keyof typeof ROUTES

const PATTERNS = Object.entries(ROUTES) as [Route, RegExp][]

/** Where also comes what goes on with something; they tell it from what is new by themselves. */
const GOES_ON: ReadonlySet<Route> = new Set([
  ...(['mcp', 'proxy', 'sse', 'message', 'signInCallback'] as const),
  // The numbers of what is being finished: nobody could read them afterwards.
  'metrics',
])

type Asked = {
  request: IncomingMessage
  response: ServerResponse
  path: string
  query: string
  /** What is in the groups of the route. */
  parts: string[]
}

/** The map of our URLs. Guards come before routing, credentials before anything is done. */
export function openRoutes(options: RoutesOptions): RequestHandler {
  const { gateway, version } = options
  const admission = openAdmission(options)
  const { passOn, news, replica } = options.elsewhere
  const limits = new RateLimits(news)
  const closing = new Closing(replica)
  const streamableHttp = new StreamableHttp({ ...options, limits, closing, passOn })
  const sse = new Sse({ ...options, limits, closing })
  const openApi = new OpenApi({ ...options, limits })
  const answers: Record<Route, (asked: Asked) => void | Promise<void>> = {
    health: ({ response }) => sendJson(response, { status: 200, body: { status: 'ok', version } }),
    metrics: (asked) => answerMetrics(options, asked),
    wellKnown: (asked) => answerWellKnown(options, asked),
    signInCallback: ({ request, response }) => options.signInCallback(request, response),
    accounts: ({ request, response }) =>
      (options.accounts ?? options.management)(request, response),
    proxy: (asked) => streamableHttp.serve(inspecting(asked)),
    mcp: (asked) => streamableHttp.serve(calling(asked)),
    sse: (asked) => sse.open(calling(asked)),
    message: (asked) => sse.post(calling(asked)),
    openApi: (asked) => openApi.describe(calling(asked)),
    openApiTool: (asked) => openApi.call(calling(asked), asked.parts[1] ?? ''),
  }

  return Object.assign(route, {
    end() {
      closing.end()
      limits.flush()
    },
    drain() {
      closing.begin()
      gateway.endListening()
    },
  })

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { path, query } = splitUrl(request)
    refuseOdd(options, request, path)
    if (answerPages(request, response, options.allowed)) return
    for (const [name, pattern] of PATTERNS) {
      const match = pattern.exec(path)
      if (!match) continue
      if (GOES_ON.has(name)) closing.refuseLate()
      else closing.refuseNew()
      return answers[name]({ request, response, path, query, parts: match.slice(1) })
    }
    closing.refuseNew()
    return options.management(request, response)
  }

  function calling({ request, response, query, parts: [name = ''] }: Asked) {
    return admission.client(name, query, { request, response })
  }

  function inspecting({ request, response, query, parts: [kind, id = ''] }: Asked) {
    const target = { kind: kind as InspectorTarget['kind'], id }
    return admission.manager(target, query, { request, response })
  }
}

/** For anybody whom the guard lets pass: there is no secret in it. */
function answerWellKnown(
  { wellKnown }: Pick<RoutesOptions, 'wellKnown'>,
  { path, request: { method }, response }: Asked,
): void {
  const body = wellKnown(path)
  if (!body) throw refuse(404, 'There is nothing at this address')
  if (method !== 'GET' && method !== 'HEAD') {
    throw refuse(405, 'This is for reading', { allow: 'GET, HEAD' })
  }
  sendJson(response, { status: 200, body, headers: { 'cache-control': 'public, max-age=60' } })
}

/** Throws what is said of a request before anybody looks at what it wants. */
function refuseOdd(
  { guard, surfaces }: Pick<RoutesOptions, 'guard' | 'surfaces'>,
  request: IncomingMessage,
  path: string,
): void {
  const refusal = guard(request)
  if (refusal !== null) throw refuse(403, refusal)
  if (!surfaces(request, path)) throw refuse(404, 'There is nothing at this address')
  // What is packed small may be unpacked to any size.
  const { 'content-encoding': packing = 'identity' } = request.headers
  if (packing !== 'identity') throw refuse(415, 'Content-Encoding is not supported')
}

async function answerMetrics(
  { metrics }: Pick<RoutesOptions, 'metrics'>,
  { request, response }: Asked,
): Promise<void> {
  const page = metrics(readCredential(request, null))
  if (!page) throw managersOnly('Metrics take')
  if (request.method !== 'GET') throw refuse(405, 'This is for reading', { allow: 'GET' })
  const { type, text } = await page
  response.writeHead(200, { 'content-type': type }).end(text)
}

/** By hand, since `new URL` rewrites paths and throws on some that a client may well send. */
function splitUrl({ url = '/' }: IncomingMessage): { path: string; query: string } {
  const mark = url.indexOf('?')
  return mark < 0
    ? { path: url, query: '' }
    : { path: url.slice(0, mark), query: url.slice(mark + 1) }
}
