import { setTimeout as delay } from 'node:timers/promises'
import { SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { messageOf } from '../errors.ts'
import type { RpcMessage } from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import { ServerDown } from './connection.ts'
import type { Filled, RemoteServer } from './fill-definition.ts'
import { readHttpFailure } from './http-failure.ts'
import type { HttpFailure } from './http-failure.ts'
import type { SendOptions, Transport, TransportContext, TransportEvents } from './transport.ts'

/** How long a server may take to say that it has ended our session. */
const GOODBYE_MS = 2_000

/** The stream of a server's own messages is opened again and again, as networks come and go. */
const RECONNECTION = {
  initialReconnectionDelay: 1_000,
  reconnectionDelayGrowFactor: 2,
  maxReconnectionDelay: 30_000,
  maxRetries: 20,
}

type Sdk = StreamableHTTPClientTransport | SSEClientTransport

/** The cause of a `ServerDown` or `RpcError` that came with an HTTP status. */
export class HttpRefusal extends Error {
  readonly status: number

  constructor(status: number) {
    super(`HTTP ${status}`)
    this.name = 'HttpRefusal'
    this.status = status
  }
}

/** Sends nothing yet: the first message tells whether the server is there. */
export async function openStreamableHttp(
  server: Filled<RemoteServer>,
  context: TransportContext,
  events: TransportEvents,
): Promise<Transport> {
  const sdk = new StreamableHTTPClientTransport(new URL(server.url), {
    fetch: context.fetch,
    requestInit: { headers: headersOf(server) },
    reconnectionOptions: RECONNECTION,
  })
  const transport = new HttpTransport({ server, events, log: context.log, sdk })
  await transport.start(context.signal)
  return transport
}

/** Waits for the event stream and the address to post to. */
export async function openSse(
  server: Filled<RemoteServer>,
  context: TransportContext,
  events: TransportEvents,
): Promise<Transport> {
  const sdk = new SSEClientTransport(new URL(server.url), {
    fetch: context.fetch,
    requestInit: { headers: headersOf(server) },
  })
  const transport = new HttpTransport({ server, events, log: context.log, sdk })
  await transport.start(context.signal)
  return transport
}

function headersOf({ headers, bearerToken }: Filled<RemoteServer>): Headers {
  const sent = new Headers(headers)
  if (bearerToken !== null) sent.set('Authorization', `Bearer ${bearerToken}`)
  return sent
}

type HttpParts = { server: Filled<RemoteServer>; events: TransportEvents; log: Logger; sdk: Sdk }

class HttpTransport implements Transport {
  readonly pid = null
  readonly #parts: HttpParts
  readonly #url: URL
  #isStarted = false
  #isLost = false
  #endReason: string | undefined
  #ending: Promise<void> | undefined

  constructor(parts: HttpParts) {
    this.#parts = parts
    this.#url = new URL(parts.server.url)
    const { sdk, events } = parts
    sdk.onmessage = (message) => events.onMessage(message as RpcMessage)
    sdk.onerror = (error) => this.#report(error)
    sdk.onclose = () => this.#finish('The connection was closed.')
  }

  async start(signal: AbortSignal): Promise<void> {
    const { sdk } = this.#parts
    const aborted = Promise.withResolvers<never>()
    const abort = () => aborted.reject(new Error('the start was given up'))
    signal.addEventListener('abort', abort, { once: true })
    try {
      // The event stream may open and never name the address to post to.
      await Promise.race([sdk.start(), aborted.promise])
      this.#isStarted = true
    } catch (error) {
      const failure = readHttpFailure(error, this.#url)
      await sdk.close()
      throw this.#errorFor(failure)
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  async send(message: RpcMessage, { onStreamEnd, signal }: SendOptions = {}): Promise<void> {
    const { sdk } = this.#parts
    try {
      const sent = message as Parameters<SSEClientTransport['send']>[0]
      if (sdk instanceof SSEClientTransport) return await sdk.send(sent)
      await sdk.send(sent, { onRequestStreamEnd: onStreamEnd, requestSignal: signal })
    } catch (error) {
      throw this.#failed(error)
    }
  }

  useVersion(version: string): void {
    this.#parts.sdk.setProtocolVersion(version)
  }

  async settle(): Promise<void> {
    // The SDK opens the stream of the server's own messages by itself.
  }

  end(reason: string): Promise<void> {
    this.#finish(reason)
    this.#ending ??= this.#close()
    return this.#ending
  }

  async #close(): Promise<void> {
    const { sdk } = this.#parts
    if (sdk instanceof StreamableHTTPClientTransport && !this.#isLost) {
      const deadline = new AbortController()
      const patience = delay(GOODBYE_MS, undefined, { signal: deadline.signal })
      await Promise.race([sdk.terminateSession(), patience]).catch((error: unknown) =>
        this.#log(error, 'the session could not be ended'),
      )
      deadline.abort()
      patience.catch(() => {})
    }
    await sdk.close()
  }

  /** What a failed message means for its request, and for the connection. */
  #failed(error: unknown): Error {
    if (this.#endReason !== undefined) return this.#down(this.#endReason, error)
    const failure = readHttpFailure(error, this.#url)
    if (this.#isSessionGone(failure)) return this.#lose('Its session has ended.', failure)
    if (failure.isUnreachable || failure.status === 401) return this.#lose(failure.reason, failure)
    return this.#errorFor(failure)
  }

  /** Specification 2025-11-25, "Session Management": 404; some servers say 400 and name the session. */
  #isSessionGone({ status, rpc, reason }: HttpFailure): boolean {
    const { sdk } = this.#parts
    if (!(sdk instanceof StreamableHTTPClientTransport) || !sdk.sessionId) return false
    return status === 404 || (status === 400 && /session/i.test(rpc?.message ?? reason))
  }

  #lose(reason: string, failure: HttpFailure): Error {
    this.#isLost = true
    void this.end(reason)
    return this.#errorFor({ ...failure, reason, rpc: null })
  }

  #errorFor({ rpc, reason, status }: HttpFailure): Error {
    const cause = status === null ? undefined : new HttpRefusal(status)
    if (!rpc) return this.#down(reason, cause)
    rpc.cause = cause
    return rpc
  }

  #down(reason: string, cause?: unknown): ServerDown {
    const { name, mask } = this.#parts.server
    return new ServerDown(name, mask(reason), { cause })
  }

  #finish(reason: string): void {
    if (this.#endReason !== undefined) return
    this.#endReason = this.#parts.server.mask(reason)
    this.#parts.events.onEnd(this.#endReason)
  }

  #report(error: Error): void {
    this.#log(error, 'HTTP trouble')
    const failure = readHttpFailure(error, this.#url)
    const { sdk } = this.#parts
    // The package below would connect again by itself, to a session that knows nothing of us.
    const isStreamGone = sdk instanceof SSEClientTransport && this.#isStarted
    if (isStreamGone && error.name !== 'ZodError' && failure.status === null) {
      this.#lose('Its event stream was closed.', failure)
    }
    if (failure.isUnreachable && this.#isStarted) this.#lose(failure.reason, failure)
  }

  #log(error: unknown, message: string): void {
    const { log, server } = this.#parts
    log.debug({ server: server.name, error: server.mask(messageOf(error)) }, message)
  }
}
