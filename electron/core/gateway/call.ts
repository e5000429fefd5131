import type { JsonObject, RpcNotification } from '../json-rpc.ts'

/**
 * One relayed request, in either era, as one plain value. Credentials never enter `params`.
 */
export type Call = {
  /** The endpoint's name. */
  endpoint: string
  /** Who calls, as the stable identity that sessions are bound to (`callerKey`). */
  caller: string
  method: string
  params: JsonObject
  /** Aborted when the client cancels, leaves, or loses its right to call. */
  signal: AbortSignal
  /** The session, or in the modern era the request itself: servers' log messages follow it. */
  owner: object
  /** Sends a notification that belongs to this request to the client: progress, log messages. */
  notify: (notification: RpcNotification) => void
}

export type Handler = (call: Call) => Promise<JsonObject>

/** A function around a relayed request: it may refuse it, change it, or change the result. */
export type Middleware = (next: Handler) => Handler

/** The four lists of MCP: what a request asks for, and where its result holds the items. */
export const LISTS = {
  'tools/list': 'tools',
  'prompts/list': 'prompts',
  'resources/list': 'resources',
  'resources/templates/list': 'resourceTemplates',
} as const

export type ListMethod = keyof typeof LISTS

/** Kinds of lists that have a `notifications/<kind>/list_changed`; templates count as resources. */
export type ListKind = 'tools' | 'prompts' | 'resources'

export function isListMethod(method: string): method is ListMethod {
  return Object.hasOwn(LISTS, method)
}
