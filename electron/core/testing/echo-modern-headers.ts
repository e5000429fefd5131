import type { IncomingHttpHeaders } from 'node:http'
import type { EchoOffer } from './echo-options.ts'
import { EchoError } from './echo-wire.ts'
import type { Incoming, JsonObject } from './echo-wire.ts'

/** Where the header `Mcp-Name` has its value from. */
const NAMED: Record<string, string> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
}

/** Throws -32020 if headers are missing or contradict the body (2026-07-28, Streamable HTTP). */
export function checkModernHeaders(
  headers: IncomingHttpHeaders,
  { method = '', params = {} }: Incoming,
  { tools }: EchoOffer,
): void {
  const meta = params['_meta'] as JsonObject
  const compare = (header: string, body: unknown) => {
    const value = headers[header.toLowerCase()]
    if (typeof value !== 'string' || decode(value) !== body) {
      throw new EchoError(-32020, `Header mismatch: ${header} is ${String(value)}`)
    }
  }
  compare('MCP-Protocol-Version', meta['io.modelcontextprotocol/protocolVersion'])
  compare('Mcp-Method', method)
  const source = NAMED[method]
  if (source !== undefined) compare('Mcp-Name', params[source])
  if (method !== 'tools/call') return
  const tool = tools.find(({ name }) => name === params['name'])
  const annotated = headersOf((tool?.['inputSchema'] ?? {}) as Schema, params['arguments'])
  for (const { header, value } of annotated) {
    if (value !== undefined && value !== null) compare(`Mcp-Param-${header}`, String(value))
    else if (headers[`mcp-param-${header.toLowerCase()}`] !== undefined) {
      throw new EchoError(-32020, `Header mismatch: Mcp-Param-${header} has no value in the body`)
    }
  }
}

type Schema = { properties?: Record<string, Schema>; 'x-mcp-header'?: string }

/** The annotated properties, found by chains of `properties` alone, and their values. */
function headersOf(schema: Schema, value: unknown): { header: string; value: unknown }[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => {
    const own = (value as JsonObject | undefined)?.[key]
    const header = inner['x-mcp-header']
    return header === undefined ? headersOf(inner, own) : [{ header, value: own }]
  })
}

/** Plain, or Base64 of UTF-8 between `=?base64?` and `?=`; nothing if that is malformed. */
function decode(value: string): string | undefined {
  const text = value.trim()
  const encoded = /^=\?base64\?(.*)\?=$/.exec(text)?.[1]
  if (encoded === undefined) return text
  const whole = encoded.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(encoded)
  return whole ? Buffer.from(encoded, 'base64').toString() : undefined
}
