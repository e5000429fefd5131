import { z } from 'zod'
import { RpcCode, RpcError, type JsonObject } from '../../json-rpc.ts'
import type { Call, Middleware } from '../call.ts'
import { middlewareKind } from './kind.ts'

/** A longer time is none: timers of Node hold 31 bits, and the pools end a call after an hour. */
const MAX_MS = 3_600_000

/**
 * Ends what takes longer than `ms` milliseconds, questions to the client included: the server is
 * told that it was cancelled, the client gets -32603 with `data: { server, timeoutMs }`.
 */
export const limitTime = middlewareKind({
  use: 'limit-time',
  options: z.strictObject({
    ms: z
      .int()
      .min(1)
      .max(MAX_MS)
      .meta({ title: 'Milliseconds', description: 'The longest time that a call may take.' }),
  }),
  make: ({ ms }) => limited(ms),
})

function limited(timeoutMs: number): Middleware {
  return (next) =>
    async function limitTime(call) {
      const limit = new AbortController()
      const route = call.route ?? { server: null }
      const timedOut = Promise.withResolvers<never>()
      const timer = setTimeout(() => {
        const error = late(call, timeoutMs, route.server)
        limit.abort(error)
        timedOut.reject(error)
      }, timeoutMs)
      // `AbortSignal.any` does the same, and costs a call more than all the rest of this.
      const { signal } = limit
      const leave = () => limit.abort(call.signal.reason)
      call.signal.addEventListener('abort', leave, { once: true })
      if (call.signal.aborted) leave()
      try {
        return await Promise.race([next({ ...call, signal, route }), timedOut.promise])
      } finally {
        call.signal.removeEventListener('abort', leave)
        clearTimeout(timer)
      }
    }
}

function late({ method }: Call, timeoutMs: number, server: string | null): RpcError {
  const data: JsonObject = { server, timeoutMs }
  const seconds = `${timeoutMs / 1000} s`
  return new RpcError(
    RpcCode.internalError,
    `${server ?? method}: no answer within ${seconds}, the limit of this namespace.`,
    data,
  )
}
