import { ServerDown } from '../connections/connection.ts'
import { isObject, RpcCode, RpcError, type JsonObject } from '../json-rpc.ts'
import { isListMethod, LISTS, type Call, type Handler } from './call.ts'
import type { Catalog, Origin } from './catalog.ts'
import { serverDown, type Relay } from './relay.ts'
import type { Subscriptions } from './subscriptions.ts'
import { requireTasks, TASK_METHODS, type TaskHandles } from './task-handles.ts'
import { unknownMethod, unknownPrompt, unknownResource, unknownTool } from './unknown.ts'

export type ForwardParts = { relay: Relay; subscriptions: Subscriptions; tasks: TaskHandles }

/**
 * The innermost handler: answers lists from the catalog, and sends everything else to the server
 * that the catalog names, untouched but for the name.
 */
export function forward(catalog: Catalog, parts: ForwardParts): Handler {
  const { relay } = parts
  return function forward(call) {
    const { method, params } = call
    if (method === 'tools/call') {
      const origin = find(catalog.tool, params.name)
      if (!origin) return Promise.reject(unknownTool(params.name))
      return relay.send(origin, { ...call, params: { ...params, name: origin.name } })
    }
    return forwardOther(call)
  }

  async function forwardOther(call: Call): Promise<JsonObject> {
    const { method, params } = call
    if (isListMethod(method)) return { [LISTS[method]]: [...catalog[LISTS[method]]] }
    if (method === 'prompts/get') {
      const origin = find(catalog.prompt, params.name)
      if (!origin) throw unknownPrompt(params.name)
      return relay.send(origin, { ...call, params: { ...params, name: origin.name } })
    }
    if (method === 'resources/read') {
      return firstThatKnows(catalog, call, (origin) => relay.send(origin, call))
    }
    if (method === 'resources/subscribe' || method === 'resources/unsubscribe') {
      return subscribe(catalog, parts, call)
    }
    if (method === 'completion/complete') return complete(catalog, relay, call)
    if (TASK_METHODS.has(method)) return aboutTask(catalog, parts, call)
    throw unknownMethod(method)
  }
}

/** Only text is a name. A list of one text looks like it once it is made one, and passed the filter. */
function find(resolve: (name: string) => Origin | undefined, name: unknown): Origin | undefined {
  return typeof name === 'string' ? resolve(name) : undefined
}

/** Asks the servers that may know the URI in turn; the last one's answer stands. */
async function firstThatKnows(
  catalog: Catalog,
  call: Call,
  ask: (origin: Origin) => Promise<JsonObject>,
): Promise<JsonObject> {
  const { uri } = call.params
  const candidates = typeof uri === 'string' ? catalog.resource(uri) : []
  let refusal: RpcError = unknownResource(uri)
  for (const origin of candidates) {
    try {
      return await ask(origin)
    } catch (error) {
      if (!isNotFound(error)) throw error
      refusal = error
    }
  }
  throw refusal
}

async function subscribe(
  catalog: Catalog,
  { subscriptions }: ForwardParts,
  call: Call,
): Promise<JsonObject> {
  const { subscriber, signal } = call
  const topic = { kind: 'resource' as const, id: String(call.params.uri) }
  if (call.method === 'resources/unsubscribe') {
    const wasAnywhere = await subscriptions.unsubscribe(topic, { subscriber, signal })
    // What was never subscribed to is as good as given up, if there is such a thing.
    if (!wasAnywhere && catalog.resource(topic.id).length === 0) throw unknownResource(topic.id)
    return {}
  }
  return firstThatKnows(catalog, call, async ({ serverId }) => {
    const { tenant, giveBack } = call.borrowTenant(false)
    try {
      await subscriptions.subscribe({ serverId, topic, subscriber, tenant, signal })
    } catch (error) {
      throw error instanceof ServerDown ? serverDown(error) : error
    } finally {
      giveBack()
    }
    return {}
  })
}

function complete(catalog: Catalog, relay: Relay, call: Call): Promise<JsonObject> {
  const ref = isObject(call.params.ref) ? call.params.ref : {}
  if (ref.type === 'ref/prompt') {
    const origin = find(catalog.prompt, ref.name)
    if (!origin) throw unknownPrompt(ref.name)
    const params = { ...call.params, ref: { ...ref, name: origin.name } }
    return relay.send(origin, { ...call, params })
  }
  const [origin] = typeof ref.uri === 'string' ? catalog.resource(ref.uri) : []
  if (!origin) throw unknownResource(ref.uri)
  return relay.send(origin, call)
}

async function aboutTask(catalog: Catalog, { relay, tasks }: ForwardParts, call: Call) {
  requireTasks(call.client)
  const { serverId, taskId } = tasks.originOf(call.params.taskId, call.caller)
  const server = catalog.server(serverId)
  // Switched off, or gone: in the words for a task that never was.
  if (server === undefined) throw tasks.unknown(call.params.taskId)
  const origin = { serverId, server, name: taskId }
  return relay.send(origin, { ...call, params: { ...call.params, taskId } })
}

function isNotFound(error: unknown): error is RpcError {
  // The modern era, and servers that never knew better, say -32602 for an unknown resource.
  return (
    error instanceof RpcError &&
    (error.code === RpcCode.resourceNotFound || error.code === RpcCode.invalidParams)
  )
}
