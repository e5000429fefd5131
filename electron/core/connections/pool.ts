import { isDeepStrictEqual } from 'node:util'
import type { Server } from '../../../shared/server.ts'
import { ServerDown } from './connection.ts'
import type { Connection, Era, Tenant } from './connection.ts'
import { fillDefinition } from './fill-definition.ts'
import { getsOwn } from './isolation.ts'
import { OwnConnections } from './own-connections.ts'
import { makeRoom, tooMany } from './room.ts'
import type { ConnectionCounts, Occupant, Unused } from './room.ts'
import { SharedConnection } from './shared-connection.ts'
import type { Lease, SharedOptions, SharedStatus } from './shared-connection.ts'

export type { Lease }

export type ServerStatus = SharedStatus & {
  /** Of all kinds, also those that are kept ready or just starting. */
  connections: number
}

/** After this time a server's era is found out again at its next start. */
const ERA_KEPT_MS = 24 * 60 * 60_000

export type PoolOptions = Omit<SharedOptions, 'onState' | 'onAmbiguous'> & {
  onState(status: ServerStatus): void
  onOwnConnected(connection: Connection, tenant: Tenant): void
  /** Whether its clients get connections of their own in `auto`; kept over restarts of ours. */
  switched: { has(): boolean; add(): void; delete(): void }
  /** Makes room among all servers for one more; throws `RpcError` when there is none. */
  claim(name: string): void
  hasRoom(): boolean
}

/** All connections of one server: one for those that share it, and those that are a tenant's own. */
export class Pool implements Occupant {
  readonly #options: PoolOptions
  readonly #shared: SharedConnection
  #own: OwnConnections
  #server: Server
  /** Of the connection that was last there; `undefined` before the first. */
  #era: Era | null | undefined
  /** When that was last not known, in ms since 1970. */
  #eraSince = Date.now()
  /** Sessions that were on the shared connection, and stay there: the server may know them by it. */
  #settled = new WeakSet<Tenant>()
  #left = new WeakSet<Tenant>()
  /** The end of connections of earlier definitions. */
  #ended: Promise<unknown> = Promise.resolve()

