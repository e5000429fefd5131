/** So many in so many seconds. */
type Rule = { window: number; max: number }

/** Tries of one kind by one address or account. Its promise is as better-auth asks for it. */
export interface RateLimit {
  /** Takes one of `max` tries in `window` seconds. */
  consume(key: string, rule: Rule): Promise<{ allowed: boolean; retryAfter: number | null }>
  /** The same, at once: the seconds to wait where none was left, else `null`. */
  take(key: string, rule: Rule): number | null
  /** The seconds until there is a try again, or `null`: there is one. Takes none. */
  wait(key: string, rule: Rule): number | null
}

/** What is remembered at once: an attacker has many addresses, and memory ends. */
const MAX_KEYS = 10_000

/** In memory: after a restart everybody has all tries again. Windows begin with the first try. */
export function openRateLimit(now: () => number = Date.now): RateLimit {
  /** Longest untried first. */
  const tries = new Map<string, { endsAt: number; count: number }>()

  function current(key: string) {
    const entry = tries.get(key)
    return entry && entry.endsAt > now() ? entry : null
  }

  function wait(key: string, { max }: Rule): number | null {
    const entry = current(key)
    return entry && entry.count >= max ? Math.ceil((entry.endsAt - now()) / 1000) : null
  }

  function take(key: string, rule: Rule): number | null {
    const seconds = wait(key, rule)
    const { endsAt, count } = current(key) ?? { endsAt: now() + rule.window * 1000, count: 0 }
    tries.delete(key)
    tries.set(key, { endsAt, count: seconds === null ? count + 1 : count })
    forget()
    return seconds
  }

  function forget(): void {
    for (const key of tries.keys()) {
      if (tries.size <= MAX_KEYS) break
      tries.delete(key)
    }
  }

  return {
    wait,
    take,
    consume(key, rule) {
      const retryAfter = take(key, rule)
      return Promise.resolve({ allowed: retryAfter === null, retryAfter })
    },
  }
}
