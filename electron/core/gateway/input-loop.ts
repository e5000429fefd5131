import { randomUUID } from 'node:crypto'
import type { Question } from '../connections/connection.ts'
import { isObject, RpcCode, RpcError, type JsonObject } from '../json-rpc.ts'
import type { Call } from './call.ts'

/** A server that always asks once more must end somewhere. */
const MAX_ROUNDS = 100

/**
 * A modern server answers that it needs something; a legacy client can be asked. So its questions
 * are put as real requests, and the request goes to the server again with the answers and with the
 * server's own state, until there is a result (2026-07-28, "Multi Round-Trip Requests").
 */
export async function answerInputs(
  call: Call,
  request: (params: JsonObject) => Promise<JsonObject>,
): Promise<JsonObject> {
  let result = await request(call.params)
  for (let round = 0; result.resultType === 'input_required'; round += 1) {
    if (round === MAX_ROUNDS) {
      const text = `The server asked for more ${MAX_ROUNDS} times`
      throw new RpcError(RpcCode.internalError, text)
    }
    const { inputRequests, requestState } = result
    const inputResponses = isObject(inputRequests) ? await askAll(call, inputRequests) : undefined
    result = await request({
      ...call.params,
      ...(inputResponses && { inputResponses }),
      ...(requestState === undefined ? {} : { requestState }),
    })
  }
  return result
}

/** All at once, as they came; the first that fails fails the call, since it has no other answer. */
async function askAll(call: Call, inputRequests: JsonObject): Promise<JsonObject> {
  const failed = new AbortController()
  const signal = AbortSignal.any([call.signal, failed.signal])
  const answers = Object.entries(inputRequests).map(async ([key, request]) => {
    // In this era a server hears of no progress of what it asked.
    const answer = await call.ask(questionOf(request), { signal, onProgress: () => {} })
    return [key, answer] as const
  })
  try {
    return Object.fromEntries(await Promise.all(answers))
  } catch (error) {
    failed.abort(error)
    await Promise.allSettled(answers)
    throw error
  }
}

function questionOf(request: unknown): Question {
  const { method, params } = isObject(request) ? request : {}
  if (typeof method !== 'string') {
    throw new RpcError(RpcCode.internalError, 'The server asked for something without a method')
  }
  return { method, params: isObject(params) ? withElicitationId(method, params) : undefined }
}

/** The legacy era knows an elicitation by URL by its id (2025-11-25, "Elicitation"). */
function withElicitationId(method: string, params: JsonObject): JsonObject {
  const isByUrl = method === 'elicitation/create' && params.mode === 'url'
  return isByUrl ? { elicitationId: randomUUID(), ...params } : params
}
