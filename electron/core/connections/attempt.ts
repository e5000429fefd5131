import type { Server } from '../../../shared/server.ts'
import type { ServerProblem } from '../../../shared/server-problem.ts'
import { messageOf } from '../errors.ts'
import { RpcError } from '../json-rpc.ts'
import type { Obstacle } from '../server-rules.ts'
import { ServerDown } from './connection.ts'
import type { ClientFace, Connection, Era, Tenant } from './connection.ts'
import { greetInEra } from './era.ts'
import { fillDefinition } from './fill-definition.ts'
import { discover, initialize } from './hail.ts'
import type { Greeted, Line } from './hail.ts'
import { KnownProblem, maskProblem, problemOf } from './known-problem.ts'
import { Peer } from './peer.ts'
import type { PeerOptions } from './peer.ts'
import type { OpenTransport, TransportContext } from './transport.ts'
import { isOtherTransport, isSignOfLegacy, waysTo } from './ways.ts'
import type { Ways } from './ways.ts'

export type StartOptions = Omit<TransportContext, 'signal'> &
  Omit<PeerOptions, 'server'> & {
    server: Server
    /** What must be over before: the end of the connection that this one replaces. */
    after: Promise<unknown>
    /** Why this definition of it may not be started now; `null`: it may. */
    obstacle: (server: Server) => Obstacle | null
    /** What references stand for, now. */
    readEnv: () => Record<string, string | undefined>
    /** What is remembered of the server: it is greeted like that first. */
    knownEra: Era | null
    /** How long it may leave `server/discover` unanswered before `initialize` is tried. */
    probeMs: number
    /** Told how far it got, in the words of `no-answer`. */
    onStep?: (step: string) => void
  }

/** To all clients of a shared connection; roots differ between them. */
const SHARED_QUESTIONS = { sampling: { tools: {} }, elicitation: { form: {}, url: {} } }
/** MCP Apps: a server shows its tools' views only to who says so, and others overlook them. */
const SHARED_EXTENSIONS = {
  extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } },
}

/** Over HTTP only those share it whose clients can be asked nothing, unless all have to. */
function sharedCapabilities({ type, isolation }: Server): ClientFace['capabilities'] {
  const isAskable = type === 'STDIO' || isolation !== 'auto'
  return isAskable ? { ...SHARED_QUESTIONS, ...SHARED_EXTENSIONS } : SHARED_EXTENSIONS
}

/** One try to reach a server, from the spawn or the first request on, and what came of it. */
export class Attempt {
  readonly #options: StartOptions
  readonly #givenUp = Promise.withResolvers<never>()
  readonly #abort = new AbortController()
  readonly #opening = new Set<Promise<unknown>>()
  readonly #lines = new Set<Line>()
  #reached = 'preparing its start'
  #endReason = ''
  #ways: Ways | undefined
  #tenant: Tenant | undefined
  #settled: Peer | undefined
  #mask = (text: string) => text

  constructor(options: StartOptions) {
    this.#options = options
    // Whoever gives up may do so when nobody waits any more.
    this.#givenUp.promise.catch(() => {})
  }

