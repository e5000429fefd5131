/** How long something may be silent, and how long it may take at all; in milliseconds. */
export type Limits = { silentMs: number; maxMs: number }

/** One timer for both limits: most are answered, and begin and stop one. */
export class Patience {
  readonly #limits: Limits
  readonly #onEnd: (ms: number) => void
  readonly #begunAt = performance.now()
  #timer: NodeJS.Timeout

  /** `onEnd` is told the limit that ran out. */
  constructor(limits: Limits, onEnd: (ms: number) => void) {
    this.#limits = limits
    this.#onEnd = onEnd
    const { silentMs, maxMs } = limits
    this.#timer = silentMs < maxMs ? this.#start(silentMs, silentMs) : this.#start(maxMs, maxMs)
  }

  /** A sign of life: the silence begins anew, all of it does not. */
  refresh(): void {
    const { silentMs, maxMs } = this.#limits
    const leftMs = this.#begunAt + maxMs - performance.now()
    if (leftMs > silentMs) return void this.#timer.refresh()
    clearTimeout(this.#timer)
    this.#timer = this.#start(Math.max(0, leftMs), maxMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #start(ms: number, limitMs: number): NodeJS.Timeout {
    return setTimeout(() => this.#onEnd(limitMs), ms)
  }
}
