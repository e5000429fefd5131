import { failure, isObject, isRequestId, RpcCode, RpcError } from '../json-rpc.ts'
import type { RpcMessage } from '../json-rpc.ts'
import { isTooDeep, MAX_DEPTH, outlineOf } from '../json-depth.ts'
import { parseJson } from '../json.ts'

/** Far above any sane message; only there so that a runaway server cannot take us along. */
export const LARGEST_MESSAGE_MEGABYTES = 256
export const LARGEST_MESSAGE_BYTES = LARGEST_MESSAGE_MEGABYTES * 1024 * 1024

/** A server sent a message beyond the limit: nothing more is read from it. */
export class TooLarge extends Error {}

const NOT_RPC = 'The server answered with something that is not JSON-RPC.'
const TOO_DEEP = `The server answered with something that is nested deeper than ${MAX_DEPTH} levels.`

/**
 * The messages in a JSON text: one, or an array of them (revisions up to 2025-03-26). What is not a
 * message is counted; an answer that is not one is an error to whoever waits for it. Throws
 * SyntaxError.
 */
export function readMessages(text: string): { messages: RpcMessage[]; skipped: number } {
  const isDeep = isTooDeep(text)
  const value = parseJson(isDeep ? outlineOf(text) : text)
  const values: unknown[] = Array.isArray(value) ? value : [value]
  const messages = values.flatMap((one) => {
    if (!isDeep && isMessage(one)) return one
    return failedAnswer(one, isDeep ? TOO_DEEP : NOT_RPC) ?? []
  })
  return { messages, skipped: values.length - messages.length }
}

/** As much of a message as we rely on. An error that is about no request in particular has no id. */
function isMessage(value: unknown): value is RpcMessage {
  if (!isObject(value) || value['jsonrpc'] !== '2.0') return false
  const { method, result, error } = value
  if (typeof method === 'string') return true
  return ('id' in value && isObject(result)) || (isObject(error) && Number.isInteger(error['code']))
}

/** Instead of what was meant as an answer, or the request would wait for it in vain. */
function failedAnswer(value: unknown, words: string): RpcMessage | undefined {
  if (!isObject(value) || value['jsonrpc'] !== '2.0' || value['method'] !== undefined) return
  const { id } = value
  return isRequestId(id) ? failure(id, new RpcError(RpcCode.internalError, words)) : undefined
}
