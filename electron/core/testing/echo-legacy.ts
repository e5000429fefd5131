import { echoMethods } from './echo-methods.ts'
import type { Method } from './echo-methods.ts'
import { answerTo, EchoError, notification, refusalOf } from './echo-wire.ts'
import type { EchoLine, Id, Incoming, JsonObject } from './echo-wire.ts'
import { inOrder, isWithout, noteCancelled } from './echo-world.ts'
import type { Answers, Asked, EchoClient, EchoWorld, Question } from './echo-world.ts'

export type LegacySession = {
  /** The revision agreed upon; `null` before `initialize` was answered. */
  readonly version: string | null
  /** Takes a message; `line` is where the answer and all that belongs to it go. */
  receive(message: Incoming, raw: string, line: EchoLine): void
  close(): void
}

export interface LegacyFace {
  /** `own`: where the server's own messages go, which belong to no request. */
  open(own: EchoLine, id: string): LegacySession
}

/** The server as revisions up to 2025-11-25 know it: sessions, and requests in both directions. */
export function openLegacyFace(world: EchoWorld): LegacyFace {
  const context = {
    world,
    methods: echoMethods(world),
    settle: inOrder(world.options.outOfOrder ?? false),
  }
  return { open: (own, id) => new Session(context, own, id) }
}

type Context = {
  world: EchoWorld
  methods: Map<string, Method>
  settle: ReturnType<typeof inOrder>
}
type Running = { abort: AbortController; line: EchoLine }

class Session implements LegacySession {
  version: string | null = null
  readonly #context: Context
  readonly #own: EchoLine
  readonly #client: EchoClient
  readonly #inFlight = new Map<Id, Running>()
  readonly #asked = new Map<Id, (answer: JsonObject) => void>()
  readonly #subscriptions = new Set<string>()
  readonly #close: () => void
  #asks = 0

  constructor(context: Context, own: EchoLine, id: string) {
    this.#context = context
    this.#own = own
    this.#client = {
      session: id,
      capabilities: {},
      clientInfo: null,
      logLevel: null,
      answers: [],
      notifications: [],
    }
    const { listeners } = context.world
    const listener = {
      subscriptions: this.#subscriptions,
      tell: (method: string, params?: JsonObject) => this.#tell(method, params),
      send: own.send,
      end: () => own.drop(),
    }
    listeners.add(listener)
    this.#close = () => listeners.delete(listener)
  }

  receive(message: Incoming, raw: string, line: EchoLine): void {
    const { id, method, params = {} } = message
    if (method === undefined) return this.#hear(message)
    if (id === undefined) return this.#note(method, params)
    const { options } = this.#context.world
    if (this.version === null && method !== 'initialize') {
      if (options.exitOnUnknown) process.exit(1)
      if (options.ignoreUnknown && !this.#context.methods.has(method)) return
    }
    void this.#respond(this.#asking({ id, method, params, raw, line }))
  }

  close(): void {
    this.#close()
    for (const { abort } of this.#inFlight.values()) abort.abort()
    this.#inFlight.clear()
  }

  #asking(of: Pick<Asked, 'id' | 'method' | 'params' | 'raw' | 'line'>): Asked {
    const abort = new AbortController()
    this.#inFlight.set(of.id, { abort, line: of.line })
    const ask: Asked['ask'] = (questions) => this.#askAll(questions, of.line, abort.signal)
    return {
      ...of,
      ask,
      signal: abort.signal,
      client: this.#client,
      askOutside: (question) =>
        void this.#ask(question, this.#own).then((answer) => this.#client.answers.push(answer)),
      again() {},
      asTask: (work) => work({ ask, signal: abort.signal }),
    }
  }

  async #respond(asked: Asked): Promise<void> {
    const { id, method, line } = asked
    const { world, methods, settle } = this.#context
    try {
      const run = this.#settings(method) ?? methods.get(method)
      if (!run || isWithout(world.options, method)) {
        throw new EchoError(-32601, `Method not found: ${method}`)
      }
      const result = await run(asked)
      if (method === 'initialize') this.#meet(asked.params, result)
      if (this.#inFlight.has(id)) settle(method, () => line.answer(answerTo(id, result)))
    } catch (error) {
      if (this.#inFlight.has(id)) settle(method, () => line.answer(refusalOf(id, error)))
    } finally {
      this.#inFlight.delete(id)
    }
  }

  #meet({ capabilities, clientInfo }: JsonObject, hello: JsonObject): void {
    this.version = String(hello['protocolVersion'])
    this.#client.capabilities = (capabilities ?? {}) as JsonObject
    this.#client.clientInfo = clientInfo
  }

  /** Methods that are about the session and nothing else. */
  #settings(method: string): Method | undefined {
    const set = (change: (params: JsonObject) => void): Method => {
      return ({ params }) => {
        change(params)
        return {}
      }
    }
    const own: Record<string, Method> = {
      ping: () => ({}),
      'logging/setLevel': set(({ level }) => (this.#client.logLevel = String(level))),
      'resources/subscribe': set(({ uri }) => this.#subscriptions.add(String(uri))),
      'resources/unsubscribe': set(({ uri }) => this.#subscriptions.delete(String(uri))),
    }
    return Object.hasOwn(own, method) ? own[method] : undefined
  }

  #note(method: string, params: JsonObject): void {
    if (method === 'notifications/cancelled') return this.#cancel(params)
    if (method !== 'notifications/initialized') this.#client.notifications.push({ method, params })
  }

  #cancel({ requestId, reason }: JsonObject): void {
    noteCancelled(this.#context.world.state, requestId, reason)
    const running = this.#inFlight.get(requestId as Id)
    this.#inFlight.delete(requestId as Id)
    running?.abort.abort()
    running?.line.end()
    const data = { cancelled: requestId, reason }
    this.#own.send(notification('notifications/message', { level: 'info', logger: 'echo', data }))
  }

  #tell(method: string, params?: JsonObject): void {
    const uri = method === 'notifications/resources/updated' ? params?.['uri'] : undefined
    if (uri !== undefined && !this.#subscriptions.has(String(uri))) return
    this.#own.send(notification(method, params))
  }

  async #askAll(
    questions: Record<string, Question>,
    line: EchoLine,
    signal: AbortSignal,
  ): Promise<Answers> {
    const asking = Object.entries(questions).map(async ([key, question]) => {
      return [key, await this.#ask(question, line, signal)] as const
    })
    return Object.fromEntries(await Promise.all(asking))
  }

  /** Sends a request; gives it up when the call it belongs to is cancelled, or when told to. */
  #ask(question: Question, line: EchoLine, signal?: AbortSignal): Promise<JsonObject> {
    const { method, params, cancelAfterMs } = question
    const id = `ask-${++this.#asks}`
    const answered = new Promise<JsonObject>((resolve) => this.#asked.set(id, resolve))
    const giveUp = () => {
      if (!this.#asked.has(id)) return
      const gone = { requestId: id, reason: 'changed my mind' }
      line.send(notification('notifications/cancelled', gone))
      this.#hear({ id, error: { code: -1, message: 'cancelled by the server' } })
    }
    line.send({ jsonrpc: '2.0', id, method, params })
    signal?.addEventListener('abort', giveUp, { once: true })
    if (cancelAfterMs !== undefined) setTimeout(giveUp, cancelAfterMs)
    return answered
  }

  #hear(answer: Incoming): void {
    const settle = this.#asked.get(answer.id ?? '')
    this.#asked.delete(answer.id ?? '')
    settle?.(answer)
  }
}
