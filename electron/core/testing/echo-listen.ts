import { needTasks } from './echo-tasks.ts'
import { notification } from './echo-wire.ts'
import type { JsonObject } from './echo-wire.ts'
import type { Asked, EchoWorld } from './echo-world.ts'

const FIELDS: Record<string, { method: string; capability: string }> = {
  toolsListChanged: { method: 'notifications/tools/list_changed', capability: 'tools' },
  promptsListChanged: { method: 'notifications/prompts/list_changed', capability: 'prompts' },
  resourcesListChanged: { method: 'notifications/resources/list_changed', capability: 'resources' },
}

/**
 * `subscriptions/listen` (2026-07-28, basic/patterns/subscriptions): acknowledges, tells what was
 * asked for until the client cancels it or we end it, and only then is answered.
 */
export function listen(world: EchoWorld, asked: Asked): Promise<JsonObject> {
  const { id, line, signal } = asked
  const honoured = honour(world, asked)
  const methods = new Set(Object.keys(honoured).map((field) => FIELDS[field]?.method))
  const subscriptions = new Set((honoured['resourceSubscriptions'] ?? []) as string[])
  const tasks = new Set((honoured['taskIds'] ?? []) as string[])
  const _meta = { 'io.modelcontextprotocol/subscriptionId': id }
  const ended = Promise.withResolvers<JsonObject>()
  const listener = {
    subscriptions,
    tell(method: string, params: JsonObject = {}) {
      const wanted =
        methods.has(method) ||
        (method === 'notifications/resources/updated' &&
          subscriptions.has(String(params['uri']))) ||
        (method === 'notifications/tasks' && tasks.has(String(params['taskId'])))
      if (wanted) line.send(notification(method, { ...params, _meta }))
    },
    send: line.send,
    end(abrupt: boolean) {
      world.listeners.delete(listener)
      if (abrupt) line.drop()
      else ended.resolve({ _meta })
    },
  }
  const acknowledged = { notifications: honoured, _meta }
  line.send(notification('notifications/subscriptions/acknowledged', acknowledged))
  world.listeners.add(listener)
  signal.addEventListener('abort', () => world.listeners.delete(listener))
  return ended.promise
}

/** The part of the filter that we can tell anything about. */
function honour({ options }: EchoWorld, { params, client }: Asked): JsonObject {
  const wanted = (params['notifications'] ?? {}) as JsonObject
  const has = (capability: string) => !options.without?.some((one) => one === capability)
  if (wanted['taskIds']) needTasks(client)
  const entries = Object.entries(wanted).filter(([field, value]) => {
    if (field === 'resourceSubscriptions') return has('resources')
    if (field === 'taskIds') return true
    const known = Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined
    return value === true && known !== undefined && has(known.capability)
  })
  return Object.fromEntries(entries)
}
