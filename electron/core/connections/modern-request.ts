import { isObject, LEGACY_VERSIONS, MetaKey } from '../json-rpc.ts'
import type { RpcMessage } from '../json-rpc.ts'
import { encodeHeader } from '../param-headers.ts'

/** Which of its params a request repeats in `Mcp-Name` (also the Tasks extension, "Task routing"). */
const NAME_FIELD = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
])

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

/** Revision 2026-07-28, "Request Metadata": headers that repeat what the body says. */
export function modernHeaders(message: RpcMessage, version: string): Record<string, string> {
  const headers: Record<string, string> = { 'MCP-Protocol-Version': version }
  if (!('method' in message)) return headers
  headers['Mcp-Method'] = encodeHeader(message.method)
  const field = NAME_FIELD.get(message.method)
  const name = field === undefined ? undefined : message.params?.[field]
  if (typeof name === 'string') headers['Mcp-Name'] = encodeHeader(name)
  return headers
}
