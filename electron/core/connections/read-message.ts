import { isObject } from '../json-rpc.ts'
import type { RpcMessage } from '../json-rpc.ts'
import { parseJson } from '../json.ts'

/** Far above any sane message; only there so that a runaway server cannot take us along. */
export const LARGEST_MESSAGE_MEGABYTES = 256
export const LARGEST_MESSAGE_BYTES = LARGEST_MESSAGE_MEGABYTES * 1024 * 1024

/** A server sent a message beyond the limit: nothing more is read from it. */
export class TooLarge extends Error {}

/**
 * The messages in a JSON text: one, or an array of them (revisions up to 2025-03-26). What is not a
 * message is counted. Throws SyntaxError.
 */
export function readMessages(text: string): { messages: RpcMessage[]; skipped: number } {
  const value = parseJson(text)
  const values: unknown[] = Array.isArray(value) ? value : [value]
  const messages = values.filter(isMessage)
  return { messages, skipped: values.length - messages.length }
}

/** As much of a message as we rely on. An error that is about no request in particular has no id. */
export function isMessage(value: unknown): value is RpcMessage {
  if (!isObject(value) || value['jsonrpc'] !== '2.0') return false
  const { method, result, error } = value
  if (typeof method === 'string') return true
  return ('id' in value && isObject(result)) || (isObject(error) && Number.isInteger(error['code']))
}
