import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { canonicalJson } from '../../canonical-json.ts'
import { isObject, type JsonObject } from '../../json-rpc.ts'
import { toolHash } from '../../tool-hash.ts'
import type { Call, Middleware } from '../call.ts'
import { ORIGIN, type Listed } from '../catalog.ts'
import { jsonLength } from '../json-length.ts'
import { middlewareKind, type MiddlewarePlace } from './kind.ts'

/** Characters of JSON that all answers of one entry may take. */
const MAX_KEPT = 20_000_000

type Options = { seconds: number; perCaller: boolean }

/**
 * Answers a call from an earlier one with the same arguments. Only of tools whose server says, by
 * `readOnlyHint` and `idempotentHint`, that they change nothing; what a namespace says of a tool
 * counts as well. Errors are not kept.
 */
export const cache = middlewareKind<Options>({
  use: 'cache',
  options: z.strictObject({
    seconds: z
      .int()
      .min(1)
      .max(86_400)
      .meta({ title: 'Seconds', description: 'How long an answer is good.' }),
    perCaller: z.boolean().default(true).meta({
      title: 'Apart for each caller',
      description: 'Whether nobody gets what another one was answered.',
    }),
  }),
  make: (options, place) => cached(options, place),
})

function cached({ seconds, perCaller }: Options, place: MiddlewarePlace): Middleware {
  const kept = place.keep(
    () => new LRUCache<string, JsonObject>({ maxSize: MAX_KEPT, ttl: seconds * 1_000 }),
  )
  return (next) =>
    async function cache(call) {
      const tool = place.toolOf(call)
      if (!tool || !mayBeKept(tool) || call.params.task !== undefined) return next(call)
      const key = keyOf(call, tool, perCaller)
      const before = kept.get(key)
      if (before) return before
      const result = await next(call)
      if (isFinal(result)) {
        kept.set(key, result, { size: Math.max(1, jsonLength(result) + key.length) })
      }
      return result
    }
}

function mayBeKept({ annotations }: Listed): boolean {
  if (!isObject(annotations)) return false
  return annotations.readOnlyHint === true && annotations.idempotentHint === true
}

/** With what the tool says of itself: another tool of the same name is another question. */
function keyOf({ caller, params }: Call, tool: Listed, perCaller: boolean): string {
  const { serverId, name } = tool[ORIGIN]
  const asked = params.arguments ?? {}
  return canonicalJson([perCaller ? caller : null, serverId, name, toolHash(tool), asked])
}

function isFinal({ isError, resultType, content }: JsonObject): boolean {
  return isError !== true && (resultType ?? 'complete') === 'complete' && Array.isArray(content)
}
