/** Tries of one kind by one address, as better-auth asks for them. */
export interface RateLimit {
  /** Takes one of `max` tries in `window` seconds. */
  consume(
    key: string,
    rule: { window: number; max: number },
  ): Promise<{ allowed: boolean; retryAfter: number | null }>
}

/** Addresses that are remembered at once: an attacker has many, and memory ends. */
const MAX_KEYS = 10_000

/** In memory: after a restart everybody has all tries again. Windows begin with the first try. */
export function openRateLimit(now: () => number = Date.now): RateLimit {
  const tries = new Map<string, { endsAt: number; count: number }>()

  function forget(): void {
    const time = now()
    for (const [key, entry] of tries) if (entry.endsAt <= time) tries.delete(key)
    for (const key of tries.keys()) {
      if (tries.size <= MAX_KEYS) break
      tries.delete(key)
    }
  }

  return {
    async consume(key, { window, max }) {
      const time = now()
      const entry = tries.get(key)
      if (!entry || entry.endsAt <= time) {
        if (tries.size >= MAX_KEYS) forget()
        tries.set(key, { endsAt: time + window * 1000, count: 1 })
        return { allowed: true, retryAfter: null }
      }
      if (entry.count >= max) {
        return { allowed: false, retryAfter: Math.ceil((entry.endsAt - time) / 1000) }
      }
      entry.count += 1
      return { allowed: true, retryAfter: null }
    },
  }
}
