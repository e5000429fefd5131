import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '../../core/index.ts'
import { isHealthy, type RunningCore } from '../run-file.ts'
import { CoreHttp, eventsOf, isStream } from './core-http.ts'
import { Flights, type Flight } from './flights.ts'
import { CoreLost, LegacySession } from './legacy-session.ts'
import { ModernHeaders } from './modern-headers.ts'
import { isObject, peek, type JsonObject, type Message } from './peek.ts'
import { cancelledText, failureText, parsed, readAllTools } from './texts.ts'

export type BridgeOptions = {
  core: RunningCore
  endpoint: string
  /** Writes a line; resolves when there is room for another. */
  write(line: string): Promise<void>
  /** Called once, when nothing can be answered any more; requests in flight have failed then. */
  onLost(reason: string): void
}

const PARSE_ERROR = -32700
const INTERNAL_ERROR = -32603
const HEADER_MISMATCH = -32020

/** Milliseconds after which a cancellation that had no effect is sent again. */
const CANCEL_AGAIN_MS = 100
const CANCEL_TRIES = 5

/**
 * stdio on one side, Streamable HTTP to an endpoint of a core on the other, message by message and
 * for both eras at once. Messages go on as the text they were; only what HTTP says in headers and
 * statuses is looked up or made up.
 */
export class Bridge {
  readonly #options: BridgeOptions
  readonly #http: CoreHttp
  readonly #headers = new ModernHeaders()
  readonly #flights = new Flights()
  #session: LegacySession | null = null
  #isOver = false

  constructor(options: BridgeOptions) {
    const { core, endpoint } = options
    this.#options = options
    this.#http = new CoreHttp(new URL(`${core.url}/metamcp/${endpoint}/mcp`), core.token)
  }

  /** Takes a line of the client; resolves when the next one may follow without overtaking it. */
  async receive(line: string): Promise<void> {
    if (this.#isOver) return
    const peeked = peek(line)
    if (peeked.kind === 'garbage') {
      return this.#write(failureText(null, PARSE_ERROR, 'This line is no JSON-RPC message'))
    }
    if (peeked.kind === 'request') {
      const answered = this.#request(line, peeked)
      // What follows belongs to the session that this opens.
      return peeked.method === 'initialize' && peeked.version === undefined ? answered : undefined
    }
    if (peeked.kind === 'notification') return this.#notification(line, peeked)
    if (peeked.kind === 'batch') void this.#batch(line)
    else await this.#tell(line)
  }

  /** Resolves when all requests are answered but subscriptions, which have no end of their own. */
  settled(): Promise<void> {
    return this.#flights.settled()
  }

  /** Cancels what is in flight and ends the session. */
  async close(): Promise<void> {
    this.#isOver = true
    for (const { abort } of this.#flights.all()) abort.abort()
    await this.#session?.end()
    this.#http.close()
  }

  async #request(line: string, message: Message<'request'>): Promise<void> {
    const flight = this.#flights.open(message)
    try {
      await this.#exchange(line, flight)
    } catch (error) {
      await this.#failed(error, flight)
    } finally {
      flight.land()
    }
  }

  async #exchange(line: string, flight: Flight): Promise<void> {
    const { message, isModern, abort } = flight
    const isOpening = message.method === 'initialize'
    const legacy = isOpening ? {} : (this.#session?.headers ?? {})
    const headers = isModern ? this.#headers.of(message) : legacy
    const sending = this.#http.call(line, headers, abort.signal)
    flight.sent = sending.sent
    const response = await sending.response
    if (response.statusCode !== 200) return this.#refused(line, flight, response)
    if (isStream(response)) return this.#stream(response, flight)
    await this.#answer(await text(response), flight, response)
  }

  /** Passes on what comes on the stream of a request; a broken one is resumed, where that is known. */
  async #stream(response: IncomingMessage, flight: Flight): Promise<void> {
    const take = async (message: string): Promise<boolean> => {
      if (peek(message).kind !== 'response') {
        await this.#write(message)
        return true
      }
      await this.#answer(message, flight, response)
      isAnswered = true
      return false
    }
    let isAnswered = false
    let from: string | undefined
    for await (const { id, data } of eventsOf(response, () => undefined)) {
      if (id !== undefined) from = id
      if (data !== '' && !(await take(data))) return
    }
    if (flight.isCancelled) return
    if (from === undefined || flight.isModern || !this.#session) return this.#cutOff(flight)
    await this.#session.follow({ from, take })
    if (!isAnswered && !flight.isCancelled) await this.#cutOff(flight)
  }

  async #cutOff({ message: { id, method } }: Flight): Promise<void> {
    if (method === 'subscriptions/listen') return this.#write(cancelledText(id))
    await this.#write(failureText(id, INTERNAL_ERROR, 'MetaMCP ended the stream without an answer'))
  }

