import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { echoServer } from './echo-definition.ts'
import type { EchoOptions } from './echo-options.ts'

type Json = Record<string, unknown>
type RawMessage = { id?: unknown; method?: string; params?: Json } & {
  result?: Json
  error?: { code: number; message: string; data?: Json }
}

/** What came back for one HTTP request: messages of a body or of events, and all of its text. */
export type RawReply = { status: number; headers: Headers; text: string; messages: RawMessage[] }

const HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
}

/** Sends one message and reads the reply to its end. */
export async function postRaw(url: string, message: object, headers = {}): Promise<RawReply> {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message })
  const response = await fetch(url, { method: 'POST', headers: { ...HEADERS, ...headers }, body })
  return readReply(response)
}

export async function readReply(response: Response): Promise<RawReply> {
  const text = await response.text()
  const events = [...text.matchAll(/^data: (.+)$/gm)].map(([, data = '']) => data)
  const found = events.length === 0 && text.startsWith('{') ? [text] : events
  const messages = found.map((one) => JSON.parse(one) as RawMessage)
  return { status: response.status, headers: response.headers, text, messages }
}

/** A request of the modern era with its envelope, and the headers that go with it. */
export function modernMessage(method: string, params: Json = {}, capabilities: Json = {}) {
  const version = '2026-07-28'
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientCapabilities': capabilities,
    ...(params['_meta'] as Json | undefined),
  }
  const name = params['name'] ?? params['uri'] ?? params['taskId']
  const headers = {
    'mcp-protocol-version': version,
    'mcp-method': method,
    ...(name === undefined ? {} : { 'mcp-name': String(name) }),
  }
  return { message: { id: 1, method, params: { ...params, _meta } }, headers }
}

export interface RawStdio extends AsyncDisposable {
  /** Whole lines of the server's stdout, so far. */
  readonly lines: string[]
  readonly exited: Promise<number | null>
  send(message: object): void
  /** Resolves with the first message, before or after, for which `check` holds. */
  until(check: (message: RawMessage) => boolean): Promise<RawMessage>
}

/** An echo server over stdio, line by line. */
export function openRawStdio(options: EchoOptions): RawStdio {
  const { command, args = [] } = echoServer(options)
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  const lines: string[] = []
  const reader = createInterface(child.stdout)
  reader.on('line', (line) => lines.push(line))
  return {
    ...{ lines, exited },
    send: (message) =>
      void child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`),
    async until(check) {
      for (let index = 0; ; index++) {
        while (index >= lines.length) await once(reader, 'line')
        const message = JSON.parse(lines[index] ?? '{}') as RawMessage
        if (check(message)) return message
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
