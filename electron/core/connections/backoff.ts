export type BackoffOptions = {
  /** The delay after the second failure in a row; each further one doubles it. */
  firstMs: number
  maxMs: number
  /** A connection that lived this long had nothing to do with failures before it. */
  steadyMs: number
}

/** How long to wait before a server is tried again. */
export interface Backoff {
  /** Counts a failure after `livedMs` of service (0 when it never ran); returns the delay in ms. */
  fail(livedMs: number): number
  reset(): void
}

export function openBackoff({ firstMs, maxMs, steadyMs }: BackoffOptions): Backoff {
  let failures = 0
  return {
    fail(livedMs) {
      if (livedMs >= steadyMs) failures = 0
      failures++
      // Most first failures are a crash that does not come back: nobody should wait for those.
      if (failures === 1) return 0
      return Math.min(firstMs * 2 ** (failures - 2), maxMs)
    },
    reset() {
      failures = 0
    },
  }
}
