import type { Tenant } from '../connections/connection.ts'
import type { Lease } from '../connections/shared-connection.ts'
import type { Pools } from '../connections/pools.ts'
import { messageOf } from '../errors.ts'
import type { RpcNotification } from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import { isAbout } from './shared-watch.ts'
import type { Topic } from './subscriber.ts'

type Parts = { pools: Pools; log: Logger }
type Place = { serverId: string; tenant: Tenant }

const RETRY_MS = 5_000

/**
 * What one tenant subscribed to on its own connection to a legacy server. The connection is leased
 * as long, or it would be reaped as idle; when it breaks, another takes its place.
 */
export class OwnWatch {
  readonly #parts: Parts
  readonly #place: Place
  readonly #topics = new Map<string, Topic>()
  #lease: Lease | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(parts: Parts, place: Place) {
    this.#parts = parts
    this.#place = place
  }

  /** Takes the lease over. Rejects with the server's `RpcError`. */
  async add(topic: Topic, lease: Lease): Promise<void> {
    this.#take(lease)
    this.#topics.set(topic.id, topic)
    try {
      await lease.connection.request('resources/subscribe', { uri: topic.id })
    } catch (error) {
      this.#topics.delete(topic.id)
      this.#letGo()
      throw error
    }
  }

  async remove(topic: Topic): Promise<void> {
    if (!this.#topics.delete(topic.id)) return
    await this.#lease?.connection.request('resources/unsubscribe', { uri: topic.id })
    this.#letGo()
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
    void lease.connection.closed.then(() => {
      if (this.#lease?.connection === lease.connection) void this.#again()
    })
  }

  async #again(): Promise<void> {
    this.#lease?.release()
    this.#lease = null
    if (this.#topics.size === 0) return
    const { pools, log } = this.#parts
    const { serverId, tenant } = this.#place
    try {
      const lease = await pools.lease(serverId, undefined, tenant)
      for (const { id } of this.#topics.values()) {
        await lease.connection.request('resources/subscribe', { uri: id })
      }
      this.#take(lease)
      // Everything may have been given up meanwhile.
      this.#letGo()
    } catch (error) {
      log.warn({ serverId, error: messageOf(error) }, 'a subscription could not be renewed')
      this.#timer = setTimeout(() => void this.#again(), RETRY_MS).unref()
    }
  }

  #letGo(): void {
    if (this.#topics.size > 0) return
    clearTimeout(this.#timer)
    this.#lease?.release()
    this.#lease = null
  }
}
