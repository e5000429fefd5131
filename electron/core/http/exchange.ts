import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Endpoint } from '../gateway/endpoint.ts'

/** A request to an endpoint. Guards and credentials have been seen to. */
export type Exchange = {
  request: IncomingMessage
  response: ServerResponse
  endpoint: Endpoint
  /** The identity that sessions are bound to (`callerKey`). */
  caller: string
  /** What stands behind the question mark. */
  query: URLSearchParams
  /** The credential, if it came in the query. */
  queryKey: string | null
  /** Throws `HttpRefusal` if that caller may not use the endpoint any more, or it is gone. */
  checkAgain: () => void
}

/** Resolves once nothing can be written any more. */
export function whenClosed(response: ServerResponse): Promise<void> {
  // On one that is closed already, `close` comes no more.
  if (response.destroyed || response.closed) return Promise.resolve()
  return new Promise((resolve) => response.once('close', () => resolve()))
}
