import {
  isObject,
  MetaKey,
  RpcCode,
  RpcError,
  type JsonObject,
  type RpcNotification,
} from '../json-rpc.ts'
import { cancelled } from './answer.ts'
import { LIST_KINDS, type Call, type ListKind } from './call.ts'
import type { Endpoint, Visitor } from './endpoint.ts'
import type { ModernCall } from './modern-call.ts'
import { unmarkedHandle } from './places.ts'
import type { Subscriber } from './subscriber.ts'
import type { Subscriptions } from './subscriptions.ts'
import { requireTasks, type TaskHandles } from './task-handles.ts'

/** A server that does not answer must not keep the client from hearing of the others. */
const SUBSCRIBE_MS = 10_000

/** News before the acknowledgement; beyond it the oldest are lost. */
const MAX_EARLY = 1_000

/** Somebody's open stream. */
type Listening = { endpoint: Endpoint; caller: string; end: () => void }

export type ListenParts = {
  subscriptions: Subscriptions
  tasks: TaskHandles
  hold: (serverId: string) => () => void
  /** Streams that are open, to be ended when we close. */
  listening: Set<Listening>
  call: Call
}

/**
 * Answers `subscriptions/listen` (2026-07-28, "Subscriptions"): says what it will tell, tells it,
 * and resolves when we end it. Rejects with the signal's reason when the client has left.
 */
export async function listen(asked: ModernCall, parts: ListenParts): Promise<JsonObject> {
  const stream = new ListenStream(asked, parts)
  parts.listening.add(stream)
  try {
    return await stream.run()
  } finally {
    parts.listening.delete(stream)
    stream.close()
  }
}

class ListenStream implements Visitor, Subscriber, Listening {
  readonly #asked: ModernCall
  readonly #parts: ListenParts
  readonly #over = Promise.withResolvers<void>()
  /** Aborted when nobody listens any more: what is still being subscribed to is given up. */
  readonly #closed = new AbortController()
  readonly #kinds = new Set<ListKind>()
  readonly #taskSubscribers: Subscriber[] = []
  /** News from before the acknowledgement, which has to be the first message. */
  #early: RpcNotification[] | null = []
  #releases: (() => void)[] = []
  #tenant: ReturnType<Call['borrowTenant']> | undefined

  constructor(asked: ModernCall, parts: ListenParts) {
    this.#asked = asked
    this.#parts = parts
  }

  get endpoint(): Endpoint {
    return this.#asked.endpoint
  }

  get caller(): string {
    return this.#asked.caller
  }