  get #step(): string {
    return this.#reached
  }

  set #step(step: string) {
    this.#reached = step
    this.#options.onStep?.(step)
  }

  get problem(): ServerProblem | null {
    return this.#settled?.problem ?? null
  }

  async run(tenant: Tenant | undefined): Promise<Connection> {
    await Promise.race([this.#options.after, this.#givenUp.promise])
    this.#tenant = tenant
    return this.#inTime(async () => this.#connect(await this.#open()))
  }

  async open(): Promise<Line> {
    await Promise.race([this.#options.after, this.#givenUp.promise])
    return this.#inTime(() => this.#open())
  }

  greet(line: Line, tenant: Tenant): Promise<Connection> {
    this.#tenant = tenant
    return this.#inTime(() => this.#connect(line))
  }

  async end(reason: string): Promise<void> {
    this.#giveUp(reason)
    await Promise.all([...this.#lines].map(({ transport }) => transport.end(reason)))
    await Promise.allSettled(this.#opening)
  }

  async #inTime<T>(work: () => Promise<T>): Promise<T> {
    const timer = setTimeout(
      () => this.#giveUp(this.#lateness(), this.#silence()),
      this.#options.server.startTimeoutMs,
    )
    try {
      return await Promise.race([work(), this.#givenUp.promise])
    } catch (error) {
      throw this.#explain(error)
    } finally {
      clearTimeout(timer)
    }
  }

  #giveUp(reason: string, problem: ServerProblem | null = null): void {
    this.#endReason = reason
    this.#abort.abort()
    this.#givenUp.reject(new ServerDown(this.#options.server.name, this.#mask(reason), { problem }))
  }

  #silence(): ServerProblem {
    const { startTimeoutMs: timeoutMs } = this.#options.server
    return { code: 'no-answer', timeoutMs, step: this.#step }
  }

  async #open(): Promise<Line> {
    const obstacle = this.#options.obstacle(this.#options.server)
    if (obstacle) throw new KnownProblem(obstacle.words, obstacle.problem)
    const filled = fillDefinition(this.#options.server, this.#options.readEnv())
    this.#mask = filled.mask
    this.#ways = waysTo(filled, { ...this.#options, signal: this.#abort.signal })
    return this.#openLine(this.#ways[0])
  }

  async #connect(line: Line): Promise<Connection> {
    const { type } = this.#options.server
    try {
      return await this.#settle(await (type === 'SSE' ? this.#initialize(line) : this.#meet(line)))
    } catch (error) {
      const second = this.#ways?.[1]
      if (!second || !isOtherTransport(error)) throw error
      await line.transport.end('It does not speak Streamable HTTP.')
      if (this.#abort.signal.aborted) throw error
      // The first answer says more than "there is no event stream either".
      const older = await this.#openLine(second).catch(() => Promise.reject(error))
      return this.#settle(await this.#initialize(older))
    }
  }

  /** A line of either era. A process that ended over our first question is started anew without it. */
  #meet(line: Line): Promise<Greeted> {
    const { knownEra, clientInfo, server } = this.#options
    // Some of its time must be left for the other way.
    const probeMs = Math.min(this.#options.probeMs, server.startTimeoutMs / 3)
    const isStdio = server.type === 'STDIO'
    let wasProbed = false
    const isWorthAnother = () => wasProbed && line.peer.isOver && isStdio
    return greetInEra<Greeted>({
      ...{ knownEra, probeMs },
      mayBeLegacy: (error) => isSignOfLegacy(error) && (isStdio || !line.peer.isOver),
      discover: (signal) => {
        wasProbed = true
        this.#step = 'waiting for its answer to server/discover'
        return discover(line, clientInfo, signal)
      },
      initialize: async (signal) => {
        try {
          if (!isWorthAnother()) return await this.#initialize(line, signal)
        } catch (error) {
          if (!isWorthAnother()) throw error
        }
        return this.#initialize(await this.#reopen(line), signal)
      },
    })
  }

  async #reopen(line: Line): Promise<Line> {
    await line.transport.end('It ended over a question that it did not know.')
    this.#lines.delete(line)
    const [first] = this.#ways ?? []
    if (!first || this.#abort.signal.aborted) throw new Error(this.#endReason)
    return this.#openLine(first)
  }

  #initialize(line: Line, signal = this.#abort.signal): Promise<Greeted> {
    this.#dedicate(line)
    this.#step = 'waiting for its answer to initialize'
    const onAnswer = () => void (this.#step = 'telling it that we are ready')
    return initialize(line, this.#face, { signal, onAnswer })
  }

  /** Who the server is told to be talking to. */
  get #face(): ClientFace {
    const { clientInfo, server } = this.#options
    if (!this.#tenant) return { capabilities: sharedCapabilities(server), info: clientInfo }
    const { capabilities, info } = this.#tenant.client
    // The experimental tasks of 2025-11-25 are not relayed.
    const { tasks: _, ...relayed } = capabilities
    return { capabilities: relayed, info: info ?? clientInfo }
  }

  #dedicate({ peer }: Line): void {
    const { id } = this.#options.server
    const tenant = this.#tenant
    if (!tenant) return
    peer.belongTo({ ask: tenant.ask, notify: (one) => tenant.notify(id, one) })
  }

  async #settle(greeted: Greeted): Promise<Connection> {
    const { era, hello, line } = greeted
    const { peer, transport } = line
    this.#dedicate(line)
    this.#settled = peer
    await transport.settle()
    return {
      ...{
        era,
        hello,
        isShared: this.#tenant === undefined,
        pid: transport.pid,
        closed: peer.closed,
      },
      request: (method, params, options) => peer.request(method, params, options),
      notify: (method, params) => peer.notify(method, params),
      close: () => transport.end('It was closed.'),
    }
  }

  async #openLine(open: OpenTransport): Promise<Line> {
    const { server } = this.#options
    this.#step = server.type === 'STDIO' ? 'starting its process' : 'reaching its URL'
    const peer = new Peer({ ...this.#options, server: server.name })
    // Remembered the moment it exists, also when it was given up meanwhile.
    const opening = open(peer).then(async (transport) => {
      peer.attach(transport)
      const line = { peer, transport }
      this.#lines.add(line)
      if (this.#abort.signal.aborted) await transport.end(this.#endReason)
      return line
    })
    this.#opening.add(opening)
    return opening.finally(() => this.#opening.delete(opening))
  }

  #lateness(): string {
    const seconds = this.#options.server.startTimeoutMs / 1_000
    return this.#withStderr(`It was not ready within ${seconds} s; it got as far as ${this.#step}.`)
  }

  #explain(error: unknown): ServerDown {
    if (error instanceof ServerDown) return error
    const { name } = this.#options.server
    const isRefusal = error instanceof RpcError
    const message = messageOf(error)
    const words = isRefusal
      ? this.#withStderr(`It refused to initialize: ${message} (${error.code}).`)
      : message
    const problem = problemOf(error) ?? { code: isRefusal ? 'refused' : 'other', message }
    const options = { cause: error, problem: maskProblem(problem, this.#mask) }
    return new ServerDown(name, this.#mask(words), options)
  }

  #withStderr(words: string): string {
    const lines = this.#options.stderr.lastLines()
    return lines === '' ? words : `${words} It last wrote:\n${lines}`
  }
}
