import type { Access } from '../access.ts'
import type { Change, Changes } from '../changes.ts'
import { managementProcedure, router } from '../rpc.ts'

/** What the whole is, for whoever shows it. */
export type Overview = {
  version: string
  /** Where clients reach us, without a slash at its end. */
  url: string
  /** Endpoints that are on, with their Streamable HTTP address. */
  endpoints: { id: string; name: string; url: string; needsKey: boolean }[]
  /** A person has taken all tools away from all clients for now. */
  paused: boolean
}

export type StatusRouterOptions = {
  /** As far as the caller sees it. */
  status: (access: Access) => Overview
  changes: Changes
  /** Whether the caller is to hear of a change. */
  concerns: (change: Change, access: Access) => boolean
}

/** How the whole is, and news of what changes in it, for management callers. */
export function statusRouter({ status, changes, concerns }: StatusRouterOptions) {
  return router({
    overview: managementProcedure.query(({ ctx }) => status(ctx.access)),

    /** Every change from when the subscription says that it has started, in order. */
    changes: managementProcedure.subscription(({ ctx, signal }) => {
      const isMeant = (change: Change) => concerns(change, ctx.access)
      return newsOf(changes, isMeant, signal ?? new AbortController().signal)
    }),
  })
}

/**
 * Changes one by one until aborted. While the listener is busy, the same news is kept once: a
 * change says what to read again, so what waits is bounded by what there is.
 */
async function* newsOf(
  changes: Changes,
  isMeant: (change: Change) => boolean,
  signal: AbortSignal,
): AsyncGenerator<Change, void> {
  const waiting = new Map<string, Change>()
  let wake = () => {}
  const unsubscribe = changes.subscribe((change) => {
    if (!isMeant(change)) return
    waiting.set(JSON.stringify(change), change)
    wake()
  })
  const onAbort = () => wake()
  signal.addEventListener('abort', onAbort)
  try {
    while (!signal.aborted) {
      for (const [key, change] of waiting) {
        waiting.delete(key)
        yield change
      }
      if (signal.aborted || waiting.size > 0) continue
      await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    unsubscribe()
  }
}
