import type { RpcMessage } from '../json-rpc.ts'
import { traceHeaders } from '../trace-context.ts'
import type { Filled, RemoteServer } from './fill-definition.ts'
import { contentTypeOf, discard, readEvents } from './http-body.ts'
import { HttpEnding } from './http-ending.ts'
import { BadAnswer, notMcp, readHttpFailure, readRefusal } from './http-failure.ts'
import { openHttpRequests } from './http-requests.ts'
import type { Asked, SendRequest } from './http-requests.ts'
import { LARGEST_MESSAGE_BYTES, readMessages, TooLarge } from './read-message.ts'
import type { HttpContext } from './streamable-http-transport.ts'
import type { SendOptions, Transport, TransportEvents } from './transport.ts'

/** Waits for the event stream and the address to post to. */
export async function openSse(
  server: Filled<RemoteServer>,
  context: HttpContext,
  events: TransportEvents,
): Promise<Transport> {
  const transport = new SseTransport(server, context, events)
  await transport.start(context.signal)
  return transport
}

/**
 * The transport HTTP+SSE of revision 2024-11-05: one event stream with all that the server says,
 * whose first event names the address that our messages are posted to.
 */
class SseTransport implements Transport {
  readonly pid = null
  readonly modernCancel = 'message'
  readonly #events: TransportEvents
  readonly #url: URL
  readonly #send: SendRequest
  readonly #ending: HttpEnding
  readonly #maxBytes: number
  readonly #endpoint = Promise.withResolvers<URL>()
  #isStarted = false
  #version: string | undefined

  constructor(server: Filled<RemoteServer>, context: HttpContext, events: TransportEvents) {
    this.#events = events
    this.#url = new URL(server.url)
    this.#send = openHttpRequests({ server, fetch: context.fetch, auth: context.auth })
    this.#maxBytes = context.largestMessage ?? LARGEST_MESSAGE_BYTES
    // Whoever waits for it is told in `start`.
    this.#endpoint.promise.catch(() => {})
    const leave = async () => {}
    this.#ending = new HttpEnding({ server, events, log: context.log, leave })
  }

  /** The event stream may open and never name the address to post to: `signal` gives up. */
  async start(signal: AbortSignal): Promise<void> {
    const stream = this.#ending.begin()
    const giveUp = () => {
      stream.abort()
      this.#endpoint.reject(new Error('the start was given up'))
    }
    signal.addEventListener('abort', giveUp, { once: true })
    if (signal.aborted) giveUp()
    try {
      const headers = { Accept: 'text/event-stream' }
      const asked = { method: 'GET' as const, url: this.#url, headers, signal: stream.signal }
      const { response, url } = await this.#send(asked)
      await checkStream(response)
      void this.#read(response, url)
      await this.#endpoint.promise
      this.#isStarted = true
    } catch (error) {
      stream.abort()
      throw this.#ending.errorFor(readHttpFailure(error, this.#url))
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }

  async send(message: RpcMessage, { signal }: SendOptions = {}): Promise<void> {
    const { reason } = this.#ending
    if (reason !== undefined) throw this.#ending.down(reason)
    const scope = this.#ending.begin(signal)
    try {
      const { response } = await this.#send(await this.#post(message, scope.signal))
      if (!response.ok) throw await readRefusal(response)
      await discard(response)
    } catch (error) {
      // Whoever gave up wants no more of it.
      if (!signal?.aborted) throw this.#ending.failed(error)
    } finally {
      scope.done()
    }
  }

  useVersion(version: string): void {
    this.#version = version
  }

  async settle(): Promise<void> {
    // The stream has been open from the beginning.
  }

  end(reason: string): Promise<void> {
    return this.#ending.end(reason)
  }

  async #post(message: RpcMessage, signal: AbortSignal): Promise<Asked> {
    const headers = {
      'Content-Type': 'application/json',
      ...traceHeaders(message),
      ...(this.#version !== undefined && { 'MCP-Protocol-Version': this.#version }),
    }
    const body = JSON.stringify(message)
    return { method: 'POST', url: await this.#endpoint.promise, headers, body, signal }
  }

  /** The end of the stream is the end of the connection: it cannot be resumed. */
  async #read(response: Response, url: URL): Promise<void> {
    const onEvent = ({ event, data }: { event?: string | undefined; data: string }) => {
      if (event === 'endpoint') return this.#moveTo(data, url)
      if (event === undefined || event === 'message') this.#deliver(data)
    }
    let reason = 'Its event stream was closed.'
    try {
      await readEvents(response, { onEvent, maxBytes: this.#maxBytes })
    } catch (error) {
      this.#ending.log(error, 'the event stream broke')
      if (error instanceof TooLarge) ({ reason } = readHttpFailure(error, this.#url))
    }
    this.#endpoint.reject(new BadAnswer(reason))
    if (this.#isStarted) this.#ending.lose(reason)
  }

  #moveTo(data: string, url: URL): void {
    const endpoint = URL.canParse(data, url) ? new URL(data, url) : null
    if (endpoint?.origin === url.origin) return this.#endpoint.resolve(endpoint)
    // Our headers and tokens are for this server alone.
    const where = endpoint?.origin ?? 'no address at all'
    this.#endpoint.reject(new BadAnswer(`It wants its messages at another place: ${where}.`))
  }

  #deliver(text: string): void {
    if (this.#ending.reason !== undefined) return
    try {
      const { messages, skipped } = readMessages(text)
      if (skipped > 0) this.#ending.log(`${skipped} of them`, 'values that are not messages')
      for (const message of messages) this.#events.onMessage(message)
    } catch (error) {
      this.#ending.log(error, 'an event is not JSON')
    }
  }
}

async function checkStream(response: Response): Promise<void> {
  if (!response.ok) throw await readRefusal(response)
  if (contentTypeOf(response) === 'text/event-stream') return
  await discard(response)
  throw notMcp()
}
