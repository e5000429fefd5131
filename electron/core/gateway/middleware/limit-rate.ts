import { z } from 'zod'
import { RpcError } from '../../json-rpc.ts'
import { RateLimit, secondsOf } from '../../rate-limit.ts'
import type { Call, Middleware } from '../call.ts'
import { middlewareKind, type MiddlewarePlace } from './kind.ts'

const SECONDS = 60

/** Of the range that JSON-RPC 2.0 leaves to implementations; HTTP knows it as 429. */
export const RATE_LIMITED = -32_029

const perMinute = z.int().min(1).max(1_000_000)

type Options = { perMinute?: number | undefined; perClientPerMinute?: number | undefined }

/**
 * Refuses calls of tools, prompts and resources that are too many in a minute, with -32029 and
 * `data: { reason: 'rate limit', retryAfterMs }`. Lists cost servers nothing and are not counted.
 */
export const limitRate = middlewareKind<Options>({
  use: 'limit-rate',
  options: z
    .strictObject({
      perMinute: perMinute.optional().meta({
        title: 'Calls per minute',
        description: 'Of all clients of an endpoint together.',
      }),
      perClientPerMinute: perMinute.optional().meta({
        title: 'Calls per minute of each client',
        description: 'A client is one key or sign-in, with the name that the program gives itself.',
      }),
    })
    .refine(({ perMinute: all, perClientPerMinute: each }) => (all ?? each) !== undefined, {
      message: 'needs "perMinute" or "perClientPerMinute"',
    }),
  make: (options, place) => limited(options, place),
})

/** What costs servers something. */
export const COUNTED: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read'])

function limited(options: Options, place: MiddlewarePlace): Middleware {
  const { all, each } = place.keep(() => ({
    all: limitOf(options.perMinute),
    each: limitOf(options.perClientPerMinute),
  }))
  return (next) =>
    async function limitRate(call) {
      if (!COUNTED.has(call.method)) return next(call)
      const key = clientKey(call)
      // The narrower one first: who is refused by it takes nothing from the others.
      const wait = await each?.take(key)
      if (typeof wait === 'number') throw tooManyCalls(wait)
      const waitForAll = await all?.take('')
      if (typeof waitForAll !== 'number') return next(call)
      await each?.giveBack(key)
      throw tooManyCalls(waitForAll)
    }
}

function limitOf(max: number | undefined): RateLimit | null {
  return max === undefined ? null : new RateLimit({ window: SECONDS, max })
}

export function tooManyCalls(retryAfterMs: number): RpcError {
  const text = `Too many calls: try again in ${secondsOf(retryAfterMs)} s.`
  return new RpcError(RATE_LIMITED, text, { reason: 'rate limit', retryAfterMs })
}

export type Who = Pick<Call, 'caller'> & { client: Pick<Call['client'], 'info'> }

/** Who calls with which program. */
export function clientKey({ caller, client }: Who): string {
  return `${caller}\n${client.info?.name ?? ''}`
}
