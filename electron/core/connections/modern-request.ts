import { isObject, LEGACY_VERSIONS, MetaKey } from '../json-rpc.ts'
import type { RpcMessage } from '../json-rpc.ts'
import { requestHeaders } from '../request-headers.ts'

/** Revisions are dates: all that come after the last one with a handshake are modern. */
export function isModernVersion(version: string): boolean {
  return version > LEGACY_VERSIONS[0]
}

/** The modern revision that a message's own envelope names. */
export function modernVersionOf(message: RpcMessage): string | undefined {
  if (!('method' in message)) return undefined
  const meta = message.params?.['_meta']
  const version = isObject(meta) ? meta[MetaKey.protocolVersion] : undefined
  return typeof version === 'string' && isModernVersion(version) ? version : undefined
}

/** What a message says in headers; one that is no request repeats only its revision. */
export function modernHeaders(message: RpcMessage, version: string): Record<string, string> {
  if ('method' in message) return requestHeaders(message.method, message.params, version)
  return { 'MCP-Protocol-Version': version }
}
