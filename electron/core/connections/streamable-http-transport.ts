import { setTimeout as delay } from 'node:timers/promises'
import type { RequestId, RpcMessage } from '../json-rpc.ts'
import { traceHeaders } from '../trace-context.ts'
import type { Filled, RemoteServer } from './fill-definition.ts'
import { contentTypeOf, discard, readText } from './http-body.ts'
import { HttpEnding } from './http-ending.ts'
import { BadAnswer, notMcp, readRefusal } from './http-failure.ts'
import { openHttpRequests } from './http-requests.ts'
import type { Asked, SendRequest } from './http-requests.ts'
import { HttpSession } from './http-session.ts'
import { LARGEST_MESSAGE_BYTES, readMessages } from './read-message.ts'
import { followStream } from './resumable-stream.ts'
import type { SendOptions, Transport, TransportContext, TransportEvents } from './transport.ts'

/** How long a server may take to say that it has ended our session. */
const GOODBYE_MS = 2_000
/** How long a server may take to close a stream on which it has answered. */
const LINGER_MS = 2_000

const POST_ACCEPTS = 'application/json, text/event-stream'
const STREAM = 'text/event-stream'

/** Sends nothing yet: the first message tells whether the server is there. */
export async function openStreamableHttp(
  server: Filled<RemoteServer>,
  context: HttpContext,
  events: TransportEvents,
): Promise<Transport> {
  return new StreamableHttpTransport(server, context, events)
}

export type HttpContext = TransportContext & {
  /** Of one message, in bytes; by default 256 MB. */
  largestMessage?: number
}

/** A message on its way: its answer's stream ends with `done`, with the connection, or by `abort`. */
type Exchange = ReturnType<HttpEnding['begin']> & {
  options: SendOptions
  /** Of a request. */
  id: RequestId | undefined
  isModern: boolean
  isAnswered: boolean
}

/**
 * The Streamable HTTP transport, of the sessions of 2025-03-26 to 2025-11-25 as well as of the
 * requests of 2026-07-28 that stand for themselves.
 */
class StreamableHttpTransport implements Transport {
  readonly pid = null
  readonly modernCancel = 'stream'
  readonly #events: TransportEvents
  readonly #url: URL
  readonly #send: SendRequest
  readonly #ending: HttpEnding
  readonly #maxBytes: number
  readonly #session = new HttpSession()
  #isListening = false

  constructor(server: Filled<RemoteServer>, context: HttpContext, events: TransportEvents) {
    this.#events = events
    this.#url = new URL(server.url)
    this.#send = openHttpRequests({ server, fetch: context.fetch, auth: context.auth })
    this.#maxBytes = context.largestMessage ?? LARGEST_MESSAGE_BYTES
    const leave = () => this.#leave()
    const mask = (text: string) => server.mask(this.#session.mask(text))
    this.#ending = new HttpEnding({ server: { ...server, mask }, events, log: context.log, leave })
  }

  async send(message: RpcMessage, options: SendOptions = {}): Promise<void> {
    const { reason } = this.#ending
    if (reason !== undefined) throw this.#ending.down(reason)
    const id = 'method' in message && 'id' in message ? message.id : undefined
    const isModern = this.#session.isModern(message)
    const scope = this.#ending.begin(options.signal)
    const exchange = { ...scope, options, id, isModern, isAnswered: false }
    try {
      await this.#exchange(message, exchange)
    } catch (error) {
      exchange.done()
      // Whoever gave up wants no more of it.
      if (options.signal?.aborted) return
      throw this.#ending.failed(error, (failure) => !isModern && this.#session.isGone(failure))
    }
  }

  useVersion(version: string): void {
    this.#session.version = version
  }

  async settle(): Promise<void> {
    // The stream of the server's own messages opens by itself.
  }

  end(reason: string): Promise<void> {
    return this.#ending.end(reason)
  }

  /** Resolves once the message is handed over, and an answer that came at once is read. */
  async #exchange(message: RpcMessage, exchange: Exchange): Promise<void> {
    const { response } = await this.#send(this.#post(message, exchange))
    if (!response.ok) throw await readRefusal(response)
    const method = 'method' in message ? message.method : undefined
    if (method === 'initialize') this.#session.id = response.headers.get('mcp-session-id')
    if (exchange.id !== undefined) return this.#readAnswer(response, exchange)
    await discard(response)
    exchange.done()
    if (method === 'notifications/initialized' && !exchange.isModern) void this.#listen()
  }

  #post(message: RpcMessage, { options, signal }: Exchange): Asked {
    const headers = {
      ...options.headers,
      ...this.#session.headersFor(message),
      ...traceHeaders(message),
      Accept: POST_ACCEPTS,
      'Content-Type': 'application/json',
    }
    const body = JSON.stringify(message)
    return { method: 'POST', url: this.#url, headers, body, signal }
  }

