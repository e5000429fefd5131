import type { ShownServerState } from '../../shared/server-state.ts'

/** Failures right after the start are shown in tray and window, and nobody is called for them. */
const QUIET_START_MS = 30_000
/** A server that ran so long works again; one that only tries does not. */
const STEADY_MS = 30_000

type Watched = { id: string; state: Pick<ShownServerState, 'key'> }
export type ServerNotice = { kind: 'failed' | 'works'; id: string }

type Trouble = {
  /** Whether the person was told of it. */
  isTold: boolean
  /** Since when it runs again, in ms since 1970. */
  runsSince: number | null
}

/**
 * Decides of which servers a person is notified: of each that stops working, once however often it
 * fails, and once when it works again. `startedAt` and times are in ms since 1970.
 */
export function openServerNotices(startedAt: number) {
  const troubles = new Map<string, Trouble>()

  function lookAt({ id, state }: Watched, now: number): ServerNotice[] {
    const trouble = troubles.get(id)
    if (state.key === 'failed') {
      if (trouble) trouble.runsSince = null
      const isTold = now - startedAt >= QUIET_START_MS
      if (!trouble) troubles.set(id, { isTold, runsSince: null })
      return !trouble && isTold ? [{ kind: 'failed', id }] : []
    }
    // Between two tries it starts or waits, which says nothing.
    if (!trouble || (state.key !== 'running' && state.key !== 'off')) return []
    if (state.key === 'off') return forget(id)
    trouble.runsSince ??= now
    if (now - trouble.runsSince < STEADY_MS) return []
    forget(id)
    return trouble.isTold ? [{ kind: 'works', id }] : []
  }

  function forget(id: string): [] {
    troubles.delete(id)
    return []
  }

  return {
    /** What to tell now. */
    look(servers: readonly Watched[], now: number): ServerNotice[] {
      const ids = new Set(servers.map(({ id }) => id))
      for (const id of troubles.keys()) if (!ids.has(id)) troubles.delete(id)
      return servers.flatMap((server) => lookAt(server, now))
    },
    /** In how many milliseconds time alone may have changed something; `null` for never. */
    nextLookMs(now: number): number | null {
      const times = [...troubles.values()].flatMap(({ runsSince }) => runsSince ?? [])
      return times.length > 0 ? Math.max(0, Math.min(...times) + STEADY_MS - now) : null
    },
  }
}
