import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { canonicalJson } from '../../canonical-json.ts'
import type { HeldCall, Hold, HoldEnd } from '../../held-call.ts'
import { isObject, RpcCode, RpcError, type JsonObject } from '../../json-rpc.ts'
import type { Call, Handler, Middleware } from '../call.ts'
import { ORIGIN, type Listed } from '../catalog.ts'
import { missingFor } from '../questions.ts'
import { unknownTool } from '../unknown.ts'
import { openAllowances, type Allowances } from './approve-allowances.ts'
import { marksOf, ownName } from './approve-marks.ts'
import { answerOf, questionOf, refusalOf } from './approve-words.ts'
import { middlewareKind, type MiddlewarePlace } from './kind.ts'

type Options = {
  tools: string[]
  destructive: boolean
  allowed: string[]
  seconds: number
  askClient: boolean
}

const names = z.array(z.string().min(1).max(300)).max(200).default([])

/**
 * Holds a call of a marked tool until a person allows it, in the window or, where the client can
 * put questions to its own person, there; whoever answers first. Who is silent refuses.
 */
export const approve = middlewareKind<Options>({
  use: 'approve',
  options: z
    .strictObject({
      destructive: z.boolean().default(true).meta({
        title: 'Tools that may destroy',
        description: 'All that do not say of themselves that they only read, or only add.',
      }),
      tools: names.meta({
        title: 'Tools',
        description: 'These as well: as clients call them, or server__tool. * stands for anything.',
      }),
      allowed: names.meta({
        title: 'Allowed for good',
        description: 'Tools that need nobody: server__tool.',
      }),
      seconds: z.int().min(1).max(3_600).default(120).meta({
        title: 'Seconds',
        description: 'How long a call waits for an answer. Then it is refused.',
      }),
      askClient: z.boolean().default(true).meta({
        title: 'Ask in the client, too',
        description: 'Where the program that calls can put a question to a person.',
      }),
    })
    .refine(({ destructive, tools }) => destructive || tools.length > 0, {
      path: ['tools'],
      message: 'names no tool',
    }),
  make: (options, place) => approving(options, place),
})

/** Before an id of a hold, in the state that a modern client carries for us. */
const STATE = 'approve:'
const QUESTION = 'approve'

/** Rounds of calls that servers have interrupted with questions, and for how long they are known. */
const MAX_ROUNDS = 1_000
const ROUND_MS = 60 * 60_000

type Desk = {
  options: Options
  place: MiddlewarePlace
  allowances: Allowances
  /** Later rounds of calls that were allowed, by what their clients will send. */
  rounds: LRUCache<string, true>
  next: Handler
}

type Marked = { call: Call; tool: Listed }

function approving(options: Options, place: MiddlewarePlace): Middleware {
  const isMarked = marksOf(options)
  const kept = place.keep(() => ({
    allowances: openAllowances(),
    rounds: new LRUCache<string, true>({ max: MAX_ROUNDS, ttl: ROUND_MS }),
  }))
  return (next) => {
    const desk = { options, place, next, ...kept }
    return async function approve(call) {
      const tool = place.toolOf(call)
      if (!tool) return next(call)
      const marked = { call, tool }
      const id = holdIdOf(call)
      if (isRetry(call) && kept.rounds.delete(roundOf(marked, call.params.requestState))) {
        return goOn(desk, marked)
      }
      if (id !== null) return comeBack(desk, marked, id)
      if (!isMarked(tool) || kept.allowances.has(marked)) return next(call)
      return hold(desk, marked)
    }
  }
}

async function hold(desk: Desk, marked: Marked): Promise<JsonObject> {
  const { options, place } = desk
  const { call } = marked
  const told = heldCallOf(marked, options)
  const held = place.hold(told)
  if (!held) return refusalOf(told.name, 'full', options.seconds)
  const question = options.askClient ? questionOf(held.call) : null
  const canAsk = question !== null && missingFor(call.client, question) === null
  if (canAsk && call.era === 'modern') {
    return {
      resultType: 'input_required',
      inputRequests: { [QUESTION]: { ...question } },
      requestState: `${STATE}${held.id}`,
    }
  }
  const asking = new AbortController()
  if (canAsk) {
    const signal = AbortSignal.any([call.signal, asking.signal])
    // A client that cannot ask after all leaves it to the window.
    call.ask(question, { signal, onProgress: () => {} }).then(
      (result) => take(held, result),
      () => undefined,
    )
  }
  const end = await endOf(held, call).finally(() => asking.abort())
  return finish(desk, marked, { held, end })
}

