import { setTimeout as delay } from 'node:timers/promises'
import { existsSync } from 'node:fs'
import type { EchoOffer } from './echo-offer.ts'
import type { EchoOptions } from './echo-options.ts'
import { echoTools, startGrandchild, text } from './echo-tools.ts'
import type { EchoState } from './echo-tools.ts'
import { EchoError } from './echo-wire.ts'
import type { EchoWire } from './echo-wire.ts'

type JsonObject = Record<string, unknown>

/** A request on its way; `signal` aborts when the client cancels it. */
export type Asked = { id: string | number; params: JsonObject; signal: AbortSignal }
export type Method = (asked: Asked) => JsonObject | Promise<JsonObject>
type World = { options: EchoOptions; offer: EchoOffer; state: EchoState; wire: EchoWire }

const VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05']

/** Everything a client may ask for, by the name of the method. */
export function echoMethods(world: World): Map<string, Method> {
  const { options, offer, state } = world
  return new Map(
    Object.entries({
      initialize: initialize(options, state),
      'tools/call': callTool(world),
      ...lists(options, offer),
      ...reads(offer),
      ...settings(state),
    }),
  )
}

function initialize(options: EchoOptions, state: EchoState): Method {
  return async ({ params }) => {
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

function callTool({ options, offer, state, wire }: World): Method {
  const tools = echoTools(wire, state, offer)
  return ({ id, params, signal }) => {
    const name = String(params['name'])
    const args = (params['arguments'] ?? {}) as JsonObject
    const { progressToken } = (params['_meta'] ?? {}) as JsonObject
    if (options.never?.includes(name)) return new Promise(() => {})
    if (!offer.tools.some((tool) => tool['name'] === name)) {
      throw new EchoError(-32602, `Unknown tool: ${name}`)
    }
    const progress = (done: number, total?: number) => {
      if (progressToken === undefined || signal.aborted) return
      wire.notify('notifications/progress', { progressToken, progress: done, total, 'x-kept': 1 })
    }
    const run = options.bare ? undefined : tools.get(name)
    return run
      ? run({ id, params, args, signal, progress })
      : text(`${name} ${JSON.stringify(args)}`)
  }
}

function lists(options: EchoOptions, offer: EchoOffer): Record<string, Method> {
  const page =
    (key: keyof EchoOffer): Method =>
    ({ params }) =>
      pageOf({ key, items: offer[key], size: options.pageSize, cursor: params['cursor'] })
  return {
    'tools/list': page('tools'),
    'prompts/list': page('prompts'),
    'resources/list': page('resources'),
    'resources/templates/list': page('resourceTemplates'),
  }
}

type Page = { key: string; items: JsonObject[]; size: number | undefined; cursor: unknown }

function pageOf({ key, items, size = Infinity, cursor }: Page): JsonObject {
  const from = cursor === undefined ? 0 : Number(/^page-(\d+)$/.exec(String(cursor))?.[1])
  if (Number.isNaN(from)) throw new EchoError(-32602, `Unknown cursor: ${String(cursor)}`)
  const result = { [key]: items.slice(from, from + size), 'x-page': from }
  return from + size < items.length ? { ...result, nextCursor: `page-${from + size}` } : result
}

function reads(offer: EchoOffer): Record<string, Method> {
  return {
    'prompts/get'({ params }) {
      const name = String(params['name'])
      if (!offer.prompts.some((prompt) => prompt['name'] === name)) {
        throw new EchoError(-32602, `Unknown prompt: ${name}`)
      }
      const words = `${name} ${JSON.stringify(params['arguments'] ?? {})}`
      const message = { role: 'user', content: { type: 'text', text: words }, 'x-message': 1 }
      return { messages: [message], 'x-result': true }
    },
    'resources/read'({ params: { uri } }) {
      const known = offer.resources.some((resource) => resource['uri'] === uri)
      if (!known && !String(uri).startsWith('echo://items/')) {
        throw new EchoError(-32002, 'Resource not found', { uri })
      }
      if (uri === 'echo://blob') return { contents: [{ uri, blob: 'AAEC' }] }
      return { contents: [{ uri, text: `content of ${String(uri)}`, 'x-content': 1 }] }
    },
    'completion/complete'({ params }) {
      const { value = '' } = (params['argument'] ?? {}) as JsonObject
      return { completion: { values: [`${String(value)}-1`, `${String(value)}-2`], total: 2 } }
    },
  }
}

function settings(state: EchoState): Record<string, Method> {
  return {
    ping: () => ({}),
    'logging/setLevel'({ params }) {
      state.logLevel = String(params['level'])
      return {}
    },
    'resources/subscribe'({ params }) {
      state.subscriptions.add(String(params['uri']))
      return {}
    },
    'resources/unsubscribe'({ params }) {
      state.subscriptions.delete(String(params['uri']))
      return {}
    },
  }
}
