import type { Question } from '../../connections/connection.ts'
import type { HeldCall, HoldEnd } from '../../held-call.ts'
import { isObject, type JsonObject } from '../../json-rpc.ts'
import { visibleJson } from '../../visible-json.ts'

/** A form that shows less than all of it would have people allow what they have not seen. */
const MAX_SHOWN = 20_000

const ANSWERS = new Map<unknown, 'once' | 'session' | 'refuse'>([
  ['Allow once', 'once'],
  ['Allow for this session', 'session'],
  ['Refuse', 'refuse'],
])

/** The question for a client's own person; `null` where the arguments are too long for a form. */
export function questionOf({ server, tool, arguments: given }: HeldCall): Question | null {
  const shown = visibleJson(given)
  if (shown.length > MAX_SHOWN) return null
  const answer = {
    type: 'string',
    title: 'Allow this call?',
    enum: [...ANSWERS.keys()] as string[],
  }
  return {
    method: 'elicitation/create',
    params: {
      message: `MetaMCP holds a call of the tool ${nameOf(tool)} of the server ${server}, with these arguments:\n\n${shown}`,
      requestedSchema: { type: 'object', properties: { answer }, required: ['answer'] },
    },
  }
}

/** A server chooses its tools' names: one must not go on as if it were our own words. */
function nameOf(tool: string): string {
  return /^[\w./:-]{1,128}$/.test(tool) ? tool : visibleJson(tool)
}

/** What the person at the client has said; `null`: nothing, so others may still. */
export function answerOf(result: unknown): 'once' | 'session' | 'refuse' | null {
  if (!isObject(result)) return null
  if (result.action === 'decline') return 'refuse'
  if (result.action !== 'accept' || !isObject(result.content)) return null
  return ANSWERS.get(result.content.answer) ?? null
}

/**
 * For the model, as a result: many clients end a run over an error of the protocol, or do not show
 * it to the model at all, which then tries again.
 */
export function refusalOf(name: string, end: HoldEnd | 'full', seconds: number): JsonObject {
  const text = `${WORDS[end === 'nobody' || end === 'full' ? end : 'refuse'](name, seconds)}`
  return { content: [{ type: 'text', text }], isError: true }
}

const WORDS = {
  refuse: (name: string) =>
    `A person refused this call of ${name}: it was not made. Do not try it again, unless you are asked to.`,
  nobody: (name: string, seconds: number) =>
    `This call of ${name} takes a person who allows it, and nobody answered within ${seconds} s: it was not made. Say so, and try again only when somebody is there to answer.`,
  full: (name: string) =>
    `This call of ${name} takes a person who allows it, and too many calls wait for one already: it was not made. Say so, and try again later.`,
}
