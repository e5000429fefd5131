import type { IncomingMessage } from 'node:http'

/** Whether a request came in by a port that serves what is at its path. */
export type Surfaces = (
  request: Pick<IncomingMessage, 'method' | 'socket'>,
  path: string,
) => boolean

/** For clients, and for the browsers of people who let clients in. */
const CALLS =
  /^\/(metamcp|\.well-known|api\/auth|assets)\/|^\/(oauth\/callback|sign-in|consent|health)$/
/** What the pages to sign in and to let a client in ask; it tells of nothing else. */
const ASKED = new Set(['/session', '/trpc/frontend/authorization.pending'])
const NOT_MANAGEMENT = /^\/metamcp\//

/**
 * With a port for management of its own, clients call by the other alone, where nothing can be
 * managed: a token that leaks from there, or a hole in it, opens less.
 */
export function openSurfaces(adminPort: number | null): Surfaces {
  if (adminPort === null) return () => true
  return ({ method, socket }, path) => {
    if (socket.localPort === adminPort) return !NOT_MANAGEMENT.test(path)
    return CALLS.test(path) || (method === 'GET' && ASKED.has(path))
  }
}
