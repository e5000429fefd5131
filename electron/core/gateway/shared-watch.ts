import { ServerDown, type Connection } from '../connections/connection.ts'
import { messageOf } from '../errors.ts'
import {
  isObject,
  MetaKey,
  RpcCode,
  RpcError,
  type JsonObject,
  type RpcNotification,
} from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import { cancelled } from './answer.ts'
import { ModernListen } from './modern-listen.ts'
import type { Subscriber, Topic } from './subscriber.ts'

export type SharedWatchParts = {
  serverId: string
  log: Logger
  /** Lists that changed, told on the stream of a modern server. */
  onNotification: (notification: RpcNotification) => void
}

type Wanted = {
  topic: Topic
  subscribers: Set<Subscriber>
  /** Settles when the server has agreed, or not, to the first who wanted it. */
  agreed: Promise<void>
  /** Aborted once nobody wants it any more: the server need not agree. */
  unwanted: AbortController
}

/** What all clients together want to hear of one server, on its shared connection. */
export class SharedWatch {
  readonly #parts: SharedWatchParts
  readonly #wanted = new Map<string, Wanted>()
  readonly #turns = new Map<string, Promise<void>>()
  #connection: Connection | null = null
  #listen: ModernListen | null = null

  constructor(parts: SharedWatchParts) {
    this.#parts = parts
  }

  async add(topic: Topic, subscriber: Subscriber, connection: Connection): Promise<void> {
    this.connected(connection)
    const key = keyOf(topic)
    const known = this.#wanted.get(key)
    if (known) {
      known.subscribers.add(subscriber)
      return known.agreed
    }
    const subscribers = new Set([subscriber])
    const unwanted = new AbortController()
    const wanted = { topic, subscribers, agreed: Promise.resolve(), unwanted }
    this.#wanted.set(key, wanted)
    try {
      wanted.agreed = this.#tell('resources/subscribe', topic, unwanted.signal)
      await wanted.agreed
    } catch (error) {
      if (this.#wanted.get(key) === wanted) this.#wanted.delete(key)
      throw error
    }
  }

  /** Resolves with whether it was subscribed to at all. */
  async remove(topic: Topic, subscriber: Subscriber): Promise<boolean> {
    const wanted = this.#wanted.get(keyOf(topic))
    if (!wanted?.subscribers.delete(subscriber)) return false
    if (wanted.subscribers.size > 0) return true
    this.#wanted.delete(keyOf(topic))
    wanted.unwanted.abort(cancelled('nobody wants it any more'))
    try {
      await this.#tell('resources/unsubscribe', topic)
    } catch (error) {
      // With its process the server has forgotten what was subscribed to.
      if (!(error instanceof ServerDown)) throw error
    }
    return true
  }

  /** The same, for somebody who does not wait for it. */
  giveUp(topic: Topic, subscriber: Subscriber): void {
    this.remove(topic, subscriber).catch((error: unknown) => this.#log(error))
  }

  forget(subscriber: Subscriber): void {
    this.giveUpWhere(() => true, subscriber)
  }

  giveUpWhere(test: (topic: Topic) => boolean, subscriber: Subscriber): void {
    for (const { topic, subscribers } of [...this.#wanted.values()]) {
      if (subscribers.has(subscriber) && test(topic)) this.giveUp(topic, subscriber)
    }
  }

  /** Takes over a new connection; the same one again changes nothing. */
  connected(connection: Connection): void {
    if (this.#connection === connection) return
    this.#connection = connection
    this.#listen?.end()
    this.#listen = null
    void connection.closed.then(() => {
      if (this.#connection === connection) this.end()
    })
    if (connection.era === 'modern') {
      this.#listen = new ModernListen(connection, {
        log: this.#parts.log,
        onNotification: (notification) => this.heard(notification),
      })
      this.#listen.begin(this.#topics())
      return
    }
    for (const topic of this.#topics()) {
      this.#tell('resources/subscribe', topic).catch((error: unknown) => this.#log(error))
    }
  }

  heard(notification: RpcNotification): void {
    const { method, params = {} } = notification
    const heard = new Set<Subscriber>()
    for (const { topic, subscribers } of this.#wanted.values()) {
      if (isAbout(topic, method, params)) subscribers.forEach((one) => heard.add(one))
    }
    const told = withoutMark(notification)
    for (const subscriber of heard) subscriber.updated(told)
    if (heard.size === 0) this.#parts.onNotification(notification)
  }

  end(): void {
    this.#listen?.end()
    this.#listen = null
    this.#connection = null
  }

  #topics(): Topic[] {
    return [...this.#wanted.values()].map(({ topic }) => topic)
  }

  async #tell(method: string, topic: Topic, signal?: AbortSignal): Promise<void> {
    const connection = this.#connection
    // Said as soon as there is a connection again.
    if (!connection) return
    if (this.#listen) {
      if (method === 'resources/subscribe') return this.#listen.add(topic)
      return this.#listen.remove(topic)
    }
    if (topic.kind === 'task') throw new RpcError(RpcCode.invalidParams, 'It knows no tasks')
    await this.#inTurn(topic, async () => {
      await connection.request(method, { uri: topic.id }, signal && { signal })
    })
  }

  /** Over HTTP a request may overtake another: what is said of a topic is said in order. */
  #inTurn(topic: Topic, work: () => Promise<void>): Promise<void> {
    const key = keyOf(topic)
    const turn = (this.#turns.get(key) ?? Promise.resolve()).then(work)
    const over = turn
      .catch(() => undefined)
      .then(() => {
        if (this.#turns.get(key) === over) this.#turns.delete(key)
      })
    this.#turns.set(key, over)
    return turn
  }

  #log(error: unknown): void {
    const { log, serverId } = this.#parts
    log.warn({ serverId, error: messageOf(error) }, 'a subscription could not be renewed or ended')
  }
}

/**
 * The URI may be of a part of what was subscribed to (2025-11-25, schema,
 * `ResourceUpdatedNotification`).
 */
export function isAbout(topic: Topic, method: string, params: JsonObject): boolean {
  if (topic.kind === 'task') return method === 'notifications/tasks' && params.taskId === topic.id
  if (method !== 'notifications/resources/updated' || typeof params.uri !== 'string') return false
  const { id } = topic
  return params.uri === id || params.uri.startsWith(id.endsWith('/') ? id : `${id}/`)
}

function keyOf({ kind, id }: Topic): string {
  return `${kind} ${id}`
}

/** The mark says on which of our streams it came; each listener gets one of its own. */
function withoutMark(notification: RpcNotification): RpcNotification {
  const { _meta, ...params } = notification.params ?? {}
  if (!isObject(_meta)) return notification
  const { [MetaKey.subscriptionId]: _, ...meta } = _meta
  const kept = Object.keys(meta).length > 0 ? { ...params, _meta: meta } : params
  return { ...notification, params: kept }
}
