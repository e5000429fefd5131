import type { Question } from '../../connections/connection.ts'
import { isObject, RpcError, type JsonObject } from '../../json-rpc.ts'
import { UnknownName } from '../unknown.ts'
import { URL_REQUIRED } from '../url-required.ts'
import { withFields, within, type Hiding } from './redact-values.ts'

/** What people and models are to read of a server's question; addresses and forms stay as they are. */
const READ = ['message', 'messages', 'systemPrompt']

export function hiddenQuestion(question: Question, hiding: Hiding): Question {
  if (!question.params) return question
  const params = withFields(question.params, READ, hiding)
  return params === question.params ? question : { ...question, params }
}

/** Those that a result asks instead of answering. */
export function hiddenQuestions(
  result: JsonObject,
  inputRequests: JsonObject,
  hiding: Hiding,
): JsonObject {
  const shown = Object.entries(inputRequests).map(([key, one]) => {
    if (!isObject(one) || !isObject(one.params)) return [key, one] as const
    return [key, { ...one, params: withFields(one.params, READ, hiding) }] as const
  })
  return { ...result, inputRequests: Object.fromEntries(shown) as JsonObject }
}

/** What a person has filled in, or a model has said. */
export function hiddenAnswer(answer: JsonObject, hiding: Hiding): JsonObject {
  const names = 'action' in answer ? 'parameters' : 'protocol'
  const content = within(answer.content, hiding, names)
  return content === answer.content ? answer : { ...answer, content }
}

/** A server's words of what went wrong; ours, that nobody has a name, say what was asked for. */
export function hiddenError(error: unknown, hiding: Hiding): unknown {
  if (!(error instanceof RpcError) || error instanceof UnknownName) return error
  const message = hiding.text(error.message)
  // With a hole in it, an address leads nowhere.
  const data = error.code === URL_REQUIRED ? error.data : within(error.data, hiding)
  if (message === error.message && data === error.data) return error
  return new RpcError(error.code, message, data)
}
