import type { TempCore } from './temp-core.ts'

export const LEGACY = '2025-11-25'
export const MODERN = '2026-07-28'

type Json = { result?: object; error?: object; id?: unknown }
type Sent = { method?: string; headers?: Record<string, string>; body?: unknown; path?: string }
export type Answered = { status: number; headers: Headers; json: Json }

/** Parameters of an `initialize` that is fine. */
export const HELLO = {
  protocolVersion: LEGACY,
  capabilities: {},
  clientInfo: { name: 'probe', version: '1' },
}

/** Sends single HTTP requests as a client would, with a good key unless told otherwise. */
export function openProbe(core: TempCore) {
  async function send(sent: Sent): Promise<Answered> {
    const { method = 'POST', headers = {}, body, path = '/metamcp/default/mcp' } = sent
    const response = await fetch(core.url + path, {
      method,
      headers: {
        authorization: `Bearer ${core.key}`,
        accept: 'application/json, text/event-stream',
        ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      body: typeof body === 'string' || body === undefined ? (body ?? null) : JSON.stringify(body),
    })
    return {
      status: response.status,
      headers: response.headers,
      json: parse(await response.text()),
    }
  }

  /** Opens a session and resolves with its id. */
  async function openSession(headers: Record<string, string> = {}): Promise<string> {
    const answered = await send({ body: rpc('initialize', HELLO), headers })
    const id = answered.headers.get('mcp-session-id')
    if (answered.status !== 200 || !id) throw new Error(`no session: ${answered.status}`)
    return id
  }

  return { send, openSession }
}

export function rpc(method: string, params: object = {}, id: unknown = 1) {
  return { jsonrpc: '2.0', id, method, params }
}

/** A request of the modern era, with its envelope. */
export function modern(method: string, params: object = {}) {
  return rpc(method, {
    ...params,
    _meta: {
      'io.modelcontextprotocol/protocolVersion': MODERN,
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  })
}

export function modernHeaders(method: string, name?: string): Record<string, string> {
  const named: Record<string, string> = name === undefined ? {} : { 'mcp-name': name }
  return { 'mcp-protocol-version': MODERN, 'mcp-method': method, ...named }
}

/** The answer in a body, whether it is JSON or an event of a stream. */
function parse(text: string): Json {
  const data = /^data: (.*)$/m.exec(text)?.[1] ?? text
  return data === '' ? {} : (JSON.parse(data) as Json)
}
