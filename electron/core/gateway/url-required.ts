import { isObject, RpcCode, RpcError, type JsonObject } from '../json-rpc.ts'
import type { Call } from './call.ts'

/** Legacy only (2025-11-25, "URL Mode Elicitation"): come again once a person has been there. */
export const URL_REQUIRED = -32042

/**
 * A legacy server's demand that a person visits some URLs first, as a modern client hears it: by
 * `input_required`. Throws any other error as it is, and -32021 to a client that opens no URLs.
 */
export function urlsRequired(error: unknown, call: Call, state: () => string): JsonObject {
  if (!(error instanceof RpcError) || error.code !== URL_REQUIRED) throw error
  const { elicitation } = call.client.capabilities
  if (!isObject(elicitation) || elicitation.url === undefined) {
    const requiredCapabilities = { elicitation: { url: {} } }
    throw new RpcError(RpcCode.missingCapability, error.message, { requiredCapabilities })
  }
  if (wasRefused(call.params.inputResponses)) {
    throw new RpcError(RpcCode.internalError, error.message, { reason: 'the person did not agree' })
  }
  const elicitations = isObject(error.data) ? error.data.elicitations : undefined
  const requests = (Array.isArray(elicitations) ? elicitations : []).filter(isObject)
  // The client would come again at once, and so on for ever.
  if (requests.length === 0) throw new RpcError(RpcCode.internalError, error.message, error.data)
  const inputRequests = Object.fromEntries(
    requests.map(({ elicitationId: _, ...params }, index) => [
      `url-${index + 1}`,
      { method: 'elicitation/create', params: { mode: 'url', ...params } },
    ]),
  )
  return { resultType: 'input_required', inputRequests, requestState: state() }
}

function wasRefused(responses: unknown): boolean {
  if (!isObject(responses)) return false
  return Object.values(responses).some((one) => isObject(one) && one.action !== 'accept')
}
