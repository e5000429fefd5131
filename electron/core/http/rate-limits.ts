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
    const { all = null, each = null } = this.#counters.get(endpoint) ?? {}
    const counters = {
      all: limitOf(all, rateLimit.perMinute),
      each: limitOf(each, rateLimit.perClientPerMinute),
    }
    this.#counters.set(endpoint, counters)
    return takeOfBoth(counters, use, asked)
  }
}

type Counters = { all: RateLimit | null; each: RateLimit | null }

/** Another maximum goes on with what was counted; `null` counts nothing. */
function limitOf(before: RateLimit | null, max: number | null): RateLimit | null {
  if (max === null) return null
  const limit = before ?? new RateLimit({ window: SECONDS, max })
  limit.max = max
  return limit
}

async function takeOfBoth({ all, each }: Counters, use: Use, asked: Asked): Promise<void> {
  const key = clientKey(use)
  // The narrower one first: who is refused by it takes nothing from the others.
  const wait = await each?.take(key)
  if (typeof wait === 'number') throw refused(wait, use, asked)
  const waitForAll = await all?.take('')
  if (typeof waitForAll !== 'number') return
  await each?.giveBack(key)
  throw refused(waitForAll, use, asked)
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
