/**
 * A real MCP server (revisions 2024-11-05 to 2025-11-25) over stdio, for tests. It has no
 * dependencies, so it is up within some 40 ms, and it misbehaves as its options say:
 *
 *     node electron/core/testing/echo-server.ts '{"tools":25,"pageSize":10}'
 */
import { existsSync, writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { echoOffer } from './echo-offer.ts'
import type { EchoOptions } from './echo-options.ts'
import { echoTools, ignoreSigterm, startGrandchild, text } from './echo-tools.ts'
import type { EchoState } from './echo-tools.ts'
import { EchoError, openEchoWire } from './echo-wire.ts'
import type { Incoming } from './echo-wire.ts'

type JsonObject = Record<string, unknown>
type Id = string | number
type Asked = { id: Id; params: JsonObject; signal: AbortSignal }
type Method = (asked: Asked) => JsonObject | Promise<JsonObject>

const VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05']

function serve(options: EchoOptions): void {
  const state: EchoState = {
    cancelled: [],
    children: [],
    logLevel: null,
    subscriptions: new Set(),
    held: new Map(),
  }
  const inFlight = new Map<Id, AbortController>()
  const offer = echoOffer(options)
  const wire = openEchoWire(options.garbage ?? false, receive)
  const tools = echoTools(wire, state, offer)
  const methods = { ...lists(), ...reads(), ...settings(), initialize, 'tools/call': callTool }
  const waiting: (() => void)[] = []

  function receive(message: Incoming): void {
    const { id, method = '', params = {} } = message
    if (method === 'notifications/cancelled') return cancel(params)
    if (id === undefined) return
    const running = new AbortController()
    inFlight.set(id, running)
    void respond(method, { id, params, signal: running.signal })
  }

  async function respond(method: string, asked: Asked): Promise<void> {
    try {
      const known = isDeclared(method) && Object.hasOwn(methods, method)
      if (!known) throw new EchoError(-32601, `Method not found: ${method}`)
      const result = await (methods as Record<string, Method>)[method]?.(asked)
      if (inFlight.has(asked.id)) settle(method, () => wire.answer(asked.id, result ?? {}))
    } catch (error) {
      if (inFlight.has(asked.id)) settle(method, () => wire.refuse(asked.id, error))
    } finally {
      inFlight.delete(asked.id)
    }
  }

  /** Answers now; out of order, an answer waits for the next one and goes after it. */
  function settle(method: string, answer: () => void): void {
    if (!options.outOfOrder || method !== 'tools/call') return answer()
    waiting.unshift(answer)
    if (waiting.length === 2) for (const next of waiting.splice(0)) next()
  }

  function cancel({ requestId, reason }: JsonObject): void {
    state.cancelled.push({ id: requestId, reason })
    inFlight.get(requestId as Id)?.abort()
    inFlight.delete(requestId as Id)
    const data = { cancelled: requestId, reason }
    wire.notify('notifications/message', { level: 'info', logger: 'echo', data })
  }

  function isDeclared(method: string): boolean {
    const owner = method.replace('completion/', 'completions/').split('/')[0]
    return !options.without?.some((capability) => capability === owner)
  }

  async function initialize({ params }: Asked): Promise<JsonObject> {
    if (options.hangInInitialize) await new Promise(() => {})
    if (options.delayMs) await delay(options.delayMs)
    while (options.waitFor && !existsSync(options.waitFor)) await delay(10)
    const wrong = options.initializeError
    if (wrong) throw new EchoError(wrong.code, wrong.message, wrong.data)
    if (options.grandchild) {
      state.children.push(await startGrandchild(options.grandchild === 'holds-pipes'))
    }
    return hello(options, String(params['protocolVersion']))
  }

  function callTool({ id, params, signal }: Asked): JsonObject | Promise<JsonObject> {
    const name = String(params['name'])
    const meta = params['_meta'] as JsonObject | undefined
    const progressToken = meta?.['progressToken']
    if (options.never?.includes(name)) return new Promise(() => {})
    if (!offer.tools.some((tool) => tool['name'] === name)) {
      throw new EchoError(-32602, `Unknown tool: ${name}`)
    }
    const args = (params['arguments'] ?? {}) as JsonObject
    const run = options.bare ? undefined : tools.get(name)
    if (!run) return text(`${name} ${JSON.stringify(args)}`)
    const progress = (done: number, total?: number) => {
      if (progressToken === undefined || signal.aborted) return
      wire.notify('notifications/progress', { progressToken, progress: done, total, 'x-kept': 1 })
    }
    return run({ id, params, args, signal, progress })
  }

  function lists(): Record<string, Method> {
    const page = (key: keyof typeof offer) => (asked: Asked) =>
      pageOf({ key, items: offer[key], size: options.pageSize, cursor: asked.params['cursor'] })
    return {
      'tools/list': page('tools'),
      'prompts/list': page('prompts'),
      'resources/list': page('resources'),
      'resources/templates/list': page('resourceTemplates'),
    }
  }

  function reads(): Record<string, Method> {
    return {
      'prompts/get'({ params }) {
        const known = offer.prompts.some((prompt) => prompt['name'] === params['name'])
        if (!known) throw new EchoError(-32602, `Unknown prompt: ${String(params['name'])}`)
        const words = `${String(params['name'])} ${JSON.stringify(params['arguments'] ?? {})}`
        const content = { type: 'text', text: words }
        return { messages: [{ role: 'user', content, 'x-message': 1 }], 'x-result': true }
      },
      'resources/read'({ params: { uri } }) {
        const known = offer.resources.some((resource) => resource['uri'] === uri)
        if (!known && !String(uri).startsWith('echo://items/')) {
          throw new EchoError(-32002, 'Resource not found', { uri })
        }
        if (uri === 'echo://blob') return { contents: [{ uri, blob: 'AAEC' }] }
        return { contents: [{ uri, text: `content of ${String(uri)}`, 'x-content': 1 }] }
      },
      'completion/complete': ({ params }) => {
        const { value = '' } = (params['argument'] ?? {}) as JsonObject
        return { completion: { values: [`${String(value)}-1`, `${String(value)}-2`], total: 2 } }
      },
    }
  }

  function settings(): Record<string, Method> {
    return {
      ping: () => ({}),
      'logging/setLevel': ({ params }) => ((state.logLevel = String(params['level'])), {}),
      'resources/subscribe': ({ params }) => (state.subscriptions.add(String(params['uri'])), {}),
      'resources/unsubscribe': ({ params }) => (
        state.subscriptions.delete(String(params['uri'])),
        {}
      ),
    }
  }
}

function hello(options: EchoOptions, asked: string): JsonObject {
  const spoken = VERSIONS.includes(asked) ? asked : VERSIONS[0]
  const capabilities = {
    tools: { listChanged: true },
    prompts: { listChanged: true },
    resources: { subscribe: true, listChanged: true },
    logging: {},
    completions: {},
    experimental: { 'x-vendor': { kept: true } },
  }
  const declared = Object.entries(capabilities).filter(
    ([name]) => !options.without?.some((capability) => capability === name),
  )
  return {
    protocolVersion: options.protocolVersion ?? spoken,
    capabilities: Object.fromEntries(declared),
    serverInfo: { name: options.name ?? 'echo', title: 'Echo', version: '1.0.0' },
    instructions: options.instructions,
    'x-hello': { kept: true },
  }
}

type Page = { key: string; items: JsonObject[]; size: number | undefined; cursor: unknown }

function pageOf({ key, items, size = Infinity, cursor }: Page): JsonObject {
  const from = cursor === undefined ? 0 : Number(/^page-(\d+)$/.exec(String(cursor))?.[1])
  if (Number.isNaN(from)) throw new EchoError(-32602, `Unknown cursor: ${String(cursor)}`)
  const result = { [key]: items.slice(from, from + size), 'x-page': from }
  return from + size < items.length ? { ...result, nextCursor: `page-${from + size}` } : result
}

function start(options: EchoOptions): void {
  if (options.stderr !== undefined) writeSync(2, `${options.stderr}\n`)
  const early = options.exitAtStart
  if (early && !(options.exitUnless && existsSync(options.exitUnless))) {
    if (early.stderr !== undefined) writeSync(2, `${early.stderr}\n`)
    process.exit(early.code)
  }
  if (options.ignoreSigterm) ignoreSigterm()
  if (options.garbage) process.stdout.write('Starting up...\n\n[object Object]\n')
  const lines = Math.ceil((options.stderrFloodBytes ?? 0) / 64)
  for (let line = 0; line < lines; line++) {
    process.stderr.write(`${`flood ${line} `.padEnd(63, '.')}\n`)
  }
  // Open handles (a held call, a grandchild) must not outlive the client that started us.
  if (!options.ignoreSigterm) process.stdin.on('end', () => process.exit(0))
  serve(options)
}

start(JSON.parse(process.argv[2] ?? '{}') as EchoOptions)
