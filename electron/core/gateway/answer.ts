import type { Logger } from '../log.ts'
import { messageOf } from '../errors.ts'
import {
  failure,
  RpcCode,
  RpcError,
  type JsonObject,
  type RequestId,
  type RpcFailure,
  type RpcResult,
} from '../json-rpc.ts'

/** Runs a request to its one answer; what is not an `RpcError` is our own fault and says no more. */
export async function answer(
  id: RequestId,
  work: () => Promise<JsonObject>,
  log: Logger,
): Promise<RpcResult | RpcFailure> {
  try {
    return { jsonrpc: '2.0', id, result: await work() }
  } catch (error) {
    if (error instanceof RpcError) return failure(id, error)
    log.error(
      { requestId: id, error: messageOf(error) },
      'a request failed for a reason of our own',
    )
    return failure(id, new RpcError(RpcCode.internalError, 'Internal error'))
  }
}

/** The reason with which a call's signal is aborted: expected, so it is not logged as a failure. */
export function cancelled(why: string): RpcError {
  return new RpcError(RpcCode.internalError, `The call was cancelled: ${why}`)
}
