/** Whether calls and faults go on, wait, or are over. */
export type Gate = {
  /** Resolves as soon as they may go on. */
  open(): Promise<void>
  isOver(): boolean
  /** Resolves then. */
  over(): Promise<void>
  isShut(): boolean
  /** What is counted as being on its way. */
  during<T>(work: Promise<T>): Promise<T>
  /** From now on everybody waits; resolves once nothing is on its way, or with false after so long. */
  shut(ms: number): Promise<boolean>
  reopen(): void
  /** Nobody goes on any more. */
  end(): void
}

export function openGate(): Gate {
  let waiting: PromiseWithResolvers<void> | null = null
  const ended = Promise.withResolvers<void>()
  let isOver = false
  let running = 0
  let calm: (() => void) | null = null

  function reopen(): void {
    waiting?.resolve()
    waiting = null
  }
  return {
    open: () => waiting?.promise ?? Promise.resolve(),
    isOver: () => isOver,
    over: () => ended.promise,
    isShut: () => waiting !== null,
    async during(work) {
      running += 1
      try {
        return await work
      } finally {
        running -= 1
        if (running === 0) calm?.()
      }
    },
    async shut(ms) {
      waiting ??= Promise.withResolvers()
      if (running === 0) return true
      const done = Promise.withResolvers<boolean>()
      const timer = setTimeout(() => done.resolve(false), ms)
      calm = () => done.resolve(true)
      const isCalm = await done.promise
      clearTimeout(timer)
      calm = null
      return isCalm
    },
    reopen,
    end() {
      isOver = true
      ended.resolve()
      reopen()
    },
  }
}
