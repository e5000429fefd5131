import { z } from 'zod'
import { logFilter, type LogEntry, type LogFilter } from '../../../shared/log-entry.ts'
import type { Access } from '../access.ts'
import { managementProcedure, router } from '../rpc.ts'
import type { LogRing } from './log-ring.ts'

export type LogRouterOptions = {
  ring: LogRing
  /** Whether the caller may read this one. */
  reads: (access: Access, entry: LogEntry) => boolean
  /** The least time between two batches of a subscription, in milliseconds. */
  batchMs?: number
}

const asked = z.strictObject({
  /** Only what came after the entry of this number. */
  after: z.number().optional(),
  filter: logFilter.optional(),
})

/** What we and the servers had to say, for management callers. */
export function logRouter({ ring, reads, batchMs = 100 }: LogRouterOptions) {
  return router({
    list: managementProcedure.input(asked).query(({ ctx, input }) => {
      return ring.list({ ...input, may: (entry) => reads(ctx.access, entry) })
    }),

    /**
     * Batches of entries, oldest first: those that are there already, then what comes, at most
     * every 100 ms. Who subscribes again says from where on; an entry never comes twice.
     */
    tail: managementProcedure.input(asked).subscription(({ ctx, input, signal }) => {
      const wanted = { ...input, may: (entry: LogEntry) => reads(ctx.access, entry) }
      return batches(ring, wanted, { batchMs, signal: signal ?? new AbortController().signal })
    }),
  })
}

type Wanted = {
  after?: number | undefined
  filter?: LogFilter | undefined
  may: (entry: LogEntry) => boolean
}

async function* batches(
  ring: LogRing,
  { after, ...wanted }: Wanted,
  { batchMs, signal }: { batchMs: number; signal: AbortSignal },
): AsyncGenerator<LogEntry[], void> {
  let seen = after ?? 0
  // The first one comes in any case: who watches knows then that there is nothing yet.
  let isFirst = true
  while (!signal.aborted) {
    const found = ring.list({ after: seen, ...wanted })
    seen = ring.lastSeq
    if (found.length > 0 || isFirst) yield found
    isFirst = false
    await pause(batchMs, signal)
    if (ring.lastSeq === seen) await nextPush(ring, signal)
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms).unref()
  const stop = () => resolve()
  signal.addEventListener('abort', stop, { once: true })
  return promise.finally(() => {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  })
}

function nextPush(ring: LogRing, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = () => resolve()
  const unsubscribe = ring.onPush(resolve)
  signal.addEventListener('abort', stop, { once: true })
  return promise.finally(() => {
    unsubscribe()
    signal.removeEventListener('abort', stop)
  })
}
