/** Does something not more often than every so often, and never forgets the last time. */
export interface Pace {
  /** At once if the last time is long enough ago, else when it is. */
  soon(): void
  /** When the time has passed, once for all that asked meanwhile. */
  later(): void
  /** Returns whether something was still to be done. */
  stop(): boolean
}

export function openPace(ms: number, act: () => unknown): Pace {
  let timer: NodeJS.Timeout | undefined
  let lastAt = -Infinity
  let isOver = false

  const run = () => {
    timer = undefined
    lastAt = performance.now()
    void act()
  }
  const arm = (delay: number) => {
    if (!isOver) timer ??= setTimeout(run, delay).unref()
  }
  return {
    soon() {
      if (timer || isOver) return
      const waitMs = lastAt + ms - performance.now()
      if (waitMs <= 0) run()
      else arm(waitMs)
    },
    later: () => arm(ms),
    stop() {
      isOver = true
      const wasWaiting = timer !== undefined
      clearTimeout(timer)
      timer = undefined
      return wasWaiting
    },
  }
}
