import { isObject, RpcError } from '../json-rpc.ts'
import { ServerDown, type Connection } from './connection.ts'

/** Milliseconds for the answer to a question that costs a server nothing. */
const ANSWER_MS = 5_000

/** `null` when the server still answers, whatever it says; else why it is as good as gone. */
export async function isThere(connection: Connection): Promise<string | null> {
  const method = connection.era === 'legacy' ? 'ping' : 'server/discover'
  try {
    await connection.request(method, undefined, { timeoutMs: ANSWER_MS })
    return null
  } catch (error) {
    if (error instanceof ServerDown) return error.reason
    const isLate = error instanceof RpcError && isObject(error.data) && 'timeoutMs' in error.data
    return isLate ? `It did not answer within ${ANSWER_MS / 1_000} s.` : null
  }
}
