/**
 * JSON-RPC 2.0 as MCP uses it (specification 2025-11-25 and 2026-07-28, "Base protocol"). Payloads
 * stay plain values: what this file does not name passes through untouched.
 */

import { isRawJson } from './json.ts'

export type RequestId = string | number
export type JsonObject = Record<string, unknown>

export type RpcRequest = { jsonrpc: '2.0'; id: RequestId; method: string; params?: JsonObject }
export type RpcNotification = { jsonrpc: '2.0'; method: string; params?: JsonObject }
export type RpcResult = { jsonrpc: '2.0'; id: RequestId; result: JsonObject }
export type RpcFailure = {
  jsonrpc: '2.0'
  id: RequestId | null
  error: { code: number; message: string; data?: unknown }
}
export type RpcMessage = RpcRequest | RpcNotification | RpcResult | RpcFailure

export const RpcCode = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  /** Legacy only; the modern era says -32602. */
  resourceNotFound: -32002,
  /** HTTP headers of a modern request that are missing or contradict the body. */
  headerMismatch: -32020,
  missingCapability: -32021,
  unsupportedVersion: -32022,
} as const

/** Keys of `params._meta` that carry a modern request's envelope (revision 2026-07-28). */
export const MetaKey = {
  protocolVersion: 'io.modelcontextprotocol/protocolVersion',
  clientCapabilities: 'io.modelcontextprotocol/clientCapabilities',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  logLevel: 'io.modelcontextprotocol/logLevel',
  serverInfo: 'io.modelcontextprotocol/serverInfo',
  /** Of a message on a stream that `subscriptions/listen` opened: the id of that request. */
  subscriptionId: 'io.modelcontextprotocol/subscriptionId',
} as const

/** Revisions with an `initialize` handshake that we speak, newest first. */
export const LEGACY_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const
/** Revisions whose requests carry their own envelope, newest first. */
export const MODERN_VERSIONS = ['2026-07-28'] as const

/** An error as it goes over the wire: code, message and data reach the other side as they are. */
export class RpcError extends Error {
  readonly code: number
  readonly data: unknown

  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.name = 'RpcError'
    this.code = code
    this.data = data
  }
}

/** Our own refusal where there are too many connections: nothing was begun. */
export class NoRoom extends RpcError {}

/** A number that is kept as its text is none, though JavaScript says so. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawJson(value)
}

/** An integer beyond 2^53 is none: it was rounded, and its answer would be for nobody. */
export function isRequestId(value: unknown): value is RequestId {
  return typeof value === 'string' || Number.isSafeInteger(value)
}

export function failure(id: RequestId | null, error: RpcError): RpcFailure {
  const { code, message, data } = error
  return {
    jsonrpc: '2.0',
    id,
    error: data === undefined ? { code, message } : { code, message, data },
  }
}
