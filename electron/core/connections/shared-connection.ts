import type { ServerProblem } from '../../../shared/server-problem.ts'
import type { Server } from '../../../shared/server.ts'
import { messageOf } from '../errors.ts'
import { openBackoff } from './backoff.ts'
import type { Backoff, BackoffOptions } from './backoff.ts'
import { ServerDown } from './connection.ts'
import type { Connection, Era } from './connection.ts'
import { openTrouble, statusOf } from './shared-status.ts'
import type { SharedStatus, Slot } from './shared-status.ts'
import { startConnection } from './start.ts'
import type { StartOptions } from './start.ts'
import { openStderrTail } from './stderr-tail.ts'
import type { StderrTail } from './stderr-tail.ts'
import { isThere } from './is-there.ts'
import { withSignal } from './with-signal.ts'

export type { SharedStatus }

export type Lease = {
  connection: Connection
  /** Idempotent. */
  release(): void
}

export type SharedOptions = Omit<StartOptions, 'server' | 'stderr' | 'after' | 'knownEra'> & {
  /** What is remembered of the server. */
  knownEra(): Era | null
  backoff: BackoffOptions
  onConnected(connection: Connection): void
  onState(): void
  /** A connection is being started. */
  onStart(): void
  /** One did not start, or broke. */
  onFailure(): void
}

/** `ranSince`: when the connection began that was lost, by `performance.now()`; `null` if there was none. */
type Failure = { reason: string; problem: ServerProblem | null; ranSince: number | null }

/** The connection of one server that its clients share: started when it is needed, ended when it is not, tried again. */
export class SharedConnection {
  readonly #options: SharedOptions
  readonly #backoff: Backoff
  readonly #trouble = openTrouble()
  #server: Server
  #slot: Slot
  #stderr: StderrTail = openStderrTail()
  #leases = 0
  #holds = 0
  #gaveWay = false
  #lastStartMs: number | null = null
  #timer: NodeJS.Timeout | undefined
  /** The end of what was there before: two processes of one server never overlap. */
  #ended: Promise<unknown> = Promise.resolve()

  constructor(server: Server, options: SharedOptions) {
    this.#options = options
    this.#backoff = openBackoff(options.backoff)
    this.#server = server
    this.#slot = { state: server.enabled ? 'stopped' : 'disabled' }
  }

