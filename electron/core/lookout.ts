import { availableParallelism } from 'node:os'

/** What takes longer is slept for. */
const LOOK_MS = 0.3

/** With one processor, whoever looks out keeps the other side from doing anything. */
const hasRoom = availableParallelism() > 1
let until = 0
let isLooking = false

/**
 * Looks out for what is likely to come at once, such as the answer of a server that has nothing else to
 * do, instead of going to sleep: to be woken takes longer than that. It costs at most 0.3 ms, and only
 * where what was waited for before came within that time.
 */
export class Lookout {
  readonly #now: () => number
  readonly #look: (untilMs: number) => void
  #since: number | null = null
  #isQuick = false

  /** `look` keeps the event loop awake until then, by `now`. */
  constructor(look = lookUntil, now = () => performance.now()) {
    this.#look = look
    this.#now = now
  }

  /** Something is waited for from now on. */
  begin(): void {
    this.#since = this.#now()
    if (this.#isQuick) this.#look(this.#since + LOOK_MS)
  }

  /** It came. */
  end(): void {
    if (this.#since === null) return
    this.#isQuick = this.#now() - this.#since < LOOK_MS
    this.#since = null
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
