import type { Json } from './server.ts'

export type Place = { url: string; endpoint: string; key: string }
export type Wanted = { tool: string; args: Json; signal: AbortSignal; wantsProgress?: boolean }

/** A client of one endpoint. What it rejects with says whether the way or the call was at fault. */
export type Caller = {
  /** The text of the result. */
  call(wanted: Wanted): Promise<string>
  /** The names of all tools. */
  list(signal: AbortSignal): Promise<string[]>
  close(): Promise<unknown>
}

/** How surplus answers are told. */
export type Surplus = (words: string) => void

/** An answer, but no good one. */
export class RpcFailure extends Error {}

type Message = { id?: unknown; method?: string; result?: Json; error?: Json }

const INFO = { name: 'soak', version: '1' }
const HELLO = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: INFO }
const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': INFO,
}

export function headersOf({ key }: Place): Record<string, string> {
  return {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
}

export const mcpOf = ({ url, endpoint }: Place) => `${url}/metamcp/${endpoint}/mcp`

export function textOf(result: Json): string {
  const [first] = (result['content'] ?? []) as { text?: string }[]
  if (result['isError']) throw new RpcFailure(`isError: ${first?.text}`)
  return first?.text ?? ''
}

function messagesOf(type: string, text: string): Message[] {
  if (!type.includes('text/event-stream')) return text === '' ? [] : [JSON.parse(text) as Message]
  const data = text.split('\n').filter((line) => line.startsWith('data: ') && line.length > 6)
  return data.map((line) => JSON.parse(line.slice(6)) as Message)
}

/** At the level of messages, of either era: what comes twice or too much is seen. */
export async function openRaw(era: 'legacy' | 'modern', place: Place, surplus: Surplus) {
  const own = headersOf(place)
  let id = 0
  async function post(message: Json, headers: Json, signal?: AbortSignal) {
    const answer = await fetch(mcpOf(place), {
      method: 'POST',
      headers: { ...own, ...(headers as Record<string, string>) },
      body: JSON.stringify({ jsonrpc: '2.0', ...message }),
      ...(signal && { signal }),
    })
    return { answer, text: await answer.text() }
  }
  async function request(method: string, params: Json, signal?: AbortSignal): Promise<Json> {
    const modern = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method }
    const named = typeof params['name'] === 'string' && { 'mcp-name': params['name'] }
    const headers = era === 'modern' ? { ...modern, ...named } : {}
    const _meta = { ...(params['_meta'] as Json), ...(era === 'modern' && ENVELOPE) }
    const asked = ++id
    const message = { id: asked, method, params: { ...params, _meta } }
    const { answer, text } = await post(message, headers, signal)
    const messages = messagesOf(answer.headers.get('content-type') ?? '', text)
    const answers = messages.filter((one) => one.method === undefined)
    const session = answer.headers.get('mcp-session-id')
    if (session !== null) own['mcp-session-id'] = session
    const [first] = answers
    if (!first) throw new Error(`HTTP ${answer.status} without an answer: ${text.slice(0, 100)}`)
    if (answers.length > 1) surplus(`${answers.length} answers to one request`)
    if (first.result && first.id !== asked)
      surplus(`the answer to ${String(first.id)}, not ${asked}`)
    if (first.error && answer.status === 404) throw new Error(String(first.error['message']))
    if (!first.result) throw new RpcFailure(String(first.error?.['message'] ?? text.slice(0, 200)))
    return first.result
  }
  if (era === 'legacy') {
    const signal = AbortSignal.timeout(20_000)
    await request('initialize', HELLO, signal)
    await post({ method: 'notifications/initialized' }, {}, signal)
  }
  const caller: Caller & { session(): string; lastId(): number } = {
    async call({ tool, args, signal, wantsProgress }) {
      const meta = wantsProgress && { _meta: { progressToken: `p${id}` } }
      return textOf(await request('tools/call', { name: tool, arguments: args, ...meta }, signal))
    },
    async list(signal) {
      const { tools } = await request('tools/list', {}, signal)
      return (tools as { name: string }[]).map(({ name }) => name)
    },
    async close() {
      if (era === 'modern') return
      const signal = AbortSignal.timeout(10_000)
      await fetch(mcpOf(place), { method: 'DELETE', headers: own, signal }).then((one) =>
        one.text(),
      )
    },
    session: () => own['mcp-session-id'] ?? '',
    lastId: () => id,
  }
  return caller
}
