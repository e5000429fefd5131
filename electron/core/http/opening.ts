import type { Gateway } from '../gateway/gateway.ts'
import type { Session } from '../gateway/session.ts'
import { RpcError, type JsonObject, type RpcRequest } from '../json-rpc.ts'
import type { Exchange } from './exchange.ts'
import { HttpRefusal } from './refusal.ts'

/** Opens the session that `initialize` asks for. Rejects with `HttpRefusal`, and opens nothing. */
export async function answerOpening(
  { sessions }: Gateway,
  { endpoint, caller, checkAgain }: Exchange,
  { id, params = {} }: RpcRequest,
): Promise<{ session: Session; result: JsonObject }> {
  const opened = await sessions.open(endpoint, caller, params).catch((error: unknown) => {
    throw error instanceof RpcError ? new HttpRefusal(400, error, { id }) : error
  })
  try {
    // Servers may have had to be waited for, and a key be revoked in that time.
    checkAgain()
  } catch (error) {
    opened.session.end()
    throw error
  }
  return opened
}