  async #readAnswer(response: Response, exchange: Exchange): Promise<void> {
    const type = contentTypeOf(response)
    if (type === STREAM) return void this.#readStream(response, exchange)
    if (response.status === 202 || response.status === 204) {
      await discard(response)
      // Against the specification, but seen: the answer comes on the stream of the server's own.
      if (this.#isListening) return exchange.done()
      return this.#endStream(exchange)
    }
    if (type !== 'application/json') {
      await discard(response)
      throw notMcp()
    }
    const text = await readText(response, this.#maxBytes)
    if (this.#deliver(text, exchange) === 0) throw new SyntaxError('not a JSON-RPC message')
    this.#endStream(exchange)
  }

  async #readStream(first: Response, exchange: Exchange): Promise<void> {
    const { signal, isModern } = exchange
    let linger: NodeJS.Timeout | undefined
    const stream = {
      open: (lastEventId: string | undefined) => this.#get(lastEventId, signal),
      onData: (data: string) => {
        this.#tryToDeliver(data, exchange)
        if (exchange.isAnswered) linger ??= setTimeout(exchange.abort, LINGER_MS).unref()
      },
      isOver: () => exchange.isAnswered || isModern,
      ...{ isEndless: false, signal, maxBytes: this.#maxBytes },
    }
    try {
      await followStream(stream, first)
    } catch (error) {
      this.#ending.log(error, 'an event stream could not be resumed')
      if (!signal.aborted) this.#ending.failed(error, (failure) => this.#session.isGone(failure))
    }
    clearTimeout(linger)
    this.#endStream(exchange)
  }

  #endStream(exchange: Exchange): void {
    exchange.done()
    const { isAnswered, signal, options } = exchange
    if (!isAnswered && !signal.aborted && this.#ending.reason === undefined) options.onStreamEnd?.()
  }

  /** The stream of what the server says or asks by itself; not every server has one. */
  async #listen(): Promise<void> {
    const { signal, done } = this.#ending.begin()
    const stream = {
      open: async (lastEventId: string | undefined) => {
        const response = await this.#get(lastEventId, signal)
        this.#isListening ||= response.ok
        return response
      },
      onData: (data: string) => this.#tryToDeliver(data, undefined),
      isOver: () => false,
      ...{ isEndless: true, signal, maxBytes: this.#maxBytes },
    }
    await followStream(stream, undefined).catch((error: unknown) => {
      if (signal.aborted) return
      this.#ending.log(error, "there is no stream of the server's own messages")
      const wasThere = this.#isListening
      this.#isListening = false
      // One that never was there may be missing for any reason.
      if (!wasThere && error instanceof BadAnswer) return
      this.#ending.failed(error, (failure) => wasThere && this.#session.isGone(failure))
    })
    done()
  }

  async #get(lastEventId: string | undefined, signal: AbortSignal): Promise<Response> {
    const headers = { ...this.#session.headers(), Accept: STREAM }
    // A header holds bytes; those of UTF-8 are meant (HTML, "Server-sent events").
    const id = lastEventId === undefined ? undefined : Buffer.from(lastEventId).toString('latin1')
    const all = id === undefined ? headers : { ...headers, 'Last-Event-ID': id }
    return (await this.#send({ method: 'GET', url: this.#url, headers: all, signal })).response
  }

  #tryToDeliver(text: string, exchange: Exchange | undefined): void {
    try {
      this.#deliver(text, exchange)
    } catch (error) {
      this.#ending.log(error, 'an event is not JSON')
    }
  }

  /** Returns how many messages there were. Throws SyntaxError. */
  #deliver(text: string, exchange: Exchange | undefined): number {
    const { messages, skipped } = readMessages(text)
    if (skipped > 0) this.#ending.log(`${skipped} of them`, 'values that are not messages')
    for (const message of messages) {
      if (this.#ending.reason !== undefined || exchange?.options.signal?.aborted) break
      this.#events.onMessage(exchange ? ownedBy(exchange, message) : message, exchange?.id)
    }
    return messages.length
  }

  async #leave(): Promise<void> {
    if (!this.#session.isOpen) return
    const { signal, abort, done } = this.#ending.begin()
    const gone = this.#send({
      method: 'DELETE',
      url: this.#url,
      headers: this.#session.headers(),
      signal,
    })
    const patience = new AbortController()
    await Promise.race([
      gone.then(({ response }) => discard(response)),
      delay(GOODBYE_MS, undefined, { signal: patience.signal }),
    ]).catch((error: unknown) => this.#ending.log(error, 'the session could not be ended'))
    patience.abort()
    abort()
    done()
  }
}

/** Notes an answer; an error about no request in particular, on a request's stream, is about that one. */
function ownedBy(exchange: Exchange, message: RpcMessage): RpcMessage {
  if ('method' in message) return message
  const { id } = exchange
  const isNobodys = 'error' in message && (message.id === null || message.id === undefined)
  if (id === undefined || !(isNobodys || String(message.id) === String(id))) return message
  exchange.isAnswered = true
  return isNobodys ? { ...message, id } : message
}
