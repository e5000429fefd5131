import { isObject, RpcCode, RpcError, type JsonObject } from '../json-rpc.ts'
import type { Call } from './call.ts'
import { quote } from './unknown.ts'

const TASKS = 'io.modelcontextprotocol/tasks'

/** What may be answered with `input_required` (2026-07-28, "Multi Round-Trip Requests"). */
export const MULTI_ROUND: ReadonlySet<string> = new Set([
  'tools/call',
  'prompts/get',
  'resources/read',
])

/**
 * Throws `RpcError` for a result of a modern server that its client cannot understand: a question
 * where none may be asked, or a type of an extension that the client did not declare (2026-07-28,
 * "ResultType"). Which types an extension adds is its own affair: a client with extensions that we
 * do not know gets what comes.
 */
export function checkResultType(server: string, call: Call, result: JsonObject): JsonObject {
  const { resultType: type } = result
  const isCore = type === undefined || type === 'complete'
  if (isCore || (type === 'input_required' && MULTI_ROUND.has(call.method))) return result
  const text =
    type === 'input_required'
      ? `${server} asked for input where none can be given`
      : `${server} answered with a type of result that the client does not know: ${quote(type)}`
  if (type !== 'input_required' && mayKnow(call, type)) return result
  throw new RpcError(RpcCode.internalError, text, { server, reason: 'resultType' })
}

function mayKnow({ era, client }: Call, type: unknown): boolean {
  const { extensions } = client.capabilities
  if (era === 'legacy' || !isObject(extensions)) return false
  if (type === 'task') return extensions[TASKS] !== undefined
  return Object.keys(extensions).some((name) => name !== TASKS)
}
