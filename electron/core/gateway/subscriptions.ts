import type { Connection, Tenant } from '../connections/connection.ts'
import type { Pools } from '../connections/pools.ts'
import { withSignal } from '../connections/with-signal.ts'
import type { RpcNotification } from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import { OwnWatch } from './own-watch.ts'
import { SharedWatch } from './shared-watch.ts'
import type { Reach, Subscriber, Topic } from './subscriber.ts'

/** What somebody subscribes to, at one server. */
export type Subscription = {
  serverId: string
  topic: Topic
  subscriber: Subscriber
  tenant: Tenant
  signal: AbortSignal
}

export type SubscriptionsOptions = {
  pools: Pools
  log: Logger
  /** What nobody subscribed to: lists that changed, and whatever else a server says. */
  onNotification: (serverId: string, notification: RpcNotification) => void
}

/**
 * What clients subscribed to, counted: on a shared connection a server is asked once for what many
 * want, and asked again when the connection is another. Who has a connection of their own
 * subscribes there.
 */
export class Subscriptions {
  readonly #options: SubscriptionsOptions
  readonly #shared = new Map<string, SharedWatch>()
  readonly #own = new Map<Subscriber, Map<string, OwnWatch>>()

  constructor(options: SubscriptionsOptions) {
    this.#options = options
  }

  /** Rejects with the server's `RpcError`, `ServerDown`, or the signal's reason. */
  async subscribe(subscription: Subscription): Promise<void> {
    const { serverId, topic, subscriber, tenant, signal } = subscription
    const { pools } = this.#options
    const lease = await pools.lease(serverId, signal, tenant)
    if (lease.connection.isShared) {
      try {
        await this.#share(subscription, lease.connection)
      } finally {
        lease.release()
      }
      return
    }
    const watches = this.#own.get(subscriber) ?? new Map<string, OwnWatch>()
    this.#own.set(subscriber, watches)
    const known = watches.get(serverId)
    const watch = known ?? new OwnWatch(this.#options, { serverId, tenant })
    watches.set(serverId, watch)
    await watch.add({ topic, lease, signal })
  }

  /**
   * Wherever the subscriber has subscribed to it: several servers may know one URI. Resolves with
   * whether that was anywhere. Rejects with the server's `RpcError`, or the signal's reason.
   */
  async unsubscribe(
    topic: Topic,
    { subscriber, signal }: Pick<Subscription, 'subscriber' | 'signal'>,
  ) {
    const owns = [...(this.#own.get(subscriber)?.values() ?? [])]
    const removed = Promise.all([
      ...owns.map((watch) => watch.remove(topic)),
      ...[...this.#shared.values()].map((watch) => watch.remove(topic, subscriber)),
    ])
    return (await withSignal(removed, signal)).includes(true)
  }

  /** Ends what somebody subscribed to elsewhere: that is not for it any more. */
  keepWithin({ serverIds, isResourceOff }: Reach, subscriber: Subscriber): void {
    const kept = new Set(serverIds)
    const isOffAt = (serverId: string) => (topic: Topic) =>
      topic.kind === 'resource' && (isResourceOff?.(serverId, topic.id) ?? false)
    for (const [id, watch] of this.#own.get(subscriber) ?? []) {
      if (!kept.has(id)) this.#endOwn(id, watch, subscriber)
      else if (isResourceOff) watch.giveUpWhere(isOffAt(id))
    }
    for (const [id, watch] of this.#shared) {
      if (!kept.has(id)) watch.forget(subscriber)
      else if (isResourceOff) watch.giveUpWhere(isOffAt(id), subscriber)
    }
  }

  /** Somebody has left. */
  forget(subscriber: Subscriber): void {
    for (const watch of this.#own.get(subscriber)?.values() ?? []) watch.end()
    this.#own.delete(subscriber)
    for (const watch of this.#shared.values()) watch.forget(subscriber)
  }

  /** A server has a new shared connection: what is wanted of it has to be said anew. */
  connected(serverId: string, connection: Connection): void {
    this.#watchOf(serverId).connected(connection)
  }

  /** A shared connection of the legacy era said this of its own accord. */
  heard(serverId: string, notification: RpcNotification): void {
    this.#watchOf(serverId).heard(notification)
  }

  /** The same, on a connection that is this tenant's own. */
  heardOnOwn(serverId: string, notification: RpcNotification, tenant: Tenant): void {
    for (const [subscriber, watches] of this.#own) {
      if (watches.get(serverId)?.wants(tenant, notification)) subscriber.updated(notification)
    }
  }

  remove(serverId: string): void {
    this.#shared.get(serverId)?.end()
    this.#shared.delete(serverId)
    for (const [subscriber, watches] of this.#own) {
      const watch = watches.get(serverId)
      if (watch) this.#endOwn(serverId, watch, subscriber)
    }
  }

  /** No longer than the subscriber waits, while others may go on waiting for the same. */
  async #share({ serverId, topic, subscriber, signal }: Subscription, connection: Connection) {
    const watch = this.#watchOf(serverId)
    try {
      await withSignal(watch.add(topic, subscriber, connection), signal)
    } catch (error) {
      if (signal.aborted) watch.giveUp(topic, subscriber)
      throw error
    }
  }

  #endOwn(serverId: string, watch: OwnWatch, subscriber: Subscriber): void {
    watch.end()
    this.#own.get(subscriber)?.delete(serverId)
  }

  #watchOf(serverId: string): SharedWatch {
    const known = this.#shared.get(serverId)
    if (known) return known
    const { log, onNotification } = this.#options
    const watch = new SharedWatch({
      serverId,
      log,
      onNotification: (notification) => onNotification(serverId, notification),
    })
    this.#shared.set(serverId, watch)
    return watch
  }
}
