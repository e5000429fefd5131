import { RpcCode, RpcError } from '../json-rpc.ts'

/*
 * What is switched off is answered in the same words as what never existed, so that nobody can
 * learn of it by asking.
 */

/** Nobody offers what a client named; perhaps not yet. */
export class UnknownName extends RpcError {}

export function unknownTool(name: unknown): UnknownName {
  return new UnknownName(RpcCode.invalidParams, `Unknown tool: ${quote(name)}`)
}

export function unknownPrompt(name: unknown): UnknownName {
  return new UnknownName(RpcCode.invalidParams, `Unknown prompt: ${quote(name)}`)
}

export function unknownMethod(method: string): RpcError {
  return new RpcError(RpcCode.methodNotFound, `Method not found: ${quote(method)}`)
}

/** In the legacy era's code; the modern face says -32602 for it. */
export function unknownResource(uri: unknown): UnknownName {
  return new UnknownName(RpcCode.resourceNotFound, `Resource not found: ${quote(uri)}`, {
    uri: quote(uri),
  })
}

/** What comes from a client is cut, so that an answer cannot be made to grow with it. */
export function quote(name: unknown): string {
  if (typeof name !== 'string') return '(missing, or not a string)'
  return name.length > 200 ? `${name.slice(0, 200)}…` : name
}
