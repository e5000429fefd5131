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

/** The value with every text in it hidden where it must be; the same one where nothing was. */
function within(value: unknown, hide: (text: string) => string): unknown {
  if (typeof value === 'string') return hide(value)
  if (Array.isArray(value)) return inList(value, hide)
  return isObject(value) ? inObject(value, hide) : value
}

function inList(list: readonly unknown[], hide: (text: string) => string): readonly unknown[] {
  const shown = list.map((one) => within(one, hide))
  return shown.some((one, at) => one !== list[at]) ? shown : list
}

function inObject(object: JsonObject, hide: (text: string) => string): JsonObject {
  const isBinary = isContent(object)
  let shown: JsonObject | null = null
  for (const key of Object.keys(object)) {
    if (isBinary && BINARY.has(key)) continue
    const field = within(object[key], hide)
    if (field === object[key]) continue
    shown ??= { ...object }
    shown[key] = field
  }
  return shown ?? object
}

function isContent({ mimeType }: JsonObject): boolean {
  return typeof mimeType === 'string'
}
