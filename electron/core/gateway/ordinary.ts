import type { Era } from '../connections/connection.ts'
import { isObject, type JsonObject } from '../json-rpc.ts'
import type { Call } from './call.ts'

const TASKS = 'io.modelcontextprotocol/tasks'

/**
 * A call as one that is answered when it is done, where one side is of the legacy era: its
 * experimental tasks are declared to nobody, so a request for one is an ordinary request
 * (2025-11-25, "Tasks": task support and handling), and the extension that replaced them is spoken
 * between modern clients and modern servers only.
 */
export function asOrdinary(call: Call, server: Era): Call {
  if (call.era === 'modern' && server === 'modern') return call
  const isTask = call.method === 'tools/call' && call.params.task !== undefined
  const ordinary = isTask ? { ...call, params: withoutTask(call) } : call
  if (call.era === 'modern') return ordinary
  const { capabilities } = call.client
  if (!isObject(capabilities.extensions) || !(TASKS in capabilities.extensions)) return ordinary
  const { [TASKS]: _, ...extensions } = capabilities.extensions
  return { ...ordinary, client: { ...call.client, capabilities: { ...capabilities, extensions } } }
}

function withoutTask({ params: { task: _, ...params } }: Call): JsonObject {
  return params
}