/** A modern client with what its person has said to the question, or nothing. */
async function comeBack(desk: Desk, marked: Marked, id: string): Promise<JsonObject> {
  const { call } = marked
  const held = desk.place.held(id)
  if (!held || !isSame(held.call, heldCallOf(marked, desk.options))) throw overAlready()
  const { inputResponses } = call.params
  const said = isObject(inputResponses) ? answerOf(inputResponses[QUESTION]) : null
  if (said) held.answer(said)
  const end = await endOf(held, call)
  // Who says no is heard, also after somebody else said yes.
  const isRefused = said === 'refuse' && end !== 'nobody'
  const { inputResponses: _, requestState: __, ...params } = call.params
  const anew = { ...marked, call: { ...call, params } }
  return finish(desk, anew, { held, end: isRefused ? 'refuse' : end })
}

type Ended = { held: Hold; end: HoldEnd }

async function finish(desk: Desk, marked: Marked, { held, end }: Ended): Promise<JsonObject> {
  const { name, seconds } = held.call
  if (end === 'refuse' || end === 'nobody' || end === 'withdrawn') {
    return refusalOf(name, end, seconds)
  }
  // It may have been switched off, or be another than the one that it was, while the call waited.
  if (!desk.place.isOn(marked.tool)) throw unknownTool(name)
  // One answer is good for one call, however often its client comes with the same state.
  if (!held.claim()) throw overAlready()
  if (end === 'session') desk.allowances.add(marked)
  return goOn(desk, marked)
}

/** Makes the call; where the server asks something first, its later rounds pass as well. */
async function goOn({ next, rounds }: Desk, marked: Marked): Promise<JsonObject> {
  const result = await next(marked.call)
  if (result.resultType === 'input_required') {
    rounds.set(roundOf(marked, result.requestState), true)
  }
  return result
}

function take(held: Hold, result: JsonObject): void {
  const said = answerOf(result)
  if (said) held.answer(said)
}

/** Rejects with the signal's reason once the client does not wait any more. */
async function endOf(held: Hold, { signal }: Call): Promise<HoldEnd> {
  const leave = () => held.withdraw()
  signal.addEventListener('abort', leave, { once: true })
  try {
    if (signal.aborted) leave()
    const end = await held.end
    signal.throwIfAborted()
    return end
  } finally {
    signal.removeEventListener('abort', leave)
  }
}

function heldCallOf({ call, tool }: Marked, { seconds }: Options) {
  const { serverId, server, name } = tool[ORIGIN]
  const given = argumentsOf(call)
  const { title, name: called } = call.client.info ?? {}
  const program = title ?? called
  return {
    ...{ caller: call.caller, serverId, server, tool: name, name: String(tool.name), seconds },
    // As people are shown it, in places that would follow a character that one cannot see.
    client: typeof program === 'string' ? program.replace(/\p{C}/gu, '').slice(0, 100) : null,
    title: typeof tool.title === 'string' ? tool.title : null,
    arguments: given,
  }
}

/** Throws for what is no object: a person would be shown none, and allow what they have not seen. */
function argumentsOf({ params: { arguments: given = {} } }: Call): JsonObject {
  if (isObject(given)) return given
  throw new RpcError(RpcCode.invalidParams, 'The arguments of a tool are an object')
}

function isSame(held: HeldCall, call: Omit<HeldCall, 'endpoint' | 'endpointId'>): boolean {
  const key = ({ caller, serverId, tool, arguments: given }: typeof call) =>
    canonicalJson([caller, serverId, tool, given])
  return key(held) === key(call)
}

function isRetry({ era, params }: Call): boolean {
  return era === 'modern' && ('requestState' in params || 'inputResponses' in params)
}

function roundOf({ call, tool }: Marked, requestState: unknown): string {
  const { caller, params } = call
  return canonicalJson([caller, ownName(tool), params.arguments ?? {}, requestState ?? null])
}

function holdIdOf({ era, params }: Call): string | null {
  const { requestState } = params
  const isOurs = era === 'modern' && typeof requestState === 'string'
  return isOurs && requestState.startsWith(STATE) ? requestState.slice(STATE.length) : null
}

function overAlready(): RpcError {
  const text = 'The call that this requestState belongs to is over: start anew'
  return new RpcError(RpcCode.invalidParams, text)
}
