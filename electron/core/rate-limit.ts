import { LRUCache } from 'lru-cache'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'

/** So many in so many seconds. */
type Rule = { window: number; max: number }

/** What is remembered at once: names and addresses are free to make up, and memory ends. */
const MAX_KEYS = 10_000
const LONGEST_KEY = 300

/**
 * How often something is done, by key: an address, an account, a client. In memory: after a restart
 * everybody begins anew. A window begins with the first of its key.
 */
export class RateLimit {
  readonly #limiter: RateLimiterMemory
  /** Longest unused first. */
  readonly #keys: LRUCache<string, true>

  constructor({ window, max }: Rule) {
    const limiter = new RateLimiterMemory({ points: max, duration: window })
    this.#limiter = limiter
    this.#keys = new LRUCache({
      max: MAX_KEYS,
      dispose: (_, key, reason) => void (reason === 'evict' && limiter.delete(key)),
    })
  }

  /** Another one counts at once, with what was taken before. */
  set max(points: number) {
    this.#limiter.points = points
  }

  /** Takes one: the milliseconds to wait where none was left, which takes nothing, else `null`. */
  async take(key: string): Promise<number | null> {
    const short = key.slice(0, LONGEST_KEY)
    this.#keys.set(short, true)
    try {
      await this.#limiter.consume(short)
      return null
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused
      // The library counts it all the same, also against a limit that is raised.
      await this.giveBack(key)
      return refused.msBeforeNext
    }
  }

  /** Counts what was taken elsewhere, also where that is more than there was. */
  async add(key: string, count: number): Promise<void> {
    const short = key.slice(0, LONGEST_KEY)
    this.#keys.set(short, true)
    await this.#limiter.penalty(short, count)
  }

  /** Takes back what was taken just now, in this window. */
  async giveBack(key: string): Promise<void> {
    const short = key.slice(0, LONGEST_KEY)
    const taken = await this.#limiter.get(short)
    // In a new window it would be one more than there are.
    if (taken && taken.msBeforeNext > 0) await this.#limiter.reward(short)
  }
}

/** Limits as better-auth asks for them: each request brings its rule. */
export interface RuledLimits {
  /** `retryAfter` in seconds. */
  consume(key: string, rule: Rule): Promise<{ allowed: boolean; retryAfter: number | null }>
}

export function openRuledLimits(): RuledLimits {
  const limits = new Map<string, RateLimit>()
  return {
    async consume(key, rule) {
      const name = `${rule.max}/${rule.window}`
      const limit = limits.get(name) ?? new RateLimit(rule)
      limits.set(name, limit)
      const wait = await limit.take(key)
      return { allowed: wait === null, retryAfter: wait === null ? null : secondsOf(wait) }
    },
  }
}

/** Whole seconds to wait, as `Retry-After` says them: at least one. */
export function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000))
}
