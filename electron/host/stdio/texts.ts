import { text } from 'node:stream/consumers'
import { parseJson } from '../../core/index.ts'
import { eventsOf, isStream, type CoreHttp } from './core-http.ts'
import type { Flight } from './flights.ts'
import type { ModernHeaders } from './modern-headers.ts'
import { isObject, peek, type JsonObject } from './peek.ts'

/** Messages that are the bridge's own, as JSON. */
export function failureText(id: unknown, code: number, message: string): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } })
}

/** What tells a client over stdio that its subscription has ended without a result. */
export function cancelledText(requestId: unknown): string {
  const params = { requestId, reason: 'MetaMCP ended the subscription' }
  return JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params })
}

/** The object in a text, or an empty one. */
export function parsed(message: string): JsonObject {
  try {
    const value = parseJson(message)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

export type ToolsReading = { http: CoreHttp; headers: ModernHeaders; flight: Flight }

/** Reads the list of tools in the name of a call that lacked headers, to learn which it needs. */
export async function readAllTools({ http, headers, flight }: ToolsReading): Promise<void> {
  const { version, params } = flight.message
  const { progressToken: _, ...meta } = isObject(params._meta) ? params._meta : {}
  let cursor: unknown
  do {
    const asked = { _meta: meta, ...(cursor === undefined ? {} : { cursor }) }
    const list = { id: 'metamcp-tools', method: 'tools/list', params: asked }
    const message = { kind: 'request', version, ...list } as const
    const body = JSON.stringify({ jsonrpc: '2.0', ...list })
    const response = await http.call(body, headers.of(message), flight.abort.signal).response
    let answer = isStream(response) ? '' : await text(response)
    if (isStream(response)) {
      for await (const { data } of eventsOf(response, () => undefined)) {
        if (peek(data).kind === 'response') answer = data
      }
    }
    const { result } = parsed(answer)
    headers.learn(message, result)
    cursor = isObject(result) ? result.nextCursor : undefined
  } while (cursor !== undefined)
}
