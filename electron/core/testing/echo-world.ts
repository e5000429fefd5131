import { echoOffer } from './echo-offer.ts'
import type { EchoOffer, EchoOptions } from './echo-options.ts'
import type { EchoLine, Id, JsonObject } from './echo-wire.ts'

/** What the echo server remembers, told by its `state` tool. */
export type EchoState = {
  cancelled: { id: unknown; reason: unknown }[]
  /** When, in milliseconds since the epoch; one for each in `cancelled`. */
  cancelledAt: number[]
  children: number[]
  /** Keys of calls to `hold` and what lets each go. */
  held: Map<string, () => void>
  /** Names of the tools whose calls are not answered yet. */
  running: Set<{ name: string }>
  /** Ids of URL elicitations that were said to be done. */
  completed: Set<string>
}

/** Who asks: a session (legacy), or what this request tells of its client (modern). */
export type EchoClient = {
  /** Of a session; over stdio it has one as well. */
  session: string | null
  capabilities: JsonObject
  clientInfo: unknown
  logLevel: string | null
  /** Answers to requests that were sent outside of any call. */
  answers: JsonObject[]
  /** Notifications that the client sent, but for `initialized` and `cancelled`. */
  notifications: JsonObject[]
}

/** A request to the client. */
export type Question = { method: string; params?: unknown; cancelAfterMs?: number }
export type Answers = Record<string, JsonObject>

/** A request on its way. */
export type Asked = {
  id: Id
  method: string
  params: JsonObject
  /** The message as it stood on the wire. */
  raw: string
  /** Aborts when the client cancels the request. */
  signal: AbortSignal
  client: EchoClient
  line: EchoLine
  /**
   * The client's answers by key, each a whole message. Legacy: sends the requests and waits. Modern:
   * ends this round with `input_required`, and returns on the retry that brings the answers.
   */
  ask(questions: Record<string, Question>, options?: AskOptions): Promise<Answers>
  /** Sends a request outside of any call; the answer is told by `asked`. */
  askOutside(question: Question): void
  /** The end of this round although nothing is asked (modern); returns on the n-th retry. */
  again(times: number): void
  /** Goes on in the background if the client can follow tasks, else here and now. */
  asTask(work: Work): Promise<JsonObject>
}

/** One `tools/call` on its way. */
export type EchoCall = Asked & {
  args: JsonObject
  /** Sends progress if the caller gave a token. */
  progress(progress: number, total?: number): void
}

export type Tool = (call: EchoCall) => JsonObject | Promise<JsonObject>

/** Modern only: `force` asks for what was not declared, `stateless` leaves out the requestState. */
export type AskOptions = { force?: boolean; stateless?: boolean }
export type Work = (task: Pick<Asked, 'ask' | 'signal'>) => Promise<JsonObject>

/** One who is told of changes: a session, or a subscription. */
type EchoListener = {
  subscriptions: Set<string>
  tell(method: string, params?: JsonObject): void
  send(message: JsonObject): void
  /** Ends it from our side, in good order or not. */
  end(abrupt: boolean): void
}

/** What can be added to the server. */
export type EchoExtra = {
  offer: EchoOffer
  tools(world: EchoWorld): Record<string, Tool>
  /** The messages of one of its prompts. */
  messages(asked: Asked): Promise<JsonObject[] | undefined>
  /** The content of one of its resources. */
  content(uri: string): JsonObject | undefined
}

export type EchoWorld = {
  extra: EchoExtra | undefined
  options: EchoOptions
  offer: EchoOffer
  state: EchoState
  listeners: Set<EchoListener>
  /** A new session id, or a secret. */
  secret(): string
  tell(method: string, params?: JsonObject): void
  /** Sends a message that belongs to nothing, to whoever can hear it. */
  shout(message: JsonObject): void
}

export function openWorld(options: EchoOptions, extra?: EchoExtra): EchoWorld {
  const listeners = new Set<EchoListener>()
  return {
    options,
    extra,
    offer: echoOffer(options, extra?.offer),
    listeners,
    state: {
      cancelled: [],
      cancelledAt: [],
      children: [],
      held: new Map(),
      running: new Set(),
      completed: new Set(),
    },
    secret: () => crypto.randomUUID(),
    tell(method, params) {
      for (const listener of listeners) listener.tell(method, params)
    },
    shout(message) {
      for (const listener of listeners) listener.send(message)
    },
  }
}

export function noteCancelled(state: EchoState, id: unknown, reason: unknown): void {
  state.cancelled.push({ id, reason })
  state.cancelledAt.push(Date.now())
}

/**
 * Lets answers through at once; out of order, a call's answer waits for the next one and goes after
 * it, or goes alone when no other came for a while.
 */
export function inOrder(outOfOrder: boolean): (method: string, answer: () => void) => void {
  const waiting: (() => void)[] = []
  let timer: NodeJS.Timeout | undefined
  const flush = () => {
    clearTimeout(timer)
    for (const next of waiting.splice(0)) next()
  }
  return (method, answer) => {
    if (!outOfOrder || method !== 'tools/call') return answer()
    waiting.unshift(answer)
    if (waiting.length === 2) flush()
    else timer = setTimeout(flush, LONELY_MS)
  }
}

/** How long an answer waits for another one to go first. */
const LONELY_MS = 250

export function isWithout({ without = [] }: EchoOptions, method: string): boolean {
  const owner = method.replace('completion/', 'completions/').split('/')[0]
  return without.some((capability) => capability === owner)
}
