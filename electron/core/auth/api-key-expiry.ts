/** A clock may be set, and a computer may sleep: never wait longer without looking at the time. */
const LOOK_MS = 60_000

/** Tells of keys whose time has come; of those that had expired when they were first seen it does not. */
export interface Expiries {
  /** Keys are others now. */
  look(): void
  /** Each is told from now on. */
  watch(onExpired: (id: string) => void): Disposable
}

export type ExpiriesOptions = {
  keys: () => { id: string; expiresAt: string | null }[]
  /** In ms since 1970. */
  now?: () => number
}

/** Has a timer only while somebody watches and a key expires some day. */
export function openExpiries({ keys, now = Date.now }: ExpiriesOptions): Expiries {
  const listeners = new Set<(id: string) => void>()
  let timer: NodeJS.Timeout | undefined
  let lookedAt = now()

  function look(): void {
    clearTimeout(timer)
    const [since, time] = [lookedAt, now()]
    lookedAt = time
    if (listeners.size === 0) return
    const times = keys().flatMap(({ id, expiresAt }) =>
      expiresAt === null ? [] : [{ id, at: Date.parse(expiresAt) }],
    )
    const next = Math.min(...times.map(({ at }) => at).filter((at) => at > time))
    if (Number.isFinite(next)) {
      timer = setTimeout(look, Math.min(next - time, LOOK_MS))
      timer.unref()
    }
    const expired = times.filter(({ at }) => at > since && at <= time)
    for (const { id } of expired) for (const listener of listeners) listener(id)
  }

  return {
    look,
    watch(onExpired) {
      const listener = (id: string) => onExpired(id)
      listeners.add(listener)
      look()
      const end = () => {
        listeners.delete(listener)
        look()
      }
      return { [Symbol.dispose]: end }
    },
  }
}
