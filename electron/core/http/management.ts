import { createExpressMiddleware } from '@trpc/server/adapters/express'
import type { AnyRouter, inferRouterContext } from '@trpc/server'
import express, { type Request, type RequestHandler as Middleware } from 'express'
import type { IncomingMessage } from 'node:http'
import { MAX_BUNDLE_BYTES } from '../../../shared/add-server.ts'
import { messageOf } from '../errors.ts'
import { isTooDeep } from '../json-depth.ts'
import type { Logger } from '../log.ts'
import { readText, tooDeep } from './body.ts'
import { readCredential } from './credentials.ts'
import { HttpRefusal, refuse, sendRefusal } from './refusal.ts'
import type { RequestHandler } from './server.ts'
import type { Window } from './window.ts'

export type ManagementOptions<Router extends AnyRouter> = {
  router: Router
  /**
   * Makes what the procedures know of the caller from the credential it sent, or null, and from
   * whether it is a browser that showed the admin token.
   */
  createContext: (
    credential: string | null,
    isLetIn: boolean,
    request: IncomingMessage,
  ) => inferRouterContext<Router>
  /** Whether that caller manages anything: what others send is not even read. */
  mayManage: (context: inferRouterContext<Router>) => boolean
  /** Ends a stream when its caller may not have it any more; returns an idempotent unsubscribe. */
  endWith?: (request: IncomingMessage, end: () => void) => () => void
  /** The window in a browser; `null` where there is none. */
  window: Window | null
  log: Logger
}

const MAX_BODY_BYTES = 4 * 1024 * 1024
/** Procedures that take a file as their body, and how large it may be. */
const LARGE_BODIES = new Map([['/adding.readBundle', MAX_BUNDLE_BYTES]])

/** The management API for callers over HTTP; the procedures themselves refuse who may not call. */
export function serveManagement<Router extends AnyRouter>(
  options: ManagementOptions<Router>,
): RequestHandler {
  const { window } = options
  const app = express()
  app.disable('x-powered-by')
  const procedures = serveProcedures(options, MAX_BODY_BYTES)
  const large = new Map(
    Array.from(LARGE_BODIES, ([path, bytes]) => [path, serveProcedures(options, bytes)]),
  )
  app.use('/trpc/frontend', (request, response, next) => {
    const serve = large.get(request.path) ?? procedures
    serve(request, response, next).catch((error: unknown) => {
      if (!(error instanceof HttpRefusal)) return next(error)
      sendRefusal(request, response, error)
    })
  })
  app.use((request, response) => {
    sendRefusal(request, response, refuse(404, 'There is nothing at this address'))
  })
  return async (request, response) => {
    const isApi = request.url?.startsWith('/trpc/')
    if (window && !isApi && (await window.serve(request, response))) return
    if (options.endWith) {
      const stop = options.endWith(request, () => response.destroy())
      response.once('close', stop)
    }
    app(request, response)
  }
}

type Serve = (...given: Parameters<Middleware>) => Promise<void>

function serveProcedures<Router extends AnyRouter>(
  { router, createContext, mayManage, window, log }: ManagementOptions<Router>,
  maxBodySize: number,
): Serve {
  const contexts = new WeakMap<IncomingMessage, inferRouterContext<Router>>()
  const procedures = createExpressMiddleware({
    router,
    maxBodySize,
    onError({ error, path }) {
      // The caller is told no more than that it went wrong.
      if (error.code !== 'INTERNAL_SERVER_ERROR') return
      log.error({ path, error: messageOf(error.cause ?? error) }, 'a procedure failed')
    },
    createContext: ({ req }: { req: IncomingMessage }) => contexts.get(req),
  })
  return async (request, response, next) => {
    if (!METHODS.has(request.method)) {
      throw refuse(405, 'Procedures are called by GET and POST', { allow: 'GET, POST' })
    }
    const isLetIn = window?.isLetIn(request) ?? false
    const context = createContext(readCredential(request, null), isLetIn, request)
    contexts.set(request, context)
    if (mayManage(context)) await readShallow(request, maxBodySize)
    // What else is on its way would be taken for the next request.
    else response.setHeader('connection', 'close')
    await procedures(request, response, next)
  }
}

const METHODS = new Set(['GET', 'HEAD', 'POST'])

/** Reads what a procedure is called with, for whoever parses it. Throws if that would take too much. */
async function readShallow(request: Request, maxBytes: number): Promise<void> {
  const mark = request.url.indexOf('?')
  const query = new URLSearchParams(mark < 0 ? '' : request.url.slice(mark))
  if (isTooDeep(query.get('input') ?? '')) throw tooDeep()
  // Files are no JSON, and are read as they come.
  if (!request.headers['content-type']?.startsWith('application/json')) return
  if (request.method !== 'POST') return
  // Refused by whoever parses it, in the words of the API.
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return
  const text = await readText(request, maxBytes)
  if (isTooDeep(text)) throw tooDeep()
  request.body = text
}
