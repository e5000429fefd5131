import type { Server } from '../../../shared/server.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { BackoffOptions } from './backoff.ts'
import { ServerDown } from './connection.ts'
import type { Connection, Tenant } from './connection.ts'
import type { ConnectionCounts, Unused } from './room.ts'
import type { Lease } from './shared-connection.ts'
import { Spares } from './spares.ts'
import { startConnection, startSpare } from './start.ts'
import type { Start, StartOptions } from './start.ts'
import { openStderrTail } from './stderr-tail.ts'
import { withSignal } from './with-signal.ts'

export type OwnOptions = {
  log: Logger
  backoff: BackoffOptions
  /** All that a start needs, but its own stderr. */
  startOptions(): Omit<StartOptions, 'knownEra' | 'after'>
  /** Makes place for one more; throws `RpcError` when there is none. */
  claim(): void
  /** Whether one more may be without another giving way. */
  hasRoom(): boolean
  /** Whether somebody may use the server. */
  isHeld(): boolean
  onConnected(connection: Connection, tenant: Tenant): void
  /** One came up, or is gone. */
  onChange(): void
  /** One is being started. */
  onStart(): void
  /** One did not start, or broke. */
  onFailure(): void
}

type Own = {
  tenant: Tenant
  start: Start
  ready: Promise<Connection>
  connection: Connection | undefined
  leases: number
  idleSince: number
  timer: NodeJS.Timeout | undefined
}

/** The connections to one definition of a server that are a tenant's alone. */
export class OwnConnections {
  readonly #server: Server
  readonly #options: OwnOptions
  readonly #spares: Spares
  readonly #byTenant = new Map<Tenant, Own>()
  readonly #endings = new Set<Promise<unknown>>()
  #idleTimer: NodeJS.Timeout | undefined

  constructor(server: Server, options: OwnOptions) {
    this.#server = server
    this.#options = options
    const { log, backoff, hasRoom, onFailure } = options
    const start = () => startSpare(this.#startOptions())
    this.#spares = new Spares({ server, log, backoff, hasRoom, start, onFailure })
  }

  get count(): number {
    return this.#byTenant.size + this.#spares.count
  }

  get counts(): ConnectionCounts {
    const running = this.#byTenant.values().filter(({ connection }) => connection)
    const up = running.toArray().length
    return { starting: this.#byTenant.size - up, running: up, spare: this.#spares.count }
  }

  /** The oldest that is up. */
  get running(): Connection | undefined {
    return [...this.#byTenant.values()].find(({ connection }) => connection)?.connection
  }

  unused(): Unused[] {
    const idle = [...this.#byTenant.values()].filter(({ leases }) => leases === 0)
    const owns = idle.map((own) => ({
      ...{ kind: 'own' as const, since: own.idleSince },
      end: () => {
        const { name: server } = this.#server
        const words =
          'a client lost its own connection, with what the server kept for it, to another'
        this.#options.log.warn({ server }, words)
        this.#drop(own, 'It gave way to another connection.')
      },
    }))
    return [...this.#spares.waiting.map((one) => ({ ...one, kind: 'spare' as const })), ...owns]
  }

  /** The tenant's connection, started if there is none. Rejects `ServerDown` or `RpcError`. */
  async lease(tenant: Tenant, signal?: AbortSignal): Promise<Lease> {
    const own = this.#byTenant.get(tenant) ?? this.#begin(tenant)
    const release = this.#count(own)
    try {
      return { connection: await withSignal(own.ready, signal), release }
    } catch (error) {
      release()
      throw error
    }
  }

  leave(tenant: Tenant): void {
    const own = this.#byTenant.get(tenant)
    if (own) this.#drop(own, 'Its session has ended.')
  }

  /** Starts processes for the next tenants. */
  prepare(): void {
    this.#spares.fill()
    this.#armSpares()
  }

  async close(reason: string): Promise<void> {
    clearTimeout(this.#idleTimer)
    for (const own of [...this.#byTenant.values()]) this.#drop(own, reason)
    clearTimeout(this.#idleTimer)
    this.#spares.end(reason)
    await Promise.allSettled([...this.#endings, this.#spares.gone()])
  }

  #startOptions(): StartOptions {
    const options = this.#options.startOptions()
    this.#options.onStart()
    const stderr = openStderrTail(options.stderr)
    return { ...options, stderr, knownEra: 'legacy', after: Promise.resolve() }
  }

  #begin(tenant: Tenant): Own {
    const spare = this.#spares.take()
    if (!spare) this.#options.claim()
    const start = spare ? spare.greet(tenant) : startConnection(this.#startOptions(), tenant)
    const own: Own = {
      ...{ tenant, start, ready: start.connected, connection: undefined },
      ...{ leases: 0, idleSince: Date.now(), timer: undefined },
    }
    own.ready = start.connected.then(
      (connection) => this.#connected(own, connection),
      (error: unknown) => {
        this.#drop(own, error instanceof ServerDown ? error.reason : messageOf(error), true)
        throw error
      },
    )
    // Whoever waited may have given up.
    own.ready.catch(() => {})
    this.#byTenant.set(tenant, own)
    this.prepare()
    return own
  }

  #connected(own: Own, connection: Connection): Connection {
    if (this.#byTenant.get(own.tenant) !== own) {
      throw new ServerDown(this.#server.name, 'It was stopped while it started.')
    }
    own.connection = connection
    void connection.closed.then((reason) => this.#drop(own, reason, true))
    // Leases first: whoever listens may take its time.
    setImmediate(() => this.#options.onConnected(connection, own.tenant))
    this.#options.onChange()
    return connection
  }

  /** Takes it out at once, and ends it. The next lease of its tenant starts another. */
  #drop(own: Own, reason: string, isFailure = false): void {
    if (this.#byTenant.get(own.tenant) !== own) return
    this.#byTenant.delete(own.tenant)
    clearTimeout(own.timer)
    const { log, onChange, onFailure } = this.#options
    const { name: server } = this.#server
    if (isFailure) {
      onFailure()
      log.warn({ server, reason }, 'a connection of one session failed')
    }
    const ending = own.start.end(reason).finally(() => this.#endings.delete(ending))
    this.#endings.add(ending)
    this.#armSpares()
    onChange()
  }

  #count(own: Own): () => void {
    own.leases += 1
    clearTimeout(own.timer)
    let isReleased = false
    return () => {
      if (isReleased) return
      isReleased = true
      own.leases -= 1
      if (own.leases === 0) this.#arm(own)
    }
  }

  #arm(own: Own): void {
    const { idleMs } = this.#server
    own.idleSince = Date.now()
    if (idleMs === 0 || this.#byTenant.get(own.tenant) !== own) return
    const stop = () => this.#drop(own, 'It was not used for a while.')
    own.timer = setTimeout(stop, idleMs).unref()
  }

  /** Nobody has a connection: those that are kept ready for more are not needed either. */
  #armSpares(): void {
    clearTimeout(this.#idleTimer)
    const { idleMs } = this.#server
    if (idleMs === 0 || this.#byTenant.size > 0) return
    const stop = () => {
      if (this.#options.isHeld()) return this.#armSpares()
      this.#spares.end('It was not used for a while.')
      this.#options.onChange()
    }
    this.#idleTimer = setTimeout(stop, idleMs).unref()
  }
}