  async #answer(message: string, flight: Flight, response: IncomingMessage): Promise<void> {
    const { method } = flight.message
    if (method === 'tools/list' || method === 'initialize') {
      const { result } = parsed(message)
      if (method === 'tools/list') this.#headers.learn(flight.message, result)
      else if (isObject(result)) await this.#openSession(result, response)
    }
    if (!flight.isCancelled || !flight.isModern) await this.#write(message)
  }

  async #openSession({ protocolVersion }: JsonObject, { headers }: IncomingMessage) {
    const id = headers['mcp-session-id']
    await this.#session?.end()
    this.#session = new LegacySession({
      http: this.#http,
      id: typeof id === 'string' ? id : undefined,
      protocolVersion: String(protocolVersion),
      coreUrl: this.#options.core.url,
      take: (message) => this.#write(message),
      onLost: (error) => void this.#lose(error.message),
    })
    await this.#session.listen()
  }

  async #refused(line: string, flight: Flight, response: IncomingMessage): Promise<void> {
    const { message, isModern } = flight
    const { statusCode = 0 } = response
    const body = await text(response)
    if (statusCode < 300 && flight.isCancelled) return
    const { id, error } = parsed(body)
    const isOurs = id !== undefined && id !== null
    const isSessionGone = statusCode === 404 && !isModern && !isOurs
    if (statusCode === 401 || isSessionGone) throw new CoreLost('the session has ended')
    const { code, message: words } = isObject(error) ? error : {}
    const canRetry = message.method === 'tools/call' && isModern && !flight.isSecondTry
    if (code === HEADER_MISMATCH && canRetry) {
      flight.isSecondTry = true
      await readAllTools({ http: this.#http, headers: this.#headers, flight })
      return this.#exchange(line, flight)
    }
    if (isOurs) return this.#write(body)
    const said = typeof words === 'string' ? words : `MetaMCP answered with HTTP ${statusCode}`
    const known = typeof code === 'number' ? code : INTERNAL_ERROR
    await this.#write(failureText(message.id, known, said))
  }

  async #notification(line: string, message: Message<'notification'>): Promise<void> {
    if (message.method !== 'notifications/cancelled') return this.#tell(line, message)
    const flight = this.#flights.get(message.params.requestId)
    if (!flight) return this.#tell(line, message)
    flight.isCancelled = true
    // In the modern era leaving is cancelling.
    if (flight.isModern) flight.abort.abort()
    else void this.#cancel(line, flight)
  }

  /** The two go over connections of their own, and the one sent first may be read second. */
  async #cancel(line: string, flight: Flight): Promise<void> {
    await flight.sent
    for (let tries = 0; tries < CANCEL_TRIES && this.#flights.has(flight); tries++) {
      await this.#tell(line)
      await Promise.race([flight.landed, delay(CANCEL_AGAIN_MS, undefined, { ref: false })])
    }
  }

  /** Notifications and answers are the session's; the modern era has none of them over HTTP. */
  async #tell(line: string, message?: Message<'notification'>): Promise<void> {
    if (!this.#session || message?.version !== undefined) return
    try {
      const { statusCode } = await this.#http.tell(line, this.#session.headers)
      if (statusCode === 404 || statusCode === 401) throw new CoreLost('the session has ended')
    } catch (error) {
      await this.#failed(error)
    }
  }

  async #batch(line: string): Promise<void> {
    try {
      const { signal } = new AbortController()
      const response = await this.#http.call(line, this.#session?.headers ?? {}, signal).response
      if (!isStream(response)) return await this.#write(await text(response))
      for await (const { data } of eventsOf(response, () => undefined)) await this.#write(data)
    } catch (error) {
      await this.#failed(error)
    }
  }

  async #failed(error: unknown, flight?: Flight): Promise<void> {
    if (this.#isOver || (flight?.isCancelled && flight.isModern)) return
    if (error instanceof CoreLost) return this.#lose(error.message)
    if (!(await isHealthy(this.#options.core.url))) return this.#lose('it has ended')
    if (flight) {
      await this.#write(failureText(flight.message.id, INTERNAL_ERROR, messageOf(error)))
    }
  }

  async #lose(reason: string): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    const text = `The connection to MetaMCP was lost: ${reason}`
    for (const { message } of this.#flights.all()) {
      await this.#options.write(failureText(message.id, INTERNAL_ERROR, text))
    }
    this.#options.onLost(text)
  }

  /** One line for one message: JSON has line breaks only where they mean nothing. */
  async #write(message: string): Promise<void> {
    if (message !== '') await this.#options.write(message.replace(/[\r\n]+/g, ' '))
  }
}
