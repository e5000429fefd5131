import { z } from 'zod'
import { isObject, type JsonObject, type RpcNotification } from '../../json-rpc.ts'
import { openRedaction, REDACTED_KINDS, type RedactedKind } from '../../redaction.ts'
import type { Call, Middleware } from '../call.ts'
import { middlewareKind, type MiddlewarePlace } from './kind.ts'
import { hiddenAnswer, hiddenError, hiddenQuestion, hiddenQuestions } from './redact-questions.ts'
import { withFields, type Hiding } from './redact-values.ts'

type Options = {
  kinds: RedactedKind[]
  words: string[]
  arguments: boolean
  results: boolean
}

/**
 * Puts `[redacted]` in place of what is not to pass: in what goes to servers (arguments, and answers
 * to their questions), and in what comes from them (results, errors, questions, and messages about
 * the call). The rest of a text, and all that is no text, stays as it is.
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
const CARRIED = new Map<string, readonly string[]>([
  ['tools/call', ['arguments']],
  ['prompts/get', ['arguments']],
  ['completion/complete', ['argument', 'context']],
])

/** Where a result carries what a server has found. */
const RESULTS = new Map<string, readonly string[]>([
  ['tools/call', ['content', 'structuredContent', 'statusMessage']],
  ['prompts/get', ['messages', 'description']],
  ['resources/read', ['contents']],
  ['completion/complete', ['completion']],
  ['tasks/get', ['result', 'error', 'statusMessage']],
])

function redacted(options: Options, { redactions }: MiddlewarePlace): Middleware {
  const { kinds, words } = options
  const hiding: Hiding = {
    text: openRedaction(kinds, words, 'random'),
    name: openRedaction(kinds, words, 'none'),
  }
  const toServers = options.arguments ? hiding : null
  const toClients = options.results ? hiding : null
  redactions.push({
    logged: openRedaction(kinds, words),
    toClients: toClients && toClients.text,
    told: toClients && ((message) => shownNotification(message, toClients)),
  })
  return (next) =>
    async function redact(call) {
      try {
        const result = await next(shownCall(call, toServers, toClients))
        return toClients ? shownResult(call.method, result, toClients) : result
      } catch (error) {
        throw toClients ? hiddenError(error, toClients) : error
      }
    }
}

function shownCall(call: Call, toServers: Hiding | null, toClients: Hiding | null): Call {
  const { method, notify, ask } = call
  const shown = { ...call }
  if (toServers) shown.params = shownParams(method, call.params, toServers)
  if (toClients) shown.notify = (message) => notify(shownNotification(message, toClients))
  shown.ask = async (question, asking) => {
    const answer = await ask(toClients ? hiddenQuestion(question, toClients) : question, asking)
    return toServers ? hiddenAnswer(answer, toServers) : answer
  }
  return shown
}

function shownParams(method: string, params: JsonObject, hiding: Hiding): JsonObject {
  const shown = withFields(params, CARRIED.get(method) ?? [], hiding)
  const { inputResponses } = shown
  if (!isObject(inputResponses)) return shown
  const answers = Object.entries(inputResponses).map(
    ([key, one]) => [key, isObject(one) ? hiddenAnswer(one, hiding) : one] as const,
  )
  return { ...shown, inputResponses: Object.fromEntries(answers) as JsonObject }
}

function shownResult(method: string, result: JsonObject, hiding: Hiding): JsonObject {
  const shown = withFields(result, RESULTS.get(method) ?? [], hiding)
  return isObject(shown.inputRequests) ? hiddenQuestions(shown, shown.inputRequests, hiding) : shown
}

/** What is said while the call goes on: how far it is, and lines for a log. */
const SAID = new Map<string, readonly string[]>([
  ['notifications/progress', ['message']],
  ['notifications/message', ['data']],
])

function shownNotification(message: RpcNotification, hiding: Hiding): RpcNotification {
  const fields = SAID.get(message.method)
  if (!fields || !message.params) return message
  const params = withFields(message.params, fields, hiding)
  return params === message.params ? message : { ...message, params }
}
