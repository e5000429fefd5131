import { createExpressMiddleware } from '@trpc/server/adapters/express'
import type { AnyRouter, inferRouterContext } from '@trpc/server'
import express from 'express'
import type { IncomingMessage } from 'node:http'
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
  createContext: (credential: string | null, isLetIn: boolean) => inferRouterContext<Router>
  /** The window in a browser; `null` where there is none. */
  window: Window | null
  log: Logger
}

const MAX_BODY_BYTES = 4 * 1024 * 1024

/** The management API for callers over HTTP; the procedures themselves refuse who may not call. */
export function serveManagement<Router extends AnyRouter>({
  router,
  createContext,
  window,
  log,
}: ManagementOptions<Router>): RequestHandler {
  const app = express()
  app.disable('x-powered-by')
  app.use(
    '/trpc/frontend',
    createExpressMiddleware({
      router,
      maxBodySize: MAX_BODY_BYTES,
      onError({ error, path }) {
        // The caller is told no more than that it went wrong.
        if (error.code !== 'INTERNAL_SERVER_ERROR') return
        log.error({ path, error: messageOf(error.cause ?? error) }, 'a procedure failed')
      },
      createContext: ({ req }: { req: IncomingMessage }) =>
        createContext(readCredential(req, null), window?.isLetIn(req) ?? false),
    }),
  )
  app.use((request, response) => {
    sendRefusal(request, response, refuse(404, 'There is nothing at this address'))
  })
  return async (request, response) => {
    const isApi = request.url?.startsWith('/trpc/')
    if (window && !isApi && (await window.serve(request, response))) return
    app(request, response)
  }
}
