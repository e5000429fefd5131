const LAST_PAUSE_MS = 10_000

/**
 * How soon lists are read again. The first time is at once, since most changes come alone; but a
 * server that tells of changes whenever it is read would be read without end.
 */
export class ReadingPace {
  readonly #firstPauseMs: number
  #inRow = 0
  #endedAt = -Infinity

  constructor(firstPauseMs: number) {
    this.#firstPauseMs = firstPauseMs
  }

  /** Milliseconds to wait before the reading that is wanted now. */
  begin(): number {
    const sinceMs = performance.now() - this.#endedAt
    if (sinceMs > Math.max(this.#pauseMs, this.#firstPauseMs)) this.#inRow = 0
    const waitMs = Math.max(0, this.#pauseMs - sinceMs)
    this.#inRow += 1
    return waitMs
  }

  ended(): void {
    this.#endedAt = performance.now()
  }

  get #pauseMs(): number {
    if (this.#inRow < 2) return 0
    return Math.min(this.#firstPauseMs * 2 ** (this.#inRow - 2), LAST_PAUSE_MS)
  }
}
