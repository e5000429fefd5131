import type { Server } from '../../../shared/server.ts'
import type { Filled } from './fill-definition.ts'
import { NoCommonVersion } from './hail.ts'
import { HttpRefusal } from './http-failure.ts'
import { openSse } from './sse-transport.ts'
import { openStdio } from './stdio-transport.ts'
import { openStreamableHttp } from './streamable-http-transport.ts'
import type { OpenTransport, TransportContext } from './transport.ts'

/** The ways a definition allows, in the order they are tried. */
export type Ways = [OpenTransport, OpenTransport?]

export function waysTo(server: Filled<Server>, context: TransportContext): Ways {
  if (server.type === 'STDIO') return [(events) => openStdio(server, context, events)]
  const sse: OpenTransport = (events) => openSse(server, context, events)
  if (server.type === 'SSE') return [sse]
  return [(events) => openStreamableHttp(server, context, events), sse]
}

/**
 * Specification 2025-11-25, "Backwards Compatibility": a 4xx to the first POST may come from a
 * server of the older HTTP+SSE transport; but not one that is about who or how often we are.
 */
export function isOtherTransport(error: unknown): boolean {
  const status = statusOf(error)
  if (status === undefined || status < 400 || status >= 500) return false
  return ![401, 403, 407, 408, 429].includes(status)
}

/**
 * Revision 2026-07-28, "Backward Compatibility": whatever is answered to a modern request, if it is
 * not a modern error, may come from a legacy server; but not that we may not come in at all.
 */
export function isSignOfLegacy(error: unknown): boolean {
  if (error instanceof NoCommonVersion) return false
  return ![401, 403].includes(statusOf(error) ?? 0)
}

function statusOf(error: unknown): number | undefined {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof HttpRefusal ? cause.status : undefined
}
