import { parseJson } from '../../core/index.ts'

export type JsonObject = Record<string, unknown>

/** What has to be known of a message on its way; the message itself goes on as the text it was. */
export type Peeked =
  | Message<'request'>
  | Message<'notification'>
  | { kind: 'response'; id: unknown }
  /** An array of messages, which revisions up to 2025-03-26 allow. */
  | { kind: 'batch' }
  /** Not JSON, or not JSON-RPC. */
  | { kind: 'garbage' }

export type Message<Kind extends 'request' | 'notification'> = {
  kind: Kind
  /** `JSON.stringify` writes it as it came, also beyond 2^53. */
  id: unknown
  method: string
  params: JsonObject
  /** The protocol version of a modern envelope; `undefined` for a legacy message. */
  version: unknown
}

export const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion'

export function peek(text: string): Peeked {
  const value = parse(text)
  if (Array.isArray(value)) return { kind: 'batch' }
  if (!isObject(value)) return { kind: 'garbage' }
  const { id, method } = value
  if (typeof method !== 'string') {
    return 'result' in value || 'error' in value ? { kind: 'response', id } : { kind: 'garbage' }
  }
  const params = isObject(value.params) ? value.params : {}
  const version = isObject(params._meta) ? params._meta[VERSION_KEY] : undefined
  return { kind: 'id' in value ? 'request' : 'notification', id, method, params, version }
}

/** One name for one id: `1` and `"1"` are two. */
export function idKey(id: unknown): string {
  return JSON.stringify(id) ?? ''
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parse(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}
