import { appendFileSync } from 'node:fs'
import { answerHttp } from './server-http.ts'
import { misbehave } from './server-misbehaviour.ts'

/** What a server of the soak is told at its start, as its one argument. */
export type SoakServer = {
  name: string
  /** A line for each call that came, so that one that was made twice is seen. */
  record: string
  era?: 'legacy' | 'modern'
  /** The port of Streamable HTTP; stdio without one. */
  http?: number
  /** Answers nothing at all. */
  hangs?: boolean
  /** Ends before it reads anything. */
  exits?: boolean
}

export type Json = Record<string, unknown>
export type Incoming = { id?: string | number; method?: string; params?: Json }
/** The way back to the client. */
export type Line = {
  send(message: Json): void
  /** Text that may be no message at all. */
  write(text: string): void
}

const VERSION = '2025-11-25'
const options = JSON.parse(process.argv[2] ?? '{}') as SoakServer
/** What it does at the moment, and shall not. */
export const state = { doubledUntil: 0, listed: 0, httpFault: '', httpFaultUntil: 0 }
const cancelled = new Set<unknown>()

const TOOLS = ['echo', 'big', 'take', 'slow', 'log', 'misbehave']

function list(): Json {
  const names = [...TOOLS, ...Array.from({ length: state.listed }, (_, at) => `extra_${at}`)]
  const inputSchema = { type: 'object', properties: { value: { type: 'string' } } }
  return { tools: names.map((name) => ({ name, description: `It does ${name}.`, inputSchema })) }
}

type Call = { value: string; args: Json; token: unknown; id: unknown; line: Line }
type Tool = (call: Call) => string | Promise<string>

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const tools: Record<string, Tool> = {
  echo: ({ value }) => value,
  big: ({ value, args }) => `${value}:${'x'.repeat(Number(args['bytes']))}`,
  take: ({ value, args }) => `${value}:${String(args['data']).length}`,
  async slow({ value, args, token, id, line }) {
    const steps = Number(args['steps'])
    for (let step = 1; step <= steps && !cancelled.delete(id); step++) {
      const progress = { progressToken: token, progress: step, total: steps }
      if (token !== undefined) notify(line, 'notifications/progress', progress)
      await pause(Number(args['stepMs']))
    }
    return value
  },
  log({ value, args, line }) {
    for (let count = 0; count < Number(args['lines']); count++) {
      notify(line, 'notifications/message', { level: 'info', data: `${value} ${count}` })
    }
    return value
  },
  misbehave({ value, args, line }) {
    // Once it has answered: whoever asks for it is to know that it begins.
    setImmediate(() => misbehave(String(args['how']), { args, line, state, notify }))
    return value
  },
}

export function notify(line: Line, method: string, params?: Json): void {
  line.send({ jsonrpc: '2.0', method, ...(params && { params }) })
}

async function call({ id, params = {} }: Incoming, line: Line): Promise<Json> {
  const args = (params['arguments'] ?? {}) as Json
  const value = String(args['value'])
  appendFileSync(options.record, `${value}\n`)
  const token = (params['_meta'] as Json | undefined)?.['progressToken']
  const run = tools[String(params['name'])]
  const text = run ? await run({ value, args, token, id, line }) : value
  return { content: [{ type: 'text', text }] }
}

const capabilities = { tools: { listChanged: true }, logging: {} }
const serverInfo = { name: options.name, version: '1' }

function resultOf(message: Incoming, line: Line): Json | undefined | Promise<Json> {
  switch (message.method ?? '') {
    case 'initialize':
      if (options.era === 'modern') return undefined
      return { protocolVersion: VERSION, capabilities, serverInfo }
    case 'server/discover':
      if (options.era !== 'modern') return undefined
      return {
        supportedVersions: ['2026-07-28'],
        capabilities,
        ttlMs: 60_000,
        cacheScope: 'public',
      }
    case 'tools/list':
      return { ...list(), ...(options.era === 'modern' && { ttlMs: 1_000, cacheScope: 'public' }) }
    case 'tools/call':
      return call(message, line)
    case 'ping':
    case 'logging/setLevel':
      return {}
    default:
      return undefined
  }
}

export async function receive(message: Incoming, line: Line): Promise<void> {
  const { id, method } = message
  if (method === 'notifications/cancelled') cancelled.add(message.params?.['requestId'])
  if (id === undefined || method === undefined || options.hangs) return
  if (method === 'subscriptions/listen') return acknowledge(message, line)
  const result = await resultOf(message, line)
  if (result === undefined) {
    line.send({ jsonrpc: '2.0', id, error: { code: -32601, message: `no method ${method}` } })
    return
  }
  const modern = options.era === 'modern' && {
    resultType: 'complete',
    _meta: { 'io.modelcontextprotocol/serverInfo': serverInfo },
  }
  const answer = { jsonrpc: '2.0', id, result: { ...result, ...modern } }
  line.send(answer)
  if (performance.now() < state.doubledUntil) line.send(answer)
}

/** It tells those who listen nothing but that they do. */
function acknowledge({ id, params = {} }: Incoming, line: Line): void {
  notify(line, 'notifications/subscriptions/acknowledged', {
    notifications: params['notifications'] ?? {},
    _meta: { 'io.modelcontextprotocol/subscriptionId': id },
  })
}

function serveStdio(): void {
  const line: Line = {
    send: (message) => void process.stdout.write(`${JSON.stringify(message)}\n`),
    write: (text) => void process.stdout.write(text),
  }
  let parts: string[] = []
  process.stdin.setEncoding('utf8').on('data', (text: string) => {
    const lines = text.split('\n')
    while (lines.length > 1) {
      const whole = parts.join('') + (lines.shift() ?? '')
      parts = []
      void receive(JSON.parse(whole) as Incoming, line)
    }
    parts.push(lines[0] ?? '')
  })
  process.stdin.on('end', () => process.exit(0))
  process.stdout.on('error', () => process.exit(0))
}

if (options.exits) process.exit(3)
if (options.http === undefined) serveStdio()
else answerHttp(options.http, { receive, state })
