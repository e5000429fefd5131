import type { Server } from '../../../shared/server.ts'
import type { Logger } from '../log.ts'
import { openBackoff } from './backoff.ts'
import type { Backoff, BackoffOptions } from './backoff.ts'
import type { Spare } from './start.ts'

/** One that does not even wait for its client will hardly do so at the next try. */
const MAX_FAILURES = 3

export type SparesOptions = {
  server: Server
  log: Logger
  backoff: BackoffOptions
  start(): Spare
  /** Whether one more may be without another giving way. */
  hasRoom(): boolean
  /** One ended by itself. */
  onFailure(): void
}

/** Processes of a server that wait for the next clients, which then need not wait for them. */
export class Spares {
  readonly #options: SparesOptions
  readonly #backoff: Backoff
  readonly #waiting = new Map<Spare, { since: number }>()
  readonly #endings = new Set<Promise<unknown>>()
  #failures = 0
  #isWanted = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: SparesOptions) {
    this.#options = options
    this.#backoff = openBackoff(options.backoff)
  }

  get count(): number {
    return this.#waiting.size
  }

  /** In the order in which they were started. */
  get waiting(): { since: number; end(): void }[] {
    return [...this.#waiting].map(([spare, { since }]) => ({
      since,
      end: () => this.#drop(spare, 'It gave way to another connection.'),
    }))
  }

  take(): Spare | undefined {
    const [spare] = this.#waiting.keys()
    if (!spare) return undefined
    this.#waiting.delete(spare)
    this.#failures = 0
    this.#backoff.reset()
    return spare
  }

  /** Starts as many as are to wait, now and whenever one was taken. */
  fill(): void {
    const { server, hasRoom, start } = this.#options
    if (server.type !== 'STDIO' || server.isolation !== 'session') return
    this.#isWanted = true
    while (this.count < server.idleConnections && this.#failures < MAX_FAILURES && hasRoom()) {
      const spare = start()
      this.#waiting.set(spare, { since: Date.now() })
      void spare.closed.then((reason) => this.#ended(spare, reason))
    }
  }

  end(reason: string): void {
    this.#isWanted = false
    clearTimeout(this.#timer)
    for (const spare of [...this.#waiting.keys()]) this.#drop(spare, reason)
  }

  /** Resolves when nothing is left of those that were ended. */
  async gone(): Promise<void> {
    await Promise.allSettled(this.#endings)
  }

  #drop(spare: Spare, reason: string): void {
    this.#waiting.delete(spare)
    const ending = spare.end(reason).finally(() => this.#endings.delete(ending))
    this.#endings.add(ending)
  }

  #ended(spare: Spare, reason: string): void {
    if (!this.#waiting.has(spare)) return
    this.#drop(spare, reason)
    this.#failures += 1
    const { log, server, onFailure } = this.#options
    onFailure()
    const delayMs = this.#backoff.fail(0)
    log.warn({ server: server.name, reason, delayMs }, 'a process that was kept ready ended')
    if (this.#isWanted) this.#timer = setTimeout(() => this.fill(), delayMs).unref()
  }
}
