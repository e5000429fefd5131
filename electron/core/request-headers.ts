import type { JsonObject } from './json-rpc.ts'
import { encodeHeader, paramHeaders } from './param-headers.ts'

/** Which of its params a request repeats in `Mcp-Name` (also the Tasks extension, "Task routing"). */
const NAME_FIELD = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
])

/** The param that `Mcp-Name` repeats; `undefined` for methods that have no such header. */
export function nameFieldOf(method: string): string | undefined {
  return NAME_FIELD.get(method)
}

/** Revision 2026-07-28, "Request Metadata": headers that repeat what the body says. */
export function requestHeaders(
  method: string,
  params: JsonObject | undefined,
  version: string,
): Record<string, string> {
  const headers: Record<string, string> = {
    'MCP-Protocol-Version': encodeHeader(version),
    'Mcp-Method': encodeHeader(method),
  }
  const field = nameFieldOf(method)
  const name = field === undefined ? undefined : params?.[field]
  if (typeof name === 'string') headers['Mcp-Name'] = encodeHeader(name)
  return headers
}

/** The `mcp-param-…` headers of a call of a tool with this `inputSchema`, as they are sent. */
export function argumentHeaders(inputSchema: unknown, args: unknown): Record<string, string> {
  const headers = [...paramHeaders(inputSchema, args)]
  return Object.fromEntries(headers.map(([name, value]) => [name, encodeHeader(value)]))
}
