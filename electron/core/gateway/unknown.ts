import { RpcCode, RpcError } from '../json-rpc.ts'

/*
 * What is switched off is answered in the same words as what never existed, so that nobody can
 * learn of it by asking.
 */

export function unknownTool(name: unknown): RpcError {
  return new RpcError(RpcCode.invalidParams, `Unknown tool: ${quote(name)}`)
}

export function unknownPrompt(name: unknown): RpcError {
  return new RpcError(RpcCode.invalidParams, `Unknown prompt: ${quote(name)}`)
}

/** In the legacy era's code; the modern face says -32602 for it. */
export function unknownResource(uri: unknown): RpcError {
  return new RpcError(RpcCode.resourceNotFound, `Resource not found: ${quote(uri)}`, { uri })
}

/** Names come from clients: they are quoted, and cut so that an answer cannot be made to grow. */
function quote(name: unknown): string {
  if (typeof name !== 'string') return 'the name is missing or not a string'
  return name.length > 200 ? `${name.slice(0, 200)}…` : name
}
