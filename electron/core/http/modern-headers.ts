import type { IncomingHttpHeaders } from 'node:http'
import {
  isObject,
  MetaKey,
  MODERN_VERSIONS,
  RpcCode,
  RpcError,
  type RpcMessage,
  type RpcRequest,
} from '../json-rpc.ts'
import { HttpRefusal } from './refusal.ts'

/** Methods whose `Mcp-Name` header repeats a field of the params (revision 2026-07-28, Transports). */
const NAME_FIELD: Record<string, string> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
}

/**
 * The envelope in the body decides the era; a modern version in the header without one is a modern
 * request that forgot it, except for `initialize`, which belongs to the legacy era alone.
 */
export function isModern(message: RpcMessage, headers: IncomingHttpHeaders): boolean {
  if (!('method' in message)) return false
  const meta = isObject(message.params?._meta) ? message.params._meta : {}
  if (meta[MetaKey.protocolVersion] !== undefined) return true
  if (message.method === 'initialize') return false
  const version = headerOf(headers, 'mcp-protocol-version')
  return version !== undefined && isModernVersion(version)
}

function isModernVersion(version: string): boolean {
  return MODERN_VERSIONS.some((known) => known === version)
}

/** Refuses a request whose headers are missing or contradict its body: 400 with -32020. */
export function checkModernHeaders(
  { id, method, params }: RpcRequest,
  headers: IncomingHttpHeaders,
) {
  const mismatch = (text: string) =>
    new HttpRefusal(400, new RpcError(RpcCode.headerMismatch, `Header mismatch: ${text}`), { id })
  const meta = isObject(params?._meta) ? params._meta : {}
  const claimed = meta[MetaKey.protocolVersion]
  const version = headerOf(headers, 'mcp-protocol-version')
  if (claimed !== undefined && version !== claimed) {
    throw mismatch('MCP-Protocol-Version is missing or not that of the body')
  }
  if (headerOf(headers, 'mcp-method') !== method) {
    throw mismatch('Mcp-Method is missing or not that of the body')
  }
  const field = Object.hasOwn(NAME_FIELD, method) ? NAME_FIELD[method] : undefined
  if (field === undefined) return
  const name = params?.[field]
  const header = headerOf(headers, 'mcp-name')
  if (typeof name === 'string' && (header === undefined || decode(header) !== name)) {
    throw mismatch(`Mcp-Name is missing or not the body's params.${field}`)
  }
}

function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value.trim() : undefined
}

/** `=?base64?…?=` wraps values that a header cannot hold as they are. */
function decode(value: string): string | undefined {
  const wrapped = /^=\?base64\?(.*)\?=$/.exec(value)?.[1]
  if (wrapped === undefined) return value
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(wrapped)) return undefined
  return Buffer.from(wrapped, 'base64').toString()
}
