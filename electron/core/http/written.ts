import { isWrittenOnce, writtenOnce } from '../written-once.ts'
import { failure, isObject, RpcCode, RpcError, type RequestId } from '../json-rpc.ts'

/**
 * A message as the text that goes out. Some cannot be written although they could be read: nested
 * too deeply, or longer than a string may be. Whoever waits for an answer gets an error then; what
 * nobody waits for is `null`.
 */
export function writtenOf(message: unknown): string | null {
  try {
    return withWritten(message) ?? JSON.stringify(message)
  } catch {
    if (Array.isArray(message)) {
      return `[${message.flatMap((one) => writtenOf(one) ?? []).join(',')}]`
    }
    if (!isObject(message) || 'method' in message) return null
    const text = 'The answer cannot be written: it is nested too deeply, or too large'
    const error = new RpcError(RpcCode.internalError, text)
    return JSON.stringify(failure((message['id'] as RequestId | undefined) ?? null, error))
  }
}

/** An answer in whose result something is that was written before: a list. `null` for all others. */
function withWritten(message: unknown): string | null {
  if (!isObject(message) || !isObject(message.result)) return null
  const { result } = message
  if (!Object.values(result).some(isWrittenOnce)) return null
  const { result: _, ...envelope } = message
  const written = Object.entries(result).flatMap(([key, value]) => {
    const json = writtenOnce(value) ?? JSON.stringify(value)
    return json === undefined ? [] : [`${JSON.stringify(key)}:${json}`]
  })
  return `${JSON.stringify(envelope).slice(0, -1)},"result":{${written.join(',')}}}`
}
