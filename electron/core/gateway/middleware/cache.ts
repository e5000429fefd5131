import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { canonicalJson } from '../../canonical-json.ts'
import { isObject, type JsonObject } from '../../json-rpc.ts'
import { toolHash } from '../../tool-hash.ts'
import type { Call, Middleware } from '../call.ts'
import { ORIGIN, type Listed } from '../catalog.ts'
import { jsonLength } from '../json-length.ts'
import { middlewareKind, type MiddlewarePlace } from './kind.ts'

type Options = { seconds: number; perCaller: boolean }

/**
 * Answers a call from an earlier one with the same arguments. Only of tools whose server says, by
 * `readOnlyHint` and `idempotentHint`, that they change nothing; what a namespace says of a tool
 * counts as well. Errors are not kept, nor what hangs on an answer to a question, nor anything from
 * before the server was defined anew.
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
  const { answers, versionOf } = place.memory
  const entry = place.keep(() => randomUUID())
  return (next) =>
    async function cache(call) {
      const tool = place.toolOf(call)
      if (!tool || !mayBeKept(tool) || !isWhole(call)) return next(call)
      const { serverId } = tool[ORIGIN]
      const version = versionOf(serverId)
      const who = perCaller ? call.caller : null
      const key = canonicalJson([entry, version, who, questionOf(call, tool)])
      const before = answers.get(key)
      if (before) return before
      const { asking, wasAsked } = watchQuestions(call)
      const result = await next(asking)
      if (isFinal(result) && !wasAsked() && versionOf(serverId) === version) {
        const size = Math.max(1, jsonLength(result) + key.length)
        answers.set(key, result, { size, ttl: seconds * 1_000 })
      }
      return result
    }
}

function mayBeKept({ annotations }: Listed): boolean {
  if (!isObject(annotations)) return false
  return annotations.readOnlyHint === true && annotations.idempotentHint === true
}

/** Neither a task, nor a later round of a call that was interrupted by a question. */
function isWhole({ params }: Call): boolean {
  const { task, inputResponses, requestState } = params
  return task === undefined && inputResponses === undefined && requestState === undefined
}

/** Whether the server asks something: another answer would be another result. */
function watchQuestions(call: Call) {
  let isAsked = false
  const ask: Call['ask'] = (question, options) => {
    isAsked = true
    return call.ask(question, options)
  }
  return { asking: { ...call, ask }, wasAsked: () => isAsked }
}

/** With what the tool says of itself: another tool of the same name is another question. */
function questionOf({ params }: Call, tool: Listed): unknown[] {
  const { serverId, name } = tool[ORIGIN]
  return [serverId, name, toolHash(tool), params.arguments ?? {}]
}

function isFinal({ isError, resultType, content }: JsonObject): boolean {
  return isError !== true && (resultType ?? 'complete') === 'complete' && Array.isArray(content)
}
