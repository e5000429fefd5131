import { randomUUID } from 'node:crypto'
import type { Ask, AskOptions, ClientFace, Question } from '../connections/connection.ts'
import { isObject, RpcCode, RpcError, type JsonObject, type RpcNotification } from '../json-rpc.ts'
import { cancelled } from './answer.ts'
import type { Call } from './call.ts'
import { requireDeclared } from './questions.ts'
import { quote } from './unknown.ts'
import type { CarriedState, StateSeal } from './sealed-state.ts'

/** How the work of a parked call reaches its client, whichever of its requests is there now. */
export type Inner = Pick<Call, 'ask' | 'notify' | 'signal'>
type ParkedState = Extract<CarriedState, { kind: 'parked' }>
type Work = (inner: Inner) => Promise<JsonObject>

type Pending = {
  question: Question
  resolve: (answer: JsonObject) => void
  reject: (error: unknown) => void
}

/** How long a server must have asked nothing more before its client is asked. */
const BREATH_MS = 15

export type ParkingOptions = {
  seal: StateSeal
  /** Milliseconds after which a call whose client does not come back is cancelled. */
  parkedMs?: number
  /** Calls that wait for their clients; beyond it no more may wait. */
  maxParked?: number
  /** Of one caller, so that nobody takes all the room. */
  maxParkedByOne?: number
}

/**
 * A legacy server asks in the middle of a call; a modern client can only be answered. So the call is
 * parked: the client gets `input_required`, and its retry goes on where the call was left.
 */
export class Parking {
  readonly #options: Required<ParkingOptions>
  readonly #parked = new Map<string, ParkedCall>()
  /** For who waits until none is parked. */
  #emptied: PromiseWithResolvers<void> | null = null

  constructor(options: ParkingOptions) {
    const { seal, parkedMs = 10 * 60_000, maxParked = 1_000, maxParkedByOne = 100 } = options
    this.#options = { seal, parkedMs, maxParked, maxParkedByOne }
  }

  get size(): number {
    return this.#parked.size
  }

  /** Runs the work of a call until it is done, or asks something. */
  begin(call: Call, work: Work): Promise<JsonObject> {
    requireResponses(call)
    const id = randomUUID()
    const { seal, parkedMs } = this.#options
    const parked = new ParkedCall(call, {
      parkedMs,
      state: (round, visit) => seal.seal({ kind: 'parked', id, round }, visit),
      onPark: () => this.#keep(id, parked),
      onEnd: () => this.#drop(id),
    })
    parked.start(work)
    return parked.visit(call)
  }

  /** Goes on with a parked call; what the client answered is in the parameters of its retry. */
  resume({ id, round }: ParkedState, call: Call): Promise<JsonObject> {
    requireResponses(call)
    const parked = this.#parked.get(id)
    if (parked?.round !== round) {
      const text = 'The call that this requestState belongs to is over: start anew'
      throw new RpcError(RpcCode.invalidParams, text)
    }
    return parked.visit(call)
  }

  /** Resolves once none waits. */
  whenEmpty(): Promise<void> {
    if (this.#parked.size === 0) return Promise.resolve()
    this.#emptied ??= Promise.withResolvers<void>()
    return this.#emptied.promise
  }

  close(): void {
    for (const parked of this.#parked.values()) parked.abort(cancelled('we are shutting down'))
  }

  #drop(id: string): void {
    this.#parked.delete(id)
    if (this.#parked.size > 0) return
    this.#emptied?.resolve()
    this.#emptied = null
  }

  #keep(id: string, parked: ParkedCall): void {
    const { maxParked, maxParkedByOne } = this.#options
    if (!this.#parked.has(id)) {
      const own = this.#parked.values().filter(({ caller }) => caller === parked.caller)
      if (own.toArray().length >= maxParkedByOne) throw tooManyParked(maxParkedByOne)
      if (this.#parked.size >= maxParked) throw tooManyParked(maxParked)
    }
    this.#parked.set(id, parked)
  }
}

function tooManyParked(limit: number): RpcError {
  const data = { reason: 'too many parked calls', limit }
  return new RpcError(RpcCode.internalError, 'Too many calls wait for an answer', data)
}

/** Before anything is begun or gone on with: a mistake must not cost the call. */
function requireResponses({ params: { inputResponses } }: Call): void {
  if (inputResponses === undefined || isObject(inputResponses)) return
  throw new RpcError(RpcCode.invalidParams, 'inputResponses is not an object')
}

type ParkedCallParts = {
  parkedMs: number
  /** The sealed state for the request that is there now. */
  state: (round: number, visit: Call) => string
  onPark: () => void
  onEnd: () => void
}

/** A call to a legacy server, visited by one request of its client after the other. */
class ParkedCall {
  readonly caller: string
  readonly #parts: ParkedCallParts
  readonly #controller = new AbortController()
  readonly #pending = new Map<string, Pending>()
  #client: ClientFace
  #done: Promise<JsonObject> = Promise.resolve({})
  #visit: Call | null = null
  #asked = Promise.withResolvers<'asked'>()
  #timer: NodeJS.Timeout | undefined
  #breath: NodeJS.Timeout | undefined
  #questions = 0
  #round = 0

  constructor(call: Call, parts: ParkedCallParts) {
    this.caller = call.caller
    this.#parts = parts
    this.#client = call.client
    // What is said before the first visit waits is the client's as well.
    this.#visit = call
  }

  start(work: Work): void {
    this.#done = work({
      ask: this.#ask,
      notify: this.#notify,
      signal: this.#controller.signal,
    })
    // It may fail while no request of the client is there; the next one hears of it.
    const over = () => this.#dropQuestions(cancelled('its call is over'))
    this.#done.then(over, over)
  }

