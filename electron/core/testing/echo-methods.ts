import { beforeHello, legacyHello, modernHello } from './echo-hello.ts'
import type { EchoOffer } from './echo-options.ts'
import { text } from './echo-results.ts'
import { echoTools } from './echo-tools.ts'
import { EchoError, notification } from './echo-wire.ts'
import type { JsonObject } from './echo-wire.ts'
import type { Asked, EchoWorld } from './echo-world.ts'

export type Method = (asked: Asked) => JsonObject | Promise<JsonObject>

/** Everything both eras may ask for, by the name of the method, and the first contact of each. */
export function echoMethods(world: EchoWorld): Map<string, Method> {
  const modern = world.options.era === 'modern'
  return new Map(
    Object.entries({
      ...(modern ? { 'server/discover': discover(world) } : { initialize: initialize(world) }),
      'tools/call': callTool(world),
      ...lists(world),
      ...reads(world),
    }),
  )
}

function initialize(world: EchoWorld): Method {
  return async ({ params }) => {
    await beforeHello(world)
    return legacyHello(world, String(params['protocolVersion']))
  }
}

function discover(world: EchoWorld): Method {
  return async () => {
    await beforeHello(world)
    return modernHello(world)
  }
}

function callTool(world: EchoWorld): Method {
  const { options, offer, state } = world
  const tools = echoTools(world)
  return async (asked) => {
    const { params } = asked
    const name = String(params['name'])
    const args = (params['arguments'] ?? {}) as JsonObject
    if (options.never?.includes(name)) return new Promise(() => {})
    if (!offer.tools.some((tool) => tool['name'] === name)) {
      throw new EchoError(-32602, `Unknown tool: ${name}`)
    }
    const running = { name }
    state.running.add(running)
    try {
      const run = tools.get(name)
      if (!run) return text(`${name} ${JSON.stringify(args)}`)
      return await run({ ...asked, args, progress: progressOf(asked) })
    } finally {
      state.running.delete(running)
    }
  }
}

function progressOf({ params, signal, line }: Asked) {
  const { progressToken } = (params['_meta'] ?? {}) as JsonObject
  return (progress: number, total?: number) => {
    if (progressToken === undefined || signal.aborted) return
    const step = { progressToken, progress, total, 'x-kept': 1 }
    line.send(notification('notifications/progress', step))
  }
}

function lists({ options, offer }: EchoWorld): Record<string, Method> {
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

function reads({ options, offer, extra }: EchoWorld): Record<string, Method> {
  const missing = options.era === 'modern' ? -32602 : -32002
  return {
    async 'prompts/get'(asked) {
      const { params } = asked
      const name = String(params['name'])
      if (!offer.prompts.some((prompt) => prompt['name'] === name)) {
        throw new EchoError(-32602, `Unknown prompt: ${name}`)
      }
      const messages = await extra?.messages(asked)
      if (messages) return { messages }
      const args = (params['arguments'] ?? {}) as JsonObject
      if (args['name'] === '?') args['name'] = await askWho(asked)
      const words = `${name} ${JSON.stringify(args)}`
      const message = { role: 'user', content: { type: 'text', text: words }, 'x-message': 1 }
      return { messages: [message], 'x-result': true }
    },
    async 'resources/read'(asked) {
      const uri = String(asked.params['uri'])
      const known = offer.resources.some((resource) => resource['uri'] === uri)
      const content = extra?.content(uri)
      if (content) return { contents: [content] }
      if (!known && !uri.startsWith('echo://items/')) {
        throw new EchoError(missing, 'Resource not found', { uri })
      }
      if (uri === ASKING) return { contents: [{ uri, text: `content of ${await askWho(asked)}` }] }
      return { contents: [contentOf(uri)] }
    },
    'completion/complete'({ params }) {
      const { value = '' } = (params['argument'] ?? {}) as JsonObject
      return { completion: { values: [`${String(value)}-1`, `${String(value)}-2`], total: 2 } }
    },
  }
}

/** A resource that asks before it is read; a prompt does so when it is to greet `?`. */
const ASKING = 'echo://items/?'

/** The name that the user fills in; what else comes back as it is. */
async function askWho({ ask }: Asked): Promise<string> {
  const requestedSchema = { type: 'object', properties: { name: { type: 'string' } } }
  const params = { message: 'Who is it?', requestedSchema }
  const { who } = await ask({ who: { method: 'elicitation/create', params } })
  const { content } = (who?.['result'] ?? {}) as { content?: JsonObject }
  return String(content?.['name'] ?? JSON.stringify(who))
}

function contentOf(uri: string): JsonObject {
  if (uri === 'echo://blob') return { uri, blob: 'AAEC' }
  if (uri.startsWith('ui://')) {
    const html = '<!doctype html><title>Echo</title><p>An app.</p>'
    return { uri, mimeType: 'text/html;profile=mcp-app', text: html, _meta: { ui: {} } }
  }
  return { uri, text: `content of ${uri}`, 'x-content': 1 }
}
