import type { ServerResponse } from 'node:http'
import { RATE_LIMITED } from '../gateway/middleware/limit-rate.ts'
import { UnknownName } from '../gateway/unknown.ts'
import { isTooDeep } from '../json-depth.ts'
import { isObject, NoRoom, RpcCode, RpcError, type JsonObject } from '../json-rpc.ts'
import { parseJson } from '../json.ts'
import { retryAfter } from './rate-limits.ts'
import { HttpRefusal, sendJson } from './refusal.ts'

/** Seconds after which a server may have a connection free again. */
const BUSY_MS = 10_000

/** Sends the result of a tool as what a plain HTTP client expects. */
export function sendResult(response: ServerResponse, result: JsonObject): void {
  if (response.destroyed || response.headersSent) return
  const { content, structuredContent } = result
  if (result.isError !== true) return sendJson(response, { status: 200, body: bodyOf(result) })
  const said = structuredContent === undefined ? {} : { structuredContent }
  const body = { content: Array.isArray(content) ? content : [], ...said, isError: true }
  sendJson(response, { status: 422, body })
}

/** What a tool answered, without the wrapping of MCP where it only wraps one thing. */
function bodyOf({ content, structuredContent }: JsonObject): unknown {
  if (structuredContent !== undefined) return structuredContent
  const items: unknown[] = Array.isArray(content) ? content : []
  const [only] = items
  const isText = items.length === 1 && isObject(only) && only.type === 'text'
  return isText && typeof only.text === 'string' ? asJson(only.text) : { content: items }
}

/** Only objects and lists: a text of digits may well be a number for a telephone. */
function asJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text) || isTooDeep(text)) return text
  try {
    return parseJson(text)
  } catch {
    return text
  }
}

/**
 * An error of a call as the status that says the same; what is none of MCP's stays as it is. With 503
 * nothing was begun, whatever a server says: balancers send such a request to somebody else.
 */
export function refusalOf(error: unknown, isBegun = false): unknown {
  if (!(error instanceof RpcError)) return error
  const status = error instanceof NoRoom && !isBegun ? 503 : statusOf(error)
  const { retryAfterMs } = isObject(error.data) ? error.data : {}
  const ms = status === 503 ? BUSY_MS : retryAfterMs
  const isToWait = status === 503 || status === 429
  const headers = isToWait && typeof ms === 'number' ? retryAfter(ms) : {}
  return new HttpRefusal(status, error, { headers })
}

function statusOf(error: RpcError): number {
  if (error instanceof UnknownName) return 404
  const { code, data } = error
  if (code === RpcCode.invalidParams) return 400
  if (code === RATE_LIMITED) return 429
  // It wants to ask the person at a client, and there is none.
  if (code === RpcCode.missingCapability) return 501
  const { timeoutMs } = isObject(data) ? data : {}
  return timeoutMs === undefined ? 502 : 504
}
