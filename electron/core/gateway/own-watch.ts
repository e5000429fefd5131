import { openBackoff, type BackoffOptions } from '../connections/backoff.ts'
import { ServerDown, type Connection, type Tenant } from '../connections/connection.ts'
import type { Lease } from '../connections/shared-connection.ts'
import type { Pools } from '../connections/pools.ts'
import { messageOf } from '../errors.ts'
import { RpcError, type RpcNotification } from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import { isAbout } from './shared-watch.ts'
import type { Topic } from './subscriber.ts'

type Parts = { pools: Pools; log: Logger }
type Place = { serverId: string; tenant: Tenant }
type Added = { topic: Topic; lease: Lease; signal: AbortSignal }

/** Of its connection: a server that ends whenever it is subscribed to is not started all the time. */
const BACKOFF: BackoffOptions = { firstMs: 1_000, maxMs: 60_000, steadyMs: 30_000 }

/**
 * What one tenant subscribed to on its own connection to a legacy server. The connection is leased
 * as long, or it would be reaped as idle; when it breaks, another takes its place.
 */
export class OwnWatch {
  readonly #parts: Parts
  readonly #place: Place
  readonly #topics = new Map<string, Topic>()
  readonly #backoff = openBackoff(BACKOFF)
  #lease: Lease | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(parts: Parts, place: Place) {
    this.#parts = parts
    this.#place = place
  }

  /** Takes the lease over. Rejects with the server's `RpcError`, or the signal's reason. */
  async add({ topic, lease, signal }: Added): Promise<void> {
    this.#take(lease)
    const isNew = !this.#topics.has(topic.id)
    this.#topics.set(topic.id, topic)
    try {
      await lease.connection.request('resources/subscribe', { uri: topic.id }, { signal })
    } catch (error) {
      if (isNew) this.#topics.delete(topic.id)
      this.#letGo()
      throw error
    }
  }

  /** Resolves with whether it was subscribed to at all. */
  async remove(topic: Topic): Promise<boolean> {
    if (!this.#topics.delete(topic.id)) return false
    try {
      await this.#lease?.connection.request('resources/unsubscribe', { uri: topic.id })
    } catch (error) {
      // With its process the server has forgotten what was subscribed to.
      if (!(error instanceof ServerDown)) throw error
    } finally {
      this.#letGo()
    }
    return true
  }

  /** The same for all that pass, for somebody who does not wait for it. */
  giveUpWhere(test: (topic: Topic) => boolean): void {
    for (const topic of [...this.#topics.values()].filter(test)) {
      this.remove(topic).catch((error: unknown) => this.#log(error))
    }
  }

  /** Whether this, said on a connection of that tenant, is what was subscribed to. */
  wants(tenant: Tenant, { method, params = {} }: RpcNotification): boolean {
    if (tenant !== this.#place.tenant) return false
    return [...this.#topics.values()].some((topic) => isAbout(topic, method, params))
  }

  /** The connection may stay for others of the same caller: its server is told. */
  end(): void {
    const connection = this.#lease?.connection
    for (const uri of this.#topics.keys()) {
      connection?.request('resources/unsubscribe', { uri }).catch(() => undefined)
    }
    this.#topics.clear()
    this.#letGo()
  }

  #take(lease: Lease): void {
    const before = this.#lease
    this.#lease = lease
    before?.release()
    if (before?.connection === lease.connection) return
    const takenAt = performance.now()
    void lease.connection.closed.then(() => {
      if (this.#lease?.connection === lease.connection) this.#lost(performance.now() - takenAt)
    })
  }

  /** It is gone, or did not come up: another is tried, at once only after the first time. */
  #lost(livedMs: number): void {
    this.#lease?.release()
    this.#lease = null
    clearTimeout(this.#timer)
    if (this.#topics.size === 0) return
    this.#timer = setTimeout(() => void this.#renew(), this.#backoff.fail(livedMs)).unref()
  }

  async #renew(): Promise<void> {
    const { pools } = this.#parts
    const { serverId, tenant } = this.#place
    try {
      // Held by us from now on: it is released with whatever comes of it.
      this.#take(await pools.lease(serverId, undefined, tenant))
    } catch (error) {
      this.#log(error)
      return this.#lost(0)
    }
    // Everything may have been given up meanwhile.
    this.#letGo()
    const connection = this.#lease?.connection
    if (connection) await this.#subscribeAnew(connection)
  }

  /** Each by itself: one that is refused takes no other with it. */
  async #subscribeAnew(connection: Connection): Promise<void> {
    const renewed = [...this.#topics.keys()].map(async (uri) => {
      try {
        await connection.request('resources/subscribe', { uri })
      } catch (error) {
        // Of a connection that is gone we hear by itself.
        if (error instanceof RpcError) this.#log(error)
      }
    })
    await Promise.all(renewed)
  }

  #letGo(): void {
    if (this.#topics.size > 0) return
    clearTimeout(this.#timer)
    this.#lease?.release()
    this.#lease = null
  }

  #log(error: unknown): void {
    const { serverId } = this.#place
    const facts = { serverId, error: messageOf(error) }
    this.#parts.log.warn(facts, 'a subscription could not be renewed')
  }
}
