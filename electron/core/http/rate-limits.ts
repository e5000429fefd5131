import { LRUCache } from 'lru-cache'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { Call } from '../gateway/call.ts'
import type { Endpoint } from '../gateway/endpoint.ts'
import { clientKey, COUNTED, RATE_LIMITED } from '../gateway/middleware/limit-rate.ts'
import { RpcError, type RpcRequest } from '../json-rpc.ts'
import { HttpRefusal } from './refusal.ts'

const SECONDS = 60

/** Clients of an endpoint that are counted: names are free to make up, and memory ends. */
const MAX_CLIENTS = 10_000
const MAX_NAME = 200

/** Who asks, and where. */
type Use = { endpoint: Endpoint; caller: string; client: Pick<Call['client'], 'info'> }

type Asked = Pick<RpcRequest, 'method'> & Partial<Pick<RpcRequest, 'id'>>

/**
 * What endpoints take in a minute, of all and of each client; counted where requests come in, before
 * anything is done. In memory: after a restart everybody begins anew.
 */
export class RateLimits {
  readonly #counters = new WeakMap<Endpoint, Counters>()

  /** Rejects with `HttpRefusal` (429) what is too much; lists and the like cost nothing. */
  take(use: Use, asked: Asked): Promise<void> | undefined {
    const { endpoint } = use
    const { rateLimit } = endpoint
    if (!rateLimit || !COUNTED.has(asked.method)) return undefined
    let counters = this.#counters.get(endpoint)
    if (!counters) {
      counters = { all: new Counter(), each: new Counter() }
      this.#counters.set(endpoint, counters)
    }
    counters.all.max = rateLimit.perMinute
    counters.each.max = rateLimit.perClientPerMinute
    return takeOfBoth(counters, use, asked)
  }
}

type Counters = { all: Counter; each: Counter }

async function takeOfBoth({ all, each }: Counters, use: Use, { id }: Asked): Promise<void> {
  const key = clientKey(use).slice(0, MAX_NAME)
  // The narrower one first: who is refused by it takes nothing from the others.
  const wait = await each.take(key)
  if (wait !== null) throw tooMany(wait, id)
  const waitForAll = await all.take('')
  if (waitForAll === null) return
  await each.giveBack(key)
  throw tooMany(waitForAll, id)
}

function tooMany(retryAfterMs: number, id: RpcRequest['id'] | undefined): HttpRefusal {
  const seconds = secondsOf(retryAfterMs)
  const text = `Too many calls: try again in ${seconds} s.`
  const error = new RpcError(RATE_LIMITED, text, { reason: 'rate limit', retryAfterMs })
  return new HttpRefusal(429, error, { id: id ?? null, headers: retryAfter(retryAfterMs) })
}

/** For an answer with status 429; whole seconds are all that the header can say. */
export function retryAfter(ms: number): Record<string, string> {
  return { 'retry-after': String(secondsOf(ms)) }
}

function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000))
}

/** Counts of one kind; another maximum counts at once, with what was taken before. */
class Counter {
  #limiter: RateLimiterMemory | null = null
  #keys: LRUCache<string, true> | null = null

  /** In a minute; `null` for any number, which is not counted. */
  set max(points: number | null) {
    if (points === null) {
      this.#limiter = null
      this.#keys = null
    } else if (!this.#limiter) {
      const limiter = new RateLimiterMemory({ points, duration: SECONDS })
      this.#limiter = limiter
      this.#keys = new LRUCache({
        max: MAX_CLIENTS,
        dispose: (_, key, reason) => void (reason === 'evict' && limiter.delete(key)),
      })
    } else this.#limiter.points = points
  }

  /** The milliseconds to wait where nothing is left, else `null`. */
  async take(key: string): Promise<number | null> {
    const limiter = this.#limiter
    if (!limiter) return null
    this.#keys?.set(key, true)
    try {
      await limiter.consume(key)
      return null
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused
      // Tries that were refused must not count against a limit that is raised.
      await this.giveBack(key)
      return refused.msBeforeNext
    }
  }

  async giveBack(key: string): Promise<void> {
    await this.#limiter?.reward(key)
  }
}
