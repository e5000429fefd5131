import type { Ask, ClientFace, Era, Tenant } from '../connections/connection.ts'
import {
  isObject,
  RpcCode,
  RpcError,
  type JsonObject,
  type RequestId,
  type RpcNotification,
} from '../json-rpc.ts'
import type { KeptPayload } from '../kept-payload.ts'
import type { Span } from '../tracer.ts'
import type { McpLogLevel } from './log-levels.ts'
import type { Subscriber } from './subscriber.ts'

/**
 * One relayed request, in either era, as one plain value. Credentials never enter `params`.
 */
export type Call = {
  /** The endpoint's name. */
  endpoint: string
  /** Who calls, as the stable identity that sessions are bound to (`callerKey`). */
  caller: string
  /** The era that the client speaks, and its revision of it. */
  era: Era
  version?: string
  client: ClientFace
  method: string
  params: JsonObject
  /** Aborted when the client cancels, leaves, or loses its right to call. */
  signal: AbortSignal
  /** The session, or in the modern era the request itself: what servers say follows it. */
  owner: object
  /** Sends a notification that belongs to this request to the client: progress, log messages. */
  notify: (notification: RpcNotification) => void
  /** Puts a server's request to a legacy client; a modern one is answered with `input_required`. */
  ask: Ask
  /** From which level on the client wants log messages; `undefined`: none, or never said. */
  logLevel: McpLogLevel | undefined
  /**
   * Who may need connections of their own, given back once nothing of the call is left. With
   * `isShared` other calls of the same client may have the same ones.
   */
  borrowTenant: (isShared: boolean) => { tenant: Tenant; giveBack: () => void }
  /**
   * Where it is noted which server the call is for, for what and with what where it only leads to
   * another, and what the call log is to keep.
   */
  route?: {
    server: string | null
    meant?: { name: string; arguments: unknown }
    kept?: KeptPayload
  }
  /** What is told of it to a collector of traces; `undefined` where there is none. */
  span?: Span
  /** Who hears of resources that `resources/subscribe` names. */
  subscriber: Subscriber
}

/**
 * Never throws, but rejects. Those of every call are no `async` functions where they hand on what others
 * answer: each of these would make two more promises, and three more turns of the queue.
 */
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

/** What servers say when a list is another one. */
export const LIST_CHANGED = new Map<string, ListKind>([
  ['notifications/tools/list_changed', 'tools'],
  ['notifications/prompts/list_changed', 'prompts'],
  ['notifications/resources/list_changed', 'resources'],
])

/** The lists that each kind stands for. */
export const LIST_KINDS: readonly ListKind[] = ['tools', 'prompts', 'resources']

const LIST_METHODS: ReadonlySet<string> = new Set(Object.keys(LISTS))

export function isListMethod(method: string): method is ListMethod {
  return LIST_METHODS.has(method)
}

/** The prompt whose arguments are to be completed. */
export function completedPrompt({ method, params }: Pick<Call, 'method' | 'params'>): unknown {
  const ref = method === 'completion/complete' && isObject(params.ref) ? params.ref : {}
  return ref.type === 'ref/prompt' ? ref.name : undefined
}

/** A request of our own, on nobody's behalf: for what needs no client. */
export function ownCall(endpoint: string, method: string): Call {
  const client = { capabilities: {}, info: undefined }
  const ask = () => Promise.reject(new RpcError(RpcCode.methodNotFound, 'There is no client'))
  const tenant = { client, ask, notify: () => {} }
  return {
    ...{ endpoint, caller: '', era: 'modern', client, method, params: {}, ask },
    signal: new AbortController().signal,
    owner: tenant,
    notify: () => {},
    logLevel: undefined,
    borrowTenant: () => ({ tenant, giveBack: () => {} }),
    subscriber: { updated: () => {} },
  }
}

/** A request as a face hands it in. */
export type Asked = { id: RequestId; method: string; params: JsonObject }
