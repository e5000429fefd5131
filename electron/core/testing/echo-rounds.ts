import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { parseJson } from '../json.ts'
import { EchoError } from './echo-wire.ts'
import type { JsonObject } from './echo-wire.ts'
import type { Answers, Asked, AskOptions, Question } from './echo-world.ts'

/** Ends a round: the request is answered with `input_required` and will come again. */
export class InputRequired extends Error {
  readonly result: JsonObject

  constructor(result: JsonObject) {
    super('input required')
    this.result = { resultType: 'input_required', ...result }
  }
}

type State = { digest: string; expires: number; answers: JsonObject; times: number; round: number }
type Request = Pick<Asked, 'method' | 'params' | 'client'>

/**
 * Multi round-trip requests (2026-07-28, basic/patterns/mrtr). A tool runs anew in each round and
 * asks for the same things in the same order; what was answered before travels in the signed state.
 */
export interface Rounds {
  /** Throws -32602 if the state is not ours, is too old, or belongs to another request. */
  open(request: Request): Pick<Asked, 'ask' | 'again'>
}

const VALID_MS = 600_000

export function openRounds(secret: string): Rounds {
  const sign = (text: string) => createHmac('sha256', secret).update(text).digest('base64url')
  const seal = (state: State) => {
    const text = Buffer.from(JSON.stringify(state)).toString('base64url')
    return `${text}.${sign(text)}`
  }
  const unseal = (sealed: string): State | undefined => {
    const [text = '', signature = '', ...more] = sealed.split('.')
    const [mine, theirs] = [Buffer.from(sign(text)), Buffer.from(signature)]
    if (more.length > 0 || mine.length !== theirs.length || !timingSafeEqual(mine, theirs)) return
    return parseJson(Buffer.from(text, 'base64url').toString()) as State
  }
  return {
    open({ method, params, client }) {
      const digest = digestOf(method, params)
      const earlier = readState(params['requestState'], digest, unseal)
      return openRound({ earlier, digest, seal, params, capabilities: client.capabilities })
    },
  }
}

type Round = {
  earlier: State | undefined
  digest: string
  seal: (state: State) => string
  params: JsonObject
  capabilities: JsonObject
}

function openRound({ earlier, digest, seal, params, capabilities }: Round) {
  const given = { ...earlier?.answers, ...answersIn(params['inputResponses']) }
  const known: JsonObject = {}
  const [times, round] = [earlier?.times ?? 0, (earlier?.round ?? 0) + 1]
  const sealed = (retries: number) =>
    seal({ digest, expires: Date.now() + VALID_MS, answers: known, times: retries, round })
  return {
    async ask(questions: Record<string, Question>, options: AskOptions = {}): Promise<Answers> {
      const missing: Record<string, Question> = {}
      for (const [key, { method, params: wanted }] of Object.entries(questions)) {
        if (Object.hasOwn(given, key)) known[key] = given[key]
        else missing[key] = { method, params: wanted ?? {} }
      }
      if (Object.keys(missing).length === 0) return messagesOf(questions, known)
      if (!options.force) demand(missing, capabilities)
      const state = options.stateless ? {} : { requestState: sealed(times) }
      throw new InputRequired({ inputRequests: missing, ...state })
    },
    again(wanted: number): void {
      if (times < wanted) throw new InputRequired({ requestState: sealed(times + 1) })
    },
  }
}

function readState(
  sealed: unknown,
  digest: string,
  unseal: (sealed: string) => State | undefined,
): State | undefined {
  if (sealed === undefined) return undefined
  const state = typeof sealed === 'string' ? unseal(sealed) : undefined
  if (!state) throw new EchoError(-32602, 'The requestState is not ours')
  if (state.expires < Date.now()) throw new EchoError(-32602, 'The requestState is too old')
  if (state.digest !== digest) throw new EchoError(-32602, 'The requestState is of another request')
  return state
}

/** What makes a request the same one again. */
function digestOf(method: string, { name, uri, arguments: args }: JsonObject): string {
  return createHash('sha256')
    .update(JSON.stringify([method, name, uri, args]))
    .digest('base64url')
}

/** Only objects are answers; whoever sends something else is asked again. */
function answersIn(responses: unknown): JsonObject {
  if (typeof responses !== 'object' || responses === null) return {}
  const good = Object.entries(responses).filter(
    ([, answer]) => typeof answer === 'object' && answer !== null,
  )
  return Object.fromEntries(good)
}

/** The answers as a legacy client would have sent them. */
function messagesOf(questions: Record<string, Question>, known: JsonObject): Answers {
  const messages = Object.keys(questions).map((key) => {
    return [key, { jsonrpc: '2.0', id: key, result: known[key] }] as const
  })
  return Object.fromEntries(messages)
}

/** Throws -32021 if the client did not declare what answering takes. */
function demand(questions: Record<string, Question>, capabilities: JsonObject): void {
  const required: JsonObject = {}
  for (const { method, params } of Object.values(questions)) {
    const name = NEEDED[method]
    if (name === undefined) continue
    const declared = capabilities[name] as JsonObject | undefined
    const url = (params as JsonObject)['mode'] === 'url'
    if (!declared) required[name] = url ? { url: {} } : {}
    else if (url && !declared['url']) required[name] = { url: {} }
  }
  if (Object.keys(required).length === 0) return
  const data = { requiredCapabilities: required }
  throw new EchoError(-32021, 'The client did not declare what this takes', data)
}

const NEEDED: Record<string, string> = {
  'elicitation/create': 'elicitation',
  'sampling/createMessage': 'sampling',
  'roots/list': 'roots',
}
