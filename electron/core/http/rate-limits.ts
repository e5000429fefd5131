import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { ReplicaNews } from '../db/replica-news.ts'
import type { Endpoint } from '../gateway/endpoint.ts'
import { clientKey, COUNTED, tooManyCalls, type Who } from '../gateway/middleware/limit-rate.ts'
import { tellRefused } from '../gateway/observer.ts'
import type { RpcRequest } from '../json-rpc.ts'
import { RateLimit, secondsOf } from '../rate-limit.ts'
import { HttpRefusal } from './refusal.ts'

const SECONDS = 60

/** Who asks, and where. */
type Use = Who & { endpoint: Endpoint }

type Asked = Pick<RpcRequest, 'method' | 'params'> & Partial<Pick<RpcRequest, 'id'>>

/** Deleted endpoints are never asked for again, and the longest unused of these go. */
const MAX_ENDPOINTS = 10_000
/** How often other replicas are told what was taken here, and of how many clients at once. */
const TELL_MS = 1_000
const MAX_TOLD = 200

/** How replicas tell one another what was taken. */
type News = Pick<ReplicaNews, 'tell' | 'listen'>

/** By the key of a client: how often it took something. */
type Taken = Map<string, number>

/**
 * What endpoints take in a minute, of all and of each client; counted where requests come in, before
 * anything is done. In memory: after a restart everybody begins anew. What was taken at other
 * replicas counts a second later.
 */
export class RateLimits {
  readonly #counters = new LRUCache<string, Counters>({ max: MAX_ENDPOINTS })
  readonly #news: News | null
  /** What the others have not been told yet, by the ids of endpoints. */
  readonly #untold = new Map<string, Taken>()
  #timer: NodeJS.Timeout | undefined

  constructor(news: News | null = null) {
    this.#news = news
    news?.listen(TOPIC, (fact) => this.#takenElsewhere(fact))
  }

  /** Rejects with `HttpRefusal` (429) what is too much; lists and the like cost nothing. */
  take(use: Use, asked: Asked): Promise<void> | undefined {
    const { endpoint } = use
    const { rateLimit } = endpoint
    if (!rateLimit || !COUNTED.has(asked.method)) return undefined
    return this.#takeOfBoth(rateLimit, use, asked)
  }

  /** Tells at once what would have been told soon. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const [endpoint, taken] of this.#untold) {
      const all = [...taken]
      for (let from = 0; from < all.length; from += MAX_TOLD) {
        this.#news?.tell(TOPIC, { endpoint, taken: all.slice(from, from + MAX_TOLD) })
      }
    }
    this.#untold.clear()
  }

  async #takeOfBoth(limit: EndpointLimit, use: Use, asked: Asked): Promise<void> {
    const { id } = use.endpoint
    const key = keyOf(use)
    const counters = this.#countersOf(id)
    const all = limited(counters.all, limit.perMinute)
    const each = limited(counters.each, limit.perClientPerMinute)
    // The narrower one first: who is refused by it takes nothing from the others.
    const wait = await each?.take(key)
    if (typeof wait === 'number') throw refused(wait, use, asked)
    const waitForAll = await all?.take(ALL)
    if (typeof waitForAll === 'number') {
      await each?.giveBack(key)
      throw refused(waitForAll, use, asked)
    }
    if (this.#news) this.#note(id, key)
  }

  #countersOf(id: string): Counters {
    const known = this.#counters.get(id)
    if (known) return known
    const open = () => new RateLimit({ window: SECONDS, max: 1 })
    const counters = { all: open(), each: open() }
    this.#counters.set(id, counters)
    return counters
  }

  #note(id: string, key: string): void {
    const taken = this.#untold.get(id) ?? new Map<string, number>()
    taken.set(key, (taken.get(key) ?? 0) + 1)
    this.#untold.set(id, taken)
    this.#timer ??= setTimeout(() => this.flush(), TELL_MS).unref()
  }

  #takenElsewhere(fact: unknown): void {
    const { endpoint, taken } = Object(fact) as Record<string, unknown>
    if (typeof endpoint !== 'string' || !Array.isArray(taken)) return
    const { all, each } = this.#countersOf(endpoint)
    for (const entry of taken as unknown[]) {
      const [key, count] = Array.isArray(entry) ? (entry as unknown[]) : []
      if (typeof key !== 'string' || !isCount(count)) continue
      void all.add(ALL, count)
      void each.add(key, count)
    }
  }
}

const TOPIC = 'taken'
/** The key of what all take together. */
const ALL = ''

type EndpointLimit = NonNullable<Endpoint['rateLimit']>
type Counters = { all: RateLimit; each: RateLimit }

/** Another maximum goes on with what was counted; `null` counts nothing. */
function limited(limit: RateLimit, max: number | null): RateLimit | null {
  if (max === null) return null
  limit.max = max
  return limit
}

/** Short whatever a program calls itself, since all replicas are told it. */
function keyOf(use: Use): string {
  return createHash('sha256').update(clientKey(use)).digest('base64url').slice(0, 16)
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0
}

/** The refusal, which is told of like a call that failed. */
function refused(retryAfterMs: number, { endpoint, caller, client }: Use, asked: Asked) {
  const error = tooManyCalls(retryAfterMs)
  const { method, params = {} } = asked
  void tellRefused(endpoint, { caller, client }, { method, params, error })
  return new HttpRefusal(429, error, { id: asked.id ?? null, headers: retryAfter(retryAfterMs) })
}

/** For an answer with status 429; whole seconds are all that the header can say. */
export function retryAfter(ms: number): Record<string, string> {
  return { 'retry-after': String(secondsOf(ms)) }
}
