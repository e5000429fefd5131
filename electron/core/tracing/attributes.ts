import { RpcError, type JsonObject } from '../json-rpc.ts'
import type { Traced, TracedEnd } from '../tracer.ts'

/*
 * What spans say, in the words of OpenTelemetry's "Semantic conventions for Model Context Protocol".
 * Two that these recommend are left out: the id of a session, which opens the session, and the URI
 * of a resource, which can be a secret. Messages of errors may repeat arguments, and stay out, too.
 */

export type Attributes = Record<string, string>

/** Whoever asks for what is not there chooses the words. */
const LONGEST = 128

/** The parameter of a method that names what it is about, and the attribute that says so. */
const TARGETS = new Map([
  ['tools/call', 'gen_ai.tool.name'],
  ['prompts/get', 'gen_ai.prompt.name'],
])

export function nameOf(request: Traced): string {
  const target = targetOf(request)
  return target === null ? cut(request.method) : `${request.method} ${target}`
}

export function attributesOf(request: Traced): Attributes {
  const { method, version } = request
  const target = targetOf(request)
  const attribute = TARGETS.get(method)
  return {
    'mcp.method.name': cut(method),
    ...(version !== undefined && { 'mcp.protocol.version': version }),
    ...(attribute !== undefined && target !== null && { [attribute]: target }),
    ...(method === 'tools/call' && { 'gen_ai.operation.name': 'execute_tool' }),
  }
}

/** What went wrong; `null`: nothing did. */
export function failureOf({ result, error, wasCancelled }: TracedEnd): Attributes | null {
  if (wasCancelled) return { 'error.type': 'cancelled' }
  if (result) return result.isError === true ? { 'error.type': 'tool_error' } : null
  if (!(error instanceof RpcError)) return { 'error.type': '_OTHER' }
  const code = String(error.code)
  return { 'error.type': code, 'rpc.response.status_code': code }
}

function targetOf({ method, params }: { method: string; params: JsonObject }): string | null {
  const { name } = params
  return TARGETS.has(method) && typeof name === 'string' ? cut(name) : null
}

function cut(text: string): string {
  return text.slice(0, LONGEST)
}
