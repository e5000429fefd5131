import {
  isObject,
  isRequestId,
  RpcCode,
  RpcError,
  type RpcNotification,
  type RpcRequest,
} from '../json-rpc.ts'
import { HttpRefusal } from './refusal.ts'

/** What a client may send: a request, a notification, or the answer to a request of ours. */
export type Incoming =
  | { kind: 'request'; message: RpcRequest }
  | { kind: 'notification'; message: RpcNotification }
  | { kind: 'response' }

/** Tells what a body is by its shape (JSON-RPC 2.0); parameters are not looked into. */
export function classify(body: unknown): Incoming {
  if (!isObject(body) || body.jsonrpc !== '2.0') throw invalid('not a JSON-RPC 2.0 message')
  if (body.method === undefined && ('result' in body || 'error' in body)) {
    if (!isRequestId(body.id)) throw invalid('a response without a valid id')
    return { kind: 'response' }
  }
  if (typeof body.method !== 'string') throw invalid('method is missing or not a string')
  if (body.params !== undefined && !isObject(body.params)) throw invalid('params is not an object')
  if (!('id' in body)) return { kind: 'notification', message: body as RpcNotification }
  if (!isRequestId(body.id)) throw invalid('id is not a string or a number')
  return { kind: 'request', message: body as RpcRequest }
}

export function invalid(what: string): HttpRefusal {
  return new HttpRefusal(400, new RpcError(RpcCode.invalidRequest, `Invalid request: ${what}`))
}
