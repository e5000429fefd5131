import { z } from 'zod'
import { isObject, type JsonObject } from '../../json-rpc.ts'
import { openRedaction, REDACTED_KINDS, type RedactedKind } from '../../redaction.ts'
import type { Middleware } from '../call.ts'
import { middlewareKind, type MiddlewarePlace } from './kind.ts'

type Options = {
  kinds: RedactedKind[]
  words: string[]
  arguments: boolean
  results: boolean
}

/**
 * Puts `[redacted]` in place of what is not to pass: in the arguments that servers get, and in the
 * results that clients get. The rest of a text, and all that is no text, stays as it is.
 */
export const redact = middlewareKind<Options>({
  use: 'redact',
  options: z.strictObject({
    kinds: z
      .array(z.enum(REDACTED_KINDS))
      .default(['secrets'])
      .meta({ title: 'What', description: 'Keys and tokens, and what tells of people.' }),
    words: z
      .array(z.string().min(3).max(200))
      .max(1_000)
      .default([])
      .meta({ title: 'Words', description: 'Texts of your own, in any case.' }),
    arguments: z
      .boolean()
      .default(true)
      .meta({ title: 'Arguments', description: 'On the way to servers.' }),
    results: z
      .boolean()
      .default(true)
      .meta({ title: 'Results', description: 'On the way to clients.' }),
  }),
  make: (options, place) => redacted(options, place),
})

/** Where a request carries what a person or a model has written. */
const CARRIED = new Map([
  ['tools/call', 'arguments'],
  ['prompts/get', 'arguments'],
])

/** Where a result carries what a server has found. */
const RESULTS = new Map<string, readonly string[]>([
  ['tools/call', ['content', 'structuredContent']],
  ['prompts/get', ['messages', 'description']],
  ['resources/read', ['contents']],
])

function redacted(options: Options, { redactions }: MiddlewarePlace): Middleware {
  const hide = openRedaction(options.kinds, options.words)
  redactions.push(hide)
  return (next) =>
    async function redact(call) {
      const carried = CARRIED.get(call.method)
      const shown =
        options.arguments && carried !== undefined && carried in call.params
          ? { ...call, params: { ...call.params, [carried]: within(call.params[carried], hide) } }
          : call
      const result = await next(shown)
      if (!options.results) return result
      return withFields(result, RESULTS.get(call.method) ?? [], hide)
    }
}

function withFields(
  result: JsonObject,
  fields: readonly string[],
  hide: (text: string) => string,
): JsonObject {
  const changed = fields.filter((field) => field in result)
  if (changed.length === 0) return result
  return {
    ...result,
    ...Object.fromEntries(changed.map((field) => [field, within(result[field], hide)])),
  }
}

/** Binary content in base64 is left alone: a picture with a hole is none. */
const BINARY = new Set(['data', 'blob'])

/** The same value with every text in it hidden where it must be; what nothing is hidden in stays. */
function within(value: unknown, hide: (text: string) => string): unknown {
  if (typeof value === 'string') return hide(value)
  if (Array.isArray(value)) return value.map((one) => within(one, hide))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      key,
      BINARY.has(key) && isContent(value) ? field : within(field, hide),
    ]),
  )
}

function isContent({ mimeType }: JsonObject): boolean {
  return typeof mimeType === 'string'
}
