import type { IncomingHttpHeaders } from 'node:http'
import {
  isObject,
  MetaKey,
  MODERN_VERSIONS,
  RpcCode,
  RpcError,
  type JsonObject,
  type RequestId,
  type RpcMessage,
  type RpcRequest,
} from '../json-rpc.ts'
import { decodeHeader, paramHeaders, readParamFields } from '../param-headers.ts'
import { nameFieldOf } from '../request-headers.ts'
import { HttpRefusal } from './refusal.ts'

/**
 * The envelope in the body decides the era; a modern version in the header without one is a modern
 * request that forgot it, except for `initialize`, which belongs to the legacy era alone.
 */
export function isModern(message: RpcMessage, headers: IncomingHttpHeaders): boolean {
  if (!('method' in message)) return false
  const meta = isObject(message.params?._meta) ? message.params._meta : {}
  if (meta[MetaKey.protocolVersion] !== undefined) return true
  if (message.method === 'initialize') return false
  return hasModernVersion(headers)
}

export function hasModernVersion(headers: IncomingHttpHeaders): boolean {
  const version = headerOf(headers, 'mcp-protocol-version')
  return MODERN_VERSIONS.some((known) => known === version)
}

/** Refuses a request whose headers are missing or contradict its body: 400 with -32020. */
export function checkModernHeaders(
  { id, method, params }: RpcRequest,
  headers: IncomingHttpHeaders,
): void {
  const meta = isObject(params?._meta) ? params._meta : {}
  const claimed = meta[MetaKey.protocolVersion]
  const version = headerOf(headers, 'mcp-protocol-version')
  if (claimed !== undefined && version !== claimed) {
    throw mismatch(id, 'MCP-Protocol-Version is missing or not that of the body')
  }
  if (headerOf(headers, 'mcp-method') !== method) {
    throw mismatch(id, 'Mcp-Method is missing or not that of the body')
  }
  const field = nameFieldOf(method)
  if (field === undefined) return
  const name = params?.[field]
  const header = headerOf(headers, 'mcp-name')
  if (typeof name === 'string' && (header === undefined || decodeHeader(header) !== name)) {
    throw mismatch(id, `Mcp-Name is missing or not the body's params.${field}`)
  }
}

/**
 * Refuses a call whose `Mcp-Param-…` headers are not what its tool asks for: 400 with -32020.
 * Headers that no parameter asks for mean nothing. `tool` is its definition, as clients know it.
 */
export function checkParamHeaders(
  { id, params }: RpcRequest,
  headers: IncomingHttpHeaders,
  tool: JsonObject | undefined,
): void {
  const read = readParamFields(tool?.inputSchema)
  // Clients leave such a tool out, so none of its headers means anything.
  if ('fault' in read) return
  const wanted = paramHeaders(tool?.inputSchema, params?.arguments)
  for (const { header, isInteger } of read.fields) {
    const sent = headerOf(headers, header)
    const value = wanted.get(header)
    if (sent === undefined && value === undefined) continue
    const text = sent === undefined ? undefined : decodeHeader(sent)
    if (value === undefined || text === undefined || !isSame(text, value, isInteger)) {
      throw mismatch(id, `${header} is missing or not that of params.arguments`)
    }
  }
}

/** Integers are compared as numbers, as long as these can tell them apart. */
function isSame(header: string, value: string, isInteger: boolean): boolean {
  if (header === value) return true
  const isNumber = /^-?\d+(\.\d+)?$/.test(header) && Number.isSafeInteger(Number(value))
  return isInteger && isNumber && Number(header) === Number(value)
}

function mismatch(id: RequestId, text: string): HttpRefusal {
  return new HttpRefusal(400, new RpcError(RpcCode.headerMismatch, `Header mismatch: ${text}`), {
    id,
  })
}

function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value.trim() : undefined
}
