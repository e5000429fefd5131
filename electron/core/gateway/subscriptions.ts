import type { Connection, Tenant } from '../connections/connection.ts'
import type { Pools } from '../connections/pools.ts'
import type { RpcNotification } from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import { OwnWatch } from './own-watch.ts'
import { SharedWatch } from './shared-watch.ts'
import type { Subscriber, Topic } from './subscriber.ts'

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

  /** Rejects with the server's `RpcError`, or `ServerDown`. */
  async subscribe(subscription: Subscription): Promise<void> {
    const { serverId, topic, subscriber, tenant, signal } = subscription
    const { pools } = this.#options
    const lease = await pools.lease(serverId, signal, tenant)
    if (lease.connection.isShared) {
      try {
        await this.#watchOf(serverId).add(topic, subscriber, lease.connection)
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
    await watch.add(topic, lease)
  }

  async unsubscribe({ serverId, topic, subscriber }: Omit<Subscription, 'tenant' | 'signal'>) {
    await this.#own.get(subscriber)?.get(serverId)?.remove(topic)
    await this.#shared.get(serverId)?.remove(topic, subscriber)
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
