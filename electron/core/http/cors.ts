import type { IncomingMessage, ServerResponse } from 'node:http'

/** What a client of MCP may send, beside what every page may (Fetch, "CORS-safelisted"). */
const SENT = new Set([
  ...['authorization', 'content-type', 'accept', 'x-api-key', 'last-event-id', 'cache-control'],
  ...['traceparent', 'tracestate', 'baggage'],
])
/** Of all revisions: `Mcp-Session-Id`, `Mcp-Protocol-Version`, `Mcp-Method`, `Mcp-Name`, `Mcp-Param-…`. */
const OF_MCP = /^mcp-[a-z0-9-]+$/
const READ = 'mcp-session-id, mcp-protocol-version, www-authenticate, retry-after'
const METHODS = 'GET, POST, DELETE'

/**
 * Lets pages of allowed origins read our answers; who they are has been seen to by the guard. Never
 * with cookies: a page brings a key or a token. Returns whether the request was a question about that
 * (a preflight), which is answered now.
 */
export function answerPages(
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  allowed: ReadonlySet<string>,
): boolean {
  if (allowed.size === 0) return false
  response.setHeader('vary', 'Origin')
  const origin = headers.origin?.toLowerCase()
  if (origin === undefined || !allowed.has(origin)) return false
  response.setHeader('access-control-allow-origin', origin)
  response.setHeader('access-control-expose-headers', READ)
  if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return false
  const asked = (headers['access-control-request-headers'] ?? '').toLowerCase().split(',')
  const names = asked
    .map((name) => name.trim())
    .filter((name) => SENT.has(name) || OF_MCP.test(name))
  response.writeHead(204, {
    'access-control-allow-methods': METHODS,
    ...(names.length > 0 && { 'access-control-allow-headers': names.join(', ') }),
    'access-control-max-age': '600',
    // A page of the internet asks this before it speaks to a private address.
    ...(headers['access-control-request-private-network'] === 'true' && {
      'access-control-allow-private-network': 'true',
    }),
  })
  response.end()
  return true
}
