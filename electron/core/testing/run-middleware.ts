import type { MiddlewareEntry } from '../../../shared/middleware.ts'
import { ownCall, type Call, type Handler } from '../gateway/call.ts'
import { ORIGIN, type Listed } from '../gateway/catalog.ts'
import { compose } from '../gateway/compose.ts'
import type { MiddlewarePlace } from '../gateway/middleware/kind.ts'
import { MIDDLEWARE_KINDS } from '../gateway/middleware/kinds.ts'
import { openMemory, type Memory } from '../gateway/middleware/memory.ts'
import { openMiddlewares } from '../gateway/middleware/middlewares.ts'
import { openOwnModules } from '../gateway/middleware/own-modules.ts'
import type { JsonObject } from '../json-rpc.ts'
import { openLog } from '../log.ts'

export type MiddlewareRun = {
  /** What the innermost handler got, in order. */
  reached: Call[]
  memory: Memory
  send(method: string, params?: JsonObject, more?: Partial<Call>): Promise<JsonObject>
  callTool(name: string, args?: JsonObject, more?: Partial<Call>): Promise<JsonObject>
}

const log = openLog('silent')

/** A namespace's list of middlewares around a handler, with these tools in its catalog. */
export function runMiddlewares(
  entries: readonly MiddlewareEntry[],
  answer: (call: Call) => JsonObject | Promise<JsonObject>,
  tools: readonly JsonObject[] = [],
): MiddlewareRun {
  const middlewares = openMiddlewares(MIDDLEWARE_KINDS, openOwnModules(log))
  middlewares.check(entries)
  const listed = new Map(tools.map((tool) => [tool.name, listedTool(tool)]))
  const kept = new Map<string, unknown>()
  const redactions: MiddlewarePlace['redactions'] = []
  const memory = openMemory()
  const made = middlewares.make(entries, (entry) => ({
    ...{
      endpoint: 'default',
      endpointId: 'e',
      memory,
      log,
      redactions,
      isTaken: (name) => listed.has(name),
      isOn: () => true,
      hold: () => null,
      held: () => undefined,
    },
    toolOf: ({ method, params }) =>
      method === 'tools/call' ? listed.get(params.name as string) : undefined,
    keep: <T>(make: () => T) => {
      if (!kept.has(entry)) kept.set(entry, make())
      return kept.get(entry) as T
    },
  }))
  const reached: Call[] = []
  const innermost: Handler = (call) => {
    reached.push(call)
    return Promise.resolve(answer(call))
  }
  const handle = compose(...made)(innermost)
  const send: MiddlewareRun['send'] = (method, params = {}, more = {}) =>
    handle({ ...ownCall('default', method), caller: 'key', ...more, params })
  return {
    ...{ reached, send, memory },
    callTool: (name, args = {}, more = {}) => send('tools/call', { name, arguments: args }, more),
  }
}

function listedTool(tool: JsonObject): Listed {
  const name = String(tool.name)
  return { ...tool, [ORIGIN]: { serverId: 's', server: 'server', name } }
}

export function textResult(text: string): JsonObject {
  return { content: [{ type: 'text', text }] }
}
