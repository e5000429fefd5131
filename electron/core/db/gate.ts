import { AsyncLocalStorage } from 'node:async_hooks'
import { AppError } from '../errors.ts'

/** Lets operations in until it closes, and none that was begun inside the callback of another. */
export interface Gate {
  /** Rejects at once instead of letting in what would wait forever or comes too late. */
  enter<T>(operation: () => Promise<T>): Promise<T>
  /** Runs a callback that holds the only session: until it ends, nothing it calls may enter. */
  within<T>(callback: () => Promise<T>): Promise<T>
  /** Lets nobody in, waits for those who are, then finishes. Idempotent. */
  close(finish: () => Promise<void>): Promise<void>
}

export function openGate(): Gate {
  const inside = new AsyncLocalStorage<{ open: boolean }>()
  const entered = new Set<Promise<unknown>>()
  let closing: Promise<void> | null = null

  const refuseNesting = () => {
    if (inside.getStore()?.open) {
      throw new Error(
        'A transaction is open here: use its tx. Another one would wait for it forever.',
      )
    }
  }
  return {
    async enter(operation) {
      refuseNesting()
      if (closing) throw new AppError('unavailable', 'The database is closed.')
      const running = operation()
      entered.add(running)
      try {
        return await running
      } finally {
        entered.delete(running)
      }
    },
    async within(callback) {
      const here = { open: true }
      try {
        return await inside.run(here, callback)
      } finally {
        // Work that was left behind may go on in this context, and is free to enter from now on.
        here.open = false
      }
    },
    async close(finish) {
      refuseNesting()
      closing ??= Promise.allSettled(entered).then(finish)
      return closing
    },
  }
}
