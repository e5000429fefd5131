import type { ServerResponse } from 'node:http'
import type { ServerInput } from '../../../shared/server.ts'
import { MetaKey, type JsonObject } from '../json-rpc.ts'
import { dataOf, openRawHttp, sendEvents, sendJson, type Seen } from './echo-http.ts'

/** Answers with the result, or an `error` in its place; null: writes to the stream by itself. */
type Script = (request: Seen, stream: Stream) => JsonObject | null

type Stream = { send(message: JsonObject): void; response: ServerResponse }

const CAPABILITIES = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  completions: {},
}

/** A server of the modern era, over HTTP, that does to a method whatever the test says. */
export async function openScriptedModern(methods: Record<string, Script>) {
  const lists: Record<string, Script> = {
    'server/discover': () => ({
      ...{ supportedVersions: ['2026-07-28'], capabilities: CAPABILITIES },
      _meta: { [MetaKey.serverInfo]: { name: 'scripted', version: '1' } },
    }),
    'tools/list': () => ({ tools: [{ name: 'tool', inputSchema: { type: 'object' } }] }),
    'prompts/list': () => ({ prompts: [{ name: 'prompt' }] }),
    'resources/list': () => ({ resources: [{ uri: 'x://one', name: 'one' }] }),
    'resources/templates/list': () => ({ resourceTemplates: [] }),
  }
  const server = await openRawHttp((request, response) => {
    const { id, method = '' } = request.body
    const script = methods[method] ?? lists[method]
    const send = (message: JsonObject) => sendEvents(response, dataOf(message))
    const unknown = { error: { code: -32601, message: 'Method not found' } }
    const said = script ? script(request, { send, response }) : unknown
    if (said === null) return
    const kept = { resultType: 'complete', ttlMs: 0, cacheScope: 'public' }
    const outcome = said['error'] === undefined ? { result: { ...kept, ...said } } : said
    sendJson(response, { jsonrpc: '2.0', id, ...outcome })
  })
  const asked = (method: string) => server.seen.filter(({ body }) => body.method === method)
  const definition: ServerInput = {
    ...{ type: 'STREAMABLE_HTTP', name: 'scripted', url: `${server.origin}/mcp` },
  }
  return Object.assign(server, { asked, definition })
}
