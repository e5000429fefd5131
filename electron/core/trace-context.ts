import type { IncomingHttpHeaders } from 'node:http'
import { isObject, type JsonObject, type RpcMessage } from './json-rpc.ts'

/*
 * Where a call comes from, for whoever puts the parts of its way together: W3C Trace Context and
 * Baggage. In MCP it is in `_meta`, in the keys and formats of the headers (2026-07-28, "_meta").
 */

const KEYS = ['traceparent', 'tracestate', 'baggage'] as const

/** Version, trace, span and flags (Trace Context, "traceparent Header"); later versions say more. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/
const NOTHING = /^0+$/
/** What may stand in a header, as far as these need it, and as long as Baggage says it may be. */
const IN_HEADER = /^[\x20-\x7e]{1,8192}$/

/** The span that a call was made in. */
export type SpanPlace = { traceId: string; spanId: string; flags: number }

/** `null` where nothing is said, or nothing that can be right. */
export function readTraceparent(text: unknown): SpanPlace | null {
  const [, traceId = '0', spanId = '0', flags = '0'] =
    typeof text === 'string' ? (TRACEPARENT.exec(text) ?? []) : []
  if (NOTHING.test(traceId) || NOTHING.test(spanId)) return null
  return { traceId, spanId, flags: parseInt(flags, 16) }
}

/**
 * The parameters with what headers say of the caller's trace. `_meta` wins, which a client of MCP
 * wrote itself: headers may be of a proxy on the way.
 */
export function withTraceOf<P extends JsonObject | undefined>(
  headers: IncomingHttpHeaders,
  params: P,
): P | JsonObject {
  if (headers.traceparent === undefined && headers.baggage === undefined) return params
  const meta = isObject(params?._meta) ? params._meta : {}
  if (KEYS.some((key) => meta[key] !== undefined)) return params
  const said = contextIn(headers)
  return said ? { ...params, _meta: { ...meta, ...said } } : params
}

/** The headers that repeat what a message says of its trace; what is not in the format stays in `_meta`. */
export function traceHeaders(message: RpcMessage): Record<string, string> {
  const meta = 'method' in message ? message.params?._meta : undefined
  return (isObject(meta) && contextIn(meta)) || {}
}

function contextIn(said: Record<string, unknown>): Record<string, string> | null {
  const isTraced = readTraceparent(said.traceparent) !== null
  const found: Record<string, string> = {}
  for (const key of isTraced ? KEYS : (['baggage'] as const)) {
    const value = said[key]
    if (typeof value === 'string' && IN_HEADER.test(value)) found[key] = value
  }
  return Object.keys(found).length > 0 ? found : null
}
