import { createExpressMiddleware } from '@trpc/server/adapters/express'
import type { AnyRouter, inferRouterContext } from '@trpc/server'
import express, { type RequestHandler as Middleware } from 'express'
import type { IncomingMessage } from 'node:http'
import { MAX_BUNDLE_BYTES } from '../../../shared/add-server.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import { readCredential } from './credentials.ts'
import { refuse, sendRefusal } from './refusal.ts'
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
    void (large.get(request.path) ?? procedures)(request, response, next)
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

function serveProcedures<Router extends AnyRouter>(
  { router, createContext, window, log }: ManagementOptions<Router>,
  maxBodySize: number,
): Middleware {
  return createExpressMiddleware({
    router,
    maxBodySize,
    onError({ error, path }) {
      // The caller is told no more than that it went wrong.
      if (error.code !== 'INTERNAL_SERVER_ERROR') return
      log.error({ path, error: messageOf(error.cause ?? error) }, 'a procedure failed')
    },
    createContext: ({ req }: { req: IncomingMessage }) =>
      createContext(readCredential(req, null), window?.isLetIn(req) ?? false, req),
  })
}