  /** Starts it now if nobody has to ask for it first. */
  wake(): void {
    if (this.#slot.state === 'stopped' && this.#isWanted()) void this.#begin()
  }

  /** One that failed is tried now, one over HTTP asked whether it is still there. */
  lookAgain(): void {
    const slot = this.#slot
    if (slot.state === 'failed') {
      this.#backoff.reset()
      if (this.#isWanted()) void this.#begin()
      else this.#move({ ...slot, retryAt: Date.now(), dueAt: performance.now() })
    }
    if (slot.state !== 'running' || this.#server.type === 'STDIO') return
    void isThere(slot.connection).then((reason) => {
      if (reason !== null && this.#slot === slot) void slot.start.end(reason)
    })
  }

  get status(): SharedStatus {
    const { problem } = this.#trouble
    const isRetried = this.#isWanted()
    return statusOf(this.#slot, { problem, isRetried, lastStartMs: this.#lastStartMs })
  }

  /** What all processes of the server write to stderr; another one for another definition. */
  get tail(): StderrTail {
    return this.#stderr
  }

  get isHeld(): boolean {
    return this.#holds > 0
  }

  /** Whether there is one, or one is about to be. */
  get isUp(): boolean {
    return 'start' in this.#slot
  }

  /** `null` while somebody uses it. */
  get unusedSince(): number | null {
    return this.#slot.state === 'running' && this.#leases === 0 ? this.#slot.startedAt : null
  }

  /** Ends an unused one; it starts again when it is needed, or may come back. */
  giveWay(): void {
    this.#move({ state: 'stopped' }, 'It gave way to another connection.')
    this.#gaveWay = true
  }

  /** There is room again: whoever holds it waits for news, such as changed lists. */
  comeBack(): void {
    if (this.#gaveWay) this.wake()
  }

  /** Throws `ServerDown` if the server is not to be used at all. */
  checkUsable(): void {
    const { name } = this.#server
    if (this.#slot.state === 'disabled') throw new ServerDown(name, 'It is switched off.')
    if (this.#slot.state === 'removed') throw new ServerDown(name, 'It was removed.')
  }

  define(server: Server): void {
    this.#server = server
    this.#stderr = openStderrTail()
    this.#backoff.reset()
    this.#trouble.reset()
    this.#lastStartMs = null
    this.#move({ state: server.enabled ? 'stopped' : 'disabled' }, 'Its definition changed.')
    this.wake()
  }

  /**
   * Ends what is there, and starts anew at once, also when it would be tried later or was not needed.
   * With `startTimeoutMs` this one start may take so long. Rejects `ServerDown`.
   */
  async restart(startTimeoutMs = this.#server.startTimeoutMs): Promise<void> {
    this.checkUsable()
    this.#backoff.reset()
    if (this.isUp) this.#move({ state: 'stopped' }, 'It was started again.')
    await this.#begin({ ...this.#server, startTimeoutMs })
  }

  /** One that runs, without any wait; `null` where there is none yet. */
  leaseNow(): Lease | null {
    const slot = this.#slot
    if (slot.state !== 'running') return null
    return { connection: slot.connection, release: this.#count('leases') }
  }

  async lease(signal?: AbortSignal): Promise<Lease> {
    signal?.throwIfAborted()
    const release = this.#count('leases')
    try {
      return { connection: await withSignal(this.#connect(), signal), release }
    } catch (error) {
      release()
      throw error
    }
  }

  hold(): () => void {
    return this.#count('holds')
  }

  async close(reason: string): Promise<void> {
    this.#move({ state: 'removed' }, reason)
    await this.#ended
  }

  async #connect(): Promise<Connection> {
    this.checkUsable()
    const slot = this.#slot
    const { name } = this.#server
    switch (slot.state) {
      case 'running':
        return slot.connection
      case 'starting':
        return slot.ready
      case 'failed': {
        const waitMs = slot.dueAt - performance.now()
        if (waitMs <= 0) return this.#begin()
        const seconds = Math.ceil(waitMs / 1_000)
        throw new ServerDown(name, `${slot.reason}\nIt is tried again in ${seconds} s.`)
      }
      case 'stopped':
      case 'disabled':
      case 'removed':
        return this.#begin()
    }
  }

  #begin(server = this.#server): Promise<Connection> {
    const startedAt = Date.now()
    const ranSince = performance.now()
    const { name } = server
    this.#options.onStart()
    const start = startConnection({
      ...this.#options,
      server,
      stderr: openStderrTail(this.#stderr),
      after: this.#ended,
      knownEra: this.#options.knownEra(),
    })
    const isCurrent = () => 'start' in this.#slot && this.#slot.start === start
    const connected = (connection: Connection) => {
      if (!isCurrent()) throw new ServerDown(name, 'It was stopped while it started.')
      const startMs = Date.now() - startedAt
      this.#lastStartMs = startMs
      this.#trouble.runs()
      this.#move({ state: 'running', start, connection, startedAt, startMs })
      void connection.closed.then((reason) => {
        if (isCurrent()) this.#fail({ reason, problem: start.problem, ranSince })
      })
      // Leases first: whoever listens may take its time.
      setImmediate(() => this.#options.onConnected(connection))
      return connection
    }
    const ready = start.connected.then(connected, (error: unknown) => {
      const reason = error instanceof ServerDown ? error.reason : messageOf(error)
      const problem = error instanceof ServerDown ? error.problem : null
      if (isCurrent()) this.#fail({ reason, problem, ranSince: null })
      throw error
    })
    // A start in the background may fail without anybody waiting; its state says so.
    ready.catch(() => {})
    this.#move({ state: 'starting', start, ready, startedAt })
    return ready
  }

  #fail({ reason, problem, ranSince }: Failure): void {
    const now = performance.now()
    const delayMs = this.#backoff.fail(now - (ranSince ?? now))
    const retryAt = Date.now() + delayMs
    const hadRun = ranSince !== null
    this.#options.onFailure()
    this.#trouble.add(problem ?? { code: 'other', message: reason }, { hadRun, retryAt })
    this.#options.log.warn({ server: this.#server.name, reason, delayMs }, 'a server failed')
    this.#move({ state: 'failed', reason, retryAt, dueAt: now + delayMs }, reason)
  }

  /** The one way from state to state: what the old one owned is ended, the right timer runs. */
  #move(next: Slot, why = ''): void {
    const old = this.#slot
    this.#slot = next
    this.#gaveWay = false
    if ('start' in old && !('start' in next && next.start === old.start)) {
      this.#ended = Promise.allSettled([this.#ended, old.start.end(why)])
    }
    this.#arm()
    this.#options.onState()
  }

  #count(what: 'leases' | 'holds'): () => void {
    const add = (number: number) => {
      if (what === 'leases') this.#leases += number
      if (what === 'holds') this.#holds += number
      // Only the first and the last one make a difference.
      if (this.#leases + this.#holds <= 1) this.#arm()
    }
    add(1)
    let isReleased = false
    return () => {
      if (!isReleased) add(-1)
      isReleased = true
    }
  }

  /** Running and unused: stopped after a while. Failed and wanted: tried again by itself. */
  #arm(): void {
    clearTimeout(this.#timer)
    const slot = this.#slot
    const { idleMs } = this.#server
    if (slot.state === 'running' && idleMs > 0 && this.#leases + this.#holds === 0) {
      const stop = () => this.#move({ state: 'stopped' }, 'It was not used for a while.')
      this.#timer = setTimeout(stop, idleMs).unref()
    }
    if (slot.state === 'failed' && this.#isWanted()) {
      const again = () => void this.#begin()
      this.#timer = setTimeout(again, Math.max(0, slot.dueAt - performance.now())).unref()
    }
  }

  #isWanted(): boolean {
    return this.#server.enabled && (this.#server.start === 'eager' || this.#holds > 0)
  }
}
