import type { IncomingHttpHeaders } from 'node:http'
import {
  isObject,
  isRequestId,
  RpcCode,
  RpcError,
  type RpcFailure,
  type RpcNotification,
  type RpcRequest,
  type RpcResult,
} from '../json-rpc.ts'
import { isRawJson } from '../json.ts'
import { withTraceOf } from '../trace-context.ts'
import { HttpRefusal } from './refusal.ts'

/** What a client may send: a request, a notification, or the answer to a request of a server. */
export type Incoming =
  | { kind: 'request'; message: RpcRequest }
  | { kind: 'notification'; message: RpcNotification }
  | { kind: 'response'; message: RpcResult | RpcFailure }

/**
 * Tells what a body is by its shape (JSON-RPC 2.0); parameters are not looked into. To those of a
 * request is added what the headers say of the trace that it belongs to.
 */
export function classify(body: unknown, headers: IncomingHttpHeaders): Incoming {
  if (!isPlain(body) || body.jsonrpc !== '2.0') throw invalid('not a JSON-RPC 2.0 message')
  if (body.method === undefined && ('result' in body || 'error' in body)) {
    if (!isRequestId(body.id)) throw invalid('a response without a valid id')
    if (!isAnswer(body)) throw invalid('a response without a result or an error of its shape')
    return { kind: 'response', message: body as RpcResult | RpcFailure }
  }
  if (typeof body.method !== 'string') throw invalid('method is missing or not a string')
  if (body.params !== undefined && !isPlain(body.params)) throw invalid('params is not an object')
  if (!('id' in body)) return { kind: 'notification', message: body as RpcNotification }
  if (!isRequestId(body.id)) throw invalid('id is not a string or a number')
  return { kind: 'request', message: tracedBy(headers, body as RpcRequest) }
}

function tracedBy(headers: IncomingHttpHeaders, message: RpcRequest): RpcRequest {
  const params = withTraceOf(headers, message.params)
  return params === undefined || params === message.params ? message : { ...message, params }
}

export function invalid(what: string): HttpRefusal {
  return new HttpRefusal(400, new RpcError(RpcCode.invalidRequest, `Invalid request: ${what}`))
}

/** A number that only its text can hold is an object here, and none to the client. */
function isPlain(value: unknown): value is Record<string, unknown> {
  return isObject(value) && !isRawJson(value)
}

function isAnswer({ result, error }: Record<string, unknown>): boolean {
  if (error === undefined) return isPlain(result)
  if (result !== undefined || !isPlain(error)) return false
  return Number.isSafeInteger(error.code) && typeof error.message === 'string'
}
