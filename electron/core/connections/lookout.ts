import { availableParallelism } from 'node:os'

/** An answer that takes longer is slept for. */
const LOOK_MS = 0.3

/** With one processor, whoever looks out keeps the server from answering. */
const hasRoom = availableParallelism() > 1
let until = 0
let isLooking = false

/**
 * Looks out for the answer to a request that is alone on its connection, instead of going to sleep
 * for it: to be woken takes longer than many servers take to answer. That costs at most 0.3 ms, and
 * only where the last answer of the same server came within that time.
 */
export class Lookout {
  readonly #now: () => number
  readonly #look: (untilMs: number) => void
  #askedAt: number | null = null
  #isQuick = false

  /** `look` keeps the event loop awake until then, by `now`. */
  constructor(look = lookUntil, now = () => performance.now()) {
    this.#look = look
    this.#now = now
  }

  /** A request was handed over; so many are out now. */
  asked(count: number): void {
    if (count > 1) return
    this.#askedAt = this.#now()
    if (this.#isQuick) this.#look(this.#askedAt + LOOK_MS)
  }

  /** An answer came, and so many are still out. */
  answered(count: number): void {
    if (count > 0 || this.#askedAt === null) return
    this.#isQuick = this.#now() - this.#askedAt < LOOK_MS
    this.#askedAt = null
    this.#look(0)
  }
}

function lookUntil(ms: number): void {
  until = ms
  if (isLooking || !hasRoom || ms === 0) return
  isLooking = true
  setImmediate(look)
}

/** A loop of events that has something to do at once does not wait for more. */
function look(): void {
  isLooking = performance.now() < until
  if (isLooking) setImmediate(look)
}