  async run(): Promise<JsonObject> {
    const { notifications } = this.#asked.params
    if (!isObject(notifications)) {
      throw new RpcError(RpcCode.invalidParams, 'params.notifications is missing or not an object')
    }
    const { signal } = this.#asked.controller
    const leave = () => this.#over.reject(signal.reason)
    signal.addEventListener('abort', leave, { once: true })
    this.#over.promise.catch(() => {})
    this.#asked.endpoint.sessions.add(this)
    this.holdServers()
    // Whoever leaves, or is sent away, waits for no server.
    const sentAway = this.#over.promise.then((): JsonObject => ({}))
    this.#acknowledge(await Promise.race([this.#honour(notifications), sentAway]))
    await this.#over.promise
    const { id: requestId } = this.#asked
    const reason = 'The subscription ends.'
    this.#tell({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId, reason } })
    return { resultType: 'complete', _meta: this.#mark() }
  }

  /** Gracefully: the client gets its result. */
  end(): void {
    this.#over.resolve()
  }

  close(): void {
    const { subscriptions } = this.#parts
    this.#closed.abort(cancelled('its stream ended'))
    this.#asked.endpoint.sessions.delete(this)
    for (const one of [this, ...this.#taskSubscribers]) subscriptions.forget(one)
    for (const release of this.#releases) release()
    this.#tenant?.giveBack()
  }

  holdServers(): void {
    const before = this.#releases
    this.#releases = this.#asked.endpoint.serverIds.map((id) => this.#parts.hold(id))
    for (const release of before) release()
    const { subscriptions } = this.#parts
    for (const one of [this, ...this.#taskSubscribers]) {
      subscriptions.keepWithin(this.#asked.endpoint, one)
    }
  }

  listChanged(kind: ListKind): void {
    if (this.#kinds.has(kind)) {
      this.#tell({ jsonrpc: '2.0', method: `notifications/${kind}/list_changed` })
    }
  }

  updated(notification: RpcNotification): void {
    this.#tell(notification)
  }

  /** What is asked for and can be had, in the shape of the filter. */
  async #honour(filter: JsonObject): Promise<JsonObject> {
    const { capabilities } = await this.#asked.endpoint.hello()
    this.#closed.signal.throwIfAborted()
    const honoured: JsonObject = {}
    for (const kind of LIST_KINDS) {
      if (filter[`${kind}ListChanged`] !== true || capabilities[kind] === undefined) continue
      honoured[`${kind}ListChanged`] = true
      this.#kinds.add(kind)
    }
    const uris = stringsIn(filter.resourceSubscriptions)
    const taskIds = stringsIn(filter.taskIds)
    if (taskIds.length > 0) requireTasks(this.#parts.call.client)
    if (uris.length > 0) honoured.resourceSubscriptions = await this.#subscribeAll(uris)
    if (taskIds.length > 0) honoured.taskIds = await this.#followAll(taskIds)
    return honoured
  }

  async #subscribeAll(uris: readonly string[]): Promise<string[]> {
    // One tenant for the whole stream: what is subscribed lasts as long as it does.
    this.#tenant ??= this.#parts.call.borrowTenant(false)
    const { tenant } = this.#tenant
    const borrowTenant = () => ({ tenant, giveBack: () => {} })
    const signal = this.#withLimit()
    return thatWork(uris, (uri) =>
      this.#asked.endpoint.handle({
        ...this.#parts.call,
        ...{ signal, borrowTenant, subscriber: this },
        method: 'resources/subscribe',
        params: { uri },
      }),
    )
  }

  #followAll(handles: readonly string[]): Promise<string[]> {
    this.#tenant ??= this.#parts.call.borrowTenant(false)
    const { tenant } = this.#tenant
    const { tasks, subscriptions } = this.#parts
    const signal = this.#withLimit()
    return thatWork(handles, async (handle) => {
      const { serverId, taskId } = tasks.originOf(unmarkedHandle(handle), this.#asked.caller)
      if (!this.#asked.endpoint.serverIds.includes(serverId)) throw tasks.unknown(handle)
      const subscriber: Subscriber = {
        updated: (notification) =>
          this.#tell({ ...notification, params: { ...notification.params, taskId: handle } }),
      }
      this.#taskSubscribers.push(subscriber)
      const topic = { kind: 'task' as const, id: taskId }
      await subscriptions.subscribe({ serverId, topic, subscriber, tenant, signal })
    })
  }

  #withLimit(): AbortSignal {
    return AbortSignal.any([this.#closed.signal, AbortSignal.timeout(SUBSCRIBE_MS)])
  }

  #acknowledge(notifications: JsonObject): void {
    const early = this.#early ?? []
    this.#early = null
    const method = 'notifications/subscriptions/acknowledged'
    this.#tell({ jsonrpc: '2.0', method, params: { notifications } })
    for (const notification of early) this.#tell(notification)
  }

  #tell(notification: RpcNotification): void {
    if (this.#early) return this.#keepEarly(this.#early, notification)
    const { params } = notification
    const meta = isObject(params?._meta) ? params._meta : {}
    const marked = { ...params, _meta: { ...meta, ...this.#mark() } }
    this.#asked.notify({ ...notification, params: marked })
  }

  #keepEarly(early: RpcNotification[], notification: RpcNotification): void {
    early.push(notification)
    if (early.length > MAX_EARLY) early.shift()
  }

  #mark(): JsonObject {
    return { [MetaKey.subscriptionId]: this.#asked.id }
  }
}

function stringsIn(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((one): one is string => typeof one === 'string') : []
}

/** Those for which the work succeeds, in their order. */
async function thatWork(
  names: readonly string[],
  work: (name: string) => Promise<unknown>,
): Promise<string[]> {
  const outcomes = await Promise.allSettled(names.map(work))
  return names.filter((_, index) => outcomes[index]?.status === 'fulfilled')
}
