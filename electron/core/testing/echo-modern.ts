import { MODERN_VERSION, serverInfo } from './echo-hello.ts'
import { echoMethods } from './echo-methods.ts'
import type { Method } from './echo-methods.ts'
import { InputRequired, openRounds } from './echo-rounds.ts'
import type { Rounds } from './echo-rounds.ts'
import { listen } from './echo-listen.ts'
import { openTasks } from './echo-tasks.ts'
import type { EchoTasks } from './echo-tasks.ts'
import { answerTo, EchoError, refusalOf } from './echo-wire.ts'
import type { EchoLine, Id, Incoming, JsonObject } from './echo-wire.ts'
import { inOrder, isWithout, noteCancelled } from './echo-world.ts'
import type { Asked, EchoClient, EchoWorld } from './echo-world.ts'

/** One message of a client and how to answer it. */
type Exchange = {
  message: Incoming
  raw: string
  line: EchoLine
  /** Over HTTP: aborts when the client is gone, which cancels the request. */
  gone?: AbortSignal
  /** Over HTTP: throws if the headers contradict the message. */
  checkHeaders?(): void
}

export interface ModernFace {
  receive(exchange: Exchange): void
}

const CACHED = new Set([
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
])

/** The server as revision 2026-07-28 knows it: no sessions, everything is in the request. */
export function openModernFace(world: EchoWorld): ModernFace {
  return new Face(world)
}

class Face implements ModernFace {
  readonly #world: EchoWorld
  readonly #methods: Map<string, Method>
  readonly #rounds: Rounds
  readonly #tasks: EchoTasks
  readonly #settle: ReturnType<typeof inOrder>
  /** Over stdio, by id; over HTTP every request has a stream of its own. */
  readonly #inFlight = new Map<Id, AbortController>()
  /** Answers to requests that this server had no right to send. */
  readonly #answers: JsonObject[] = []
  readonly #notifications: JsonObject[] = []

  constructor(world: EchoWorld) {
    this.#world = world
    this.#rounds = openRounds(world.secret())
    this.#tasks = openTasks(world)
    this.#settle = inOrder(world.options.outOfOrder ?? false)
    this.#methods = new Map([
      ...echoMethods(world),
      ...Object.entries(this.#tasks.methods),
      ['subscriptions/listen', (asked: Asked) => listen(world, asked)],
    ])
  }

  receive(exchange: Exchange): void {
    const { id, method, params = {} } = exchange.message
    if (method === undefined) this.#answers.push(exchange.message)
    else if (id !== undefined) void this.#respond(exchange, { id, method, params })
    else this.#note(method, params)
  }

  async #respond(
    exchange: Exchange,
    { id, method, params }: Pick<Asked, 'id' | 'method' | 'params'>,
  ): Promise<void> {
    const { line, raw } = exchange
    const abort = this.#track(id, exchange)
    const answer = (message: JsonObject, status = 200) => {
      if (!abort.signal.aborted) this.#settle(method, () => line.answer(message, status))
    }
    try {
      const client = this.#meet(params, exchange)
      const run = this.#methods.get(method)
      if (!run || isWithout(this.#world.options, method)) {
        throw new EchoError(-32601, `Method not found: ${method}`)
      }
      const signal = abort.signal
      const asked = this.#asking({ id, method, params, raw, line, signal, client })
      answer(answerTo(id, this.#complete(method, await run(asked))))
    } catch (error) {
      if (error instanceof InputRequired) {
        answer(answerTo(id, this.#complete('', error.result)))
      } else {
        answer(refusalOf(id, error), error instanceof EchoError ? error.status : 200)
      }
    } finally {
      if (this.#inFlight.get(id) === abort) this.#inFlight.delete(id)
    }
  }

  #track(id: Id, { gone, message }: Exchange): AbortController {
    const abort = new AbortController()
    if (!gone) this.#inFlight.set(id, abort)
    // The end of a subscription is no cancelled call.
    const calls = message.method !== 'subscriptions/listen'
    abort.signal.addEventListener('abort', () => {
      if (calls) noteCancelled(this.#world.state, id, abort.signal.reason)
    })
    gone?.addEventListener('abort', () => abort.abort('stream closed'))
    return abort
  }

  /** Who asks, as the request's envelope says. */
  #meet(params: JsonObject, { checkHeaders }: Exchange): EchoClient {
    const meta = (params['_meta'] ?? {}) as JsonObject
    const key = (name: string) => meta[`io.modelcontextprotocol/${name}`]
    const [version, capabilities] = [key('protocolVersion'), key('clientCapabilities')]
    const supported = [MODERN_VERSION]
    if (typeof version !== 'string' || typeof capabilities !== 'object' || !capabilities) {
      const words = `The request has no envelope; supported versions: ${MODERN_VERSION}`
      throw Object.assign(new EchoError(-32602, words, { supported }), { status: 400 })
    }
    checkHeaders?.()
    if (version !== MODERN_VERSION) {
      const data = { supported, requested: version }
      throw new EchoError(-32022, 'Unsupported protocol version', data)
    }
    return {
      session: null,
      capabilities: capabilities as JsonObject,
      clientInfo: key('clientInfo') ?? null,
      logLevel: (key('logLevel') as string | undefined) ?? null,
      answers: this.#answers,
      notifications: this.#notifications,
    }
  }

  #asking(of: Omit<Asked, 'ask' | 'askOutside' | 'again' | 'asTask'>): Asked {
    const round = this.#rounds.open(of)
    return {
      ...of,
      ask: round.ask,
      again: round.again,
      // No server may do this any more; one that does it all the same is worth a test.
      askOutside: ({ method, params }) => {
        const request = { jsonrpc: '2.0', id: this.#world.secret(), method, params }
        if (this.#world.options.http) this.#world.shout(request)
        else of.line.send(request)
      },
      asTask: (work) => this.#tasks.start(of.client, work, { ask: round.ask, signal: of.signal }),
    }
  }

  #complete(method: string, result: JsonObject): JsonObject {
    const { ttlMs = 60_000, cacheScope = 'public' } = this.#world.options
    const meta = { 'io.modelcontextprotocol/serverInfo': serverInfo(this.#world) }
    return {
      resultType: 'complete',
      ...(CACHED.has(method) ? { ttlMs, cacheScope } : {}),
      ...result,
      _meta: { ...meta, ...(result['_meta'] as JsonObject | undefined) },
    }
  }

  #note(method: string, params: JsonObject): void {
    const id = params['requestId'] as Id
    if (method !== 'notifications/cancelled') {
      return void this.#notifications.push({ method, params })
    }
    this.#inFlight.get(id)?.abort(params['reason'] ?? null)
    this.#inFlight.delete(id)
  }
}