  constructor(server: Server, options: PoolOptions) {
    this.#options = options
    this.#server = server
    this.#shared = new SharedConnection(server, {
      ...options,
      knownEra: () => this.#knownEra,
      onConnected: (connection) => this.#connected(connection),
      onState: () => this.#changed(),
      onAmbiguous: () => this.#switch(),
    })
    this.#own = this.#newOwn(server)
  }

  /** Starts it now if nobody has to ask for it first. */
  wake(): void {
    this.#shared.wake()
  }

  /** The network or the time is another than it was: see `SharedConnection`. */
  lookAgain(): void {
    this.#shared.lookAgain()
  }

  get status(): ServerStatus {
    const { status } = this.#shared
    const { running } = this.#own
    if (status.state === 'running' || !running) return { ...status, connections: this.count }
    const { pid } = running
    const fine = { error: null, problem: null, retryAt: null }
    return { ...status, ...fine, state: 'running', pid, connections: this.count }
  }

  get count(): number {
    return this.#own.count + (this.#shared.isUp ? 1 : 0)
  }

  get counts(): ConnectionCounts {
    const { starting, running, spare } = this.#own.counts
    const { state } = this.#shared.status
    return {
      starting: starting + Number(state === 'starting'),
      running: running + Number(state === 'running'),
      spare,
    }
  }

  unused(): Unused[] {
    const since = this.#shared.unusedSince
    const end = () => this.#shared.giveWay()
    return [
      ...this.#own.unused(),
      ...(since === null ? [] : [{ kind: 'shared' as const, since, end }]),
    ]
  }

  /** The last 64 KB of stderr, secrets masked. */
  get stderr(): string {
    return this.mask(this.#shared.tail.text())
  }

  mask(text: string): string {
    try {
      return fillDefinition(this.#server, this.#options.readEnv()).mask(text)
    } catch {
      // What is masked cannot be told any more; then nothing is said rather than too much.
      return ''
    }
  }

  define(server: Server): void {
    if (isDeepStrictEqual(server, { ...this.#server, description: server.description })) return
    this.#ended = Promise.all([this.#ended, this.#own.close('Its definition changed.')])
    this.#server = server
    // Nothing that was learnt of the other definition is known of this one.
    this.#era = null
    this.#eraSince = Date.now()
    this.#settled = new WeakSet()
    this.#options.switched.delete()
    this.#own = this.#newOwn(server)
    this.#shared.define(server)
  }

  /** Ends all connections and starts the shared one anew. Rejects `ServerDown`. */
  async restart(startTimeoutMs?: number): Promise<void> {
    this.#shared.checkUsable()
    this.#ended = Promise.all([this.#ended, this.#own.close('It was started again.')])
    this.#own = this.#newOwn(this.#server)
    await this.#shared.restart(startTimeoutMs)
  }

  /** What a call on a shared connection that runs gets, at once; `null` where there is more to do. */
  leaseNow(tenant: Tenant): Lease | null {
    if (this.#isOwnFor(tenant, this.#knownEra ?? 'legacy')) return null
    const lease = this.#shared.leaseNow()
    return lease && this.#settle(lease, tenant)
  }

  async lease(signal?: AbortSignal, tenant?: Tenant): Promise<Lease> {
    signal?.throwIfAborted()
    if (!tenant || !this.#isOwnFor(tenant, this.#knownEra ?? 'legacy')) {
      return this.#leaseShared(signal, tenant)
    }
    if (!this.#knownEra) {
      // Its first greeting tells the era.
      const lease = await this.#shared.lease(signal)
      if (!this.#isOwnFor(tenant, lease.connection.era)) return this.#settle(lease, tenant)
      lease.release()
    }
    this.#shared.checkUsable()
    if (this.#left.has(tenant)) throw new ServerDown(this.#server.name, 'Its session has ended.')
    return this.#own.lease(tenant, signal)
  }

  hold(): () => void {
    return this.#shared.hold()
  }

  leave(tenant: Tenant): void {
    this.#left.add(tenant)
    this.#own.leave(tenant)
  }

  async close(reason: string): Promise<void> {
    await Promise.all([this.#shared.close(reason), this.#own.close(reason), this.#ended])
  }

  get #knownEra(): Era | null {
    if (this.#era === undefined) return this.#options.knownEra()
    // A server may be updated while we run.
    return Date.now() - this.#eraSince > ERA_KEPT_MS ? null : this.#era
  }

  #learnEra({ era }: Connection): void {
    if (this.#knownEra === null) this.#eraSince = Date.now()
    this.#era = era
  }

  #isOwnFor(tenant: Tenant, era: Era): boolean {
    const { isolation, type } = this.#server
    const isSwitched = this.#options.switched.has() && !this.#settled.has(tenant)
    const { client } = tenant
    return getsOwn({ era, isolation, isRemote: type !== 'STDIO', client, isSwitched })
  }

  async #leaseShared(signal?: AbortSignal, tenant?: Tenant): Promise<Lease> {
    const lease = await this.#shared.lease(signal)
    return tenant ? this.#settle(lease, tenant) : lease
  }

  #settle(lease: Lease, tenant: Tenant): Lease {
    if (tenant.isSession) this.#settled.add(tenant)
    return lease
  }

  #newOwn(server: Server): OwnConnections {
    const { log, backoff, onOwnConnected, onStart, onFailure } = this.#options
    return new OwnConnections(server, {
      ...{ log, backoff, onStart, onFailure },
      startOptions: () => ({
        ...this.#options,
        ...{ server, stderr: this.#shared.tail, onAmbiguous: () => {} },
      }),
      claim: () => this.#claim(),
      hasRoom: () => this.count < server.maxConnections && this.#options.hasRoom(),
      isHeld: () => this.#shared.isHeld,
      onConnected: (connection, tenant) => {
        this.#learnEra(connection)
        onOwnConnected(connection, tenant)
      },
      onChange: () => {
        this.#changed()
        // Whatever room was just made for is there by then.
        setImmediate(() => this.count < this.#server.maxConnections && this.#shared.comeBack())
      },
    })
  }

  #claim(): void {
    const { name, maxConnections: limit } = this.#server
    if (!makeRoom([this], limit)) {
      const words = `The server "${name}" has ${limit} connections, as many as it may have.`
      throw tooMany(name, limit, words)
    }
    this.#options.claim(name)
  }

  #connected(connection: Connection): void {
    this.#learnEra(connection)
    if (connection.era === 'legacy' && this.#server.start === 'eager') this.#own.prepare()
    this.#options.onConnected(connection)
  }

  #changed(): void {
    this.#options.onState(this.status)
  }

  /** A remote server's shared connection is only for those whom it cannot ask anything. */
  #switch(): void {
    const { name, isolation, type } = this.#server
    const { switched, log } = this.#options
    if (isolation !== 'auto' || type !== 'STDIO' || switched.has()) return
    switched.add()
    log.warn(
      { server: name },
      'it did not come out whom a server asked: new sessions get connections of their own to it',
    )
    this.#changed()
  }
}