  /** How often the client was asked. */
  get round(): number {
    return this.#round
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason)
    this.#dropQuestions(reason)
  }

  async visit(call: Call): Promise<JsonObject> {
    if (this.#visit && this.#visit !== call) {
      throw new RpcError(RpcCode.invalidRequest, 'This call is being answered already')
    }
    this.#visit = call
    this.#client = call.client
    clearTimeout(this.#timer)
    const leave = () => this.abort(call.signal.reason)
    call.signal.addEventListener('abort', leave, { once: true })
    if (call.signal.aborted) leave()
    let isParked = false
    try {
      this.#takeAnswers(call.params.inputResponses)
      const result = await this.#resultOrQuestions()
      if (result) return result
      const shown = this.#park(call)
      isParked = true
      return shown
    } finally {
      call.signal.removeEventListener('abort', leave)
      this.#visit = null
      if (!isParked) this.#finish()
    }
  }

  /** Nothing of it is left, however it came to its end. */
  #finish(): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#breath)
    this.#parts.onEnd()
    this.abort(cancelled('its call is over'))
  }

  /** A server that waits for an answer must hear that none will come. */
  #dropQuestions(reason: unknown): void {
    for (const { reject } of this.#pending.values()) reject(reason)
    this.#pending.clear()
  }

  /** Null when there is something to be asked. */
  async #resultOrQuestions(): Promise<JsonObject | null> {
    for (;;) {
      const asked = this.#pending.size > 0 ? ('asked' as const) : this.#asked.promise
      const outcome = await Promise.race([this.#done, asked])
      if (outcome !== 'asked') return outcome
      if (this.#pending.size > 0) return null
      // The server has taken its question back.
      this.#asked = Promise.withResolvers<'asked'>()
    }
  }

  readonly #ask: Ask = async (question: Question, { signal }: AskOptions) => {
    requireAskable(question)
    requireDeclared(this.#client, question)
    const key = `question-${++this.#questions}`
    const { promise, resolve, reject } = Promise.withResolvers<JsonObject>()
    this.#pending.set(key, { question, resolve, reject })
    const withdraw = () => {
      this.#pending.delete(key)
      reject(signal.reason)
    }
    signal.addEventListener('abort', withdraw, { once: true })
    // Servers that ask several things at once do so in one breath, if not in one write.
    clearTimeout(this.#breath)
    this.#breath = setTimeout(() => this.#asked.resolve('asked'), BREATH_MS)
    return promise.finally(() => signal.removeEventListener('abort', withdraw))
  }

  /** The client's token is that of the request which is there; between two of them nobody listens. */
  readonly #notify = (notification: RpcNotification): void => {
    const visit = this.#visit
    if (!visit) return
    if (notification.method !== 'notifications/progress') return visit.notify(notification)
    const meta = isObject(visit.params._meta) ? visit.params._meta : {}
    const { progressToken } = meta
    if (progressToken === undefined) return
    visit.notify({ ...notification, params: { ...notification.params, progressToken } })
  }

  #takeAnswers(responses: unknown): void {
    this.#asked = Promise.withResolvers<'asked'>()
    if (!isObject(responses)) return
    for (const [key, pending] of this.#pending) {
      const response = Object.hasOwn(responses, key) ? responses[key] : undefined
      if (!isObject(response)) continue
      this.#pending.delete(key)
      pending.resolve(response)
    }
  }

  #park(call: Call): JsonObject {
    this.#round += 1
    this.#parts.onPark()
    const expire = () => {
      this.abort(cancelled('its client did not come back'))
      this.#finish()
    }
    this.#timer = setTimeout(expire, this.#parts.parkedMs).unref()
    const requests = [...this.#pending].map(([key, { question }]) => [key, shown(question)])
    return {
      resultType: 'input_required',
      inputRequests: Object.fromEntries(requests) as JsonObject,
      requestState: this.#parts.state(this.#round, call),
    }
  }
}

/** All that the modern era lets a server ask. */
const ASKABLE = new Set(['elicitation/create', 'sampling/createMessage', 'roots/list'])

function requireAskable({ method }: Question): void {
  if (ASKABLE.has(method)) return
  throw new RpcError(RpcCode.methodNotFound, `The client cannot be asked ${quote(method)}`)
}

/** Tokens for progress, and ids of elicitations, are of the legacy era: the modern one has neither. */
function shown({ method, params }: Question): JsonObject {
  if (params === undefined) return { method }
  const { elicitationId: _, _meta, ...rest } = params
  const { progressToken: __, ...meta } = isObject(_meta) ? _meta : {}
  return { method, params: Object.keys(meta).length > 0 ? { ...rest, _meta: meta } : rest }
}
