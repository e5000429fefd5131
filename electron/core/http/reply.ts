import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RpcFailure, RpcNotification, RpcResult } from '../json-rpc.ts'
import { refuse, sendJson } from './refusal.ts'

/** A client that is this far behind loses its stream: memory is bounded, not our patience. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024

/** Proxies and HTTP clients give up on a silent response after 30 to 300 s. */
const KEEP_ALIVE_MS = 15_000

const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  // Or nginx would hold events back until its buffer is full.
  'x-accel-buffering': 'no',
}

/** Server-sent events (HTML standard, 9.2) with comments that keep the connection open. */
export class EventStream {
  readonly #response: ServerResponse
  readonly #keepAlive: NodeJS.Timeout

  constructor(response: ServerResponse, headers: Record<string, string> = {}) {
    this.#response = response
    response.writeHead(200, { ...STREAM_HEADERS, ...headers })
    response.flushHeaders()
    this.#keepAlive = setInterval(() => this.#write(': keep-alive\n\n'), KEEP_ALIVE_MS)
    this.#keepAlive.unref()
    response.once('close', () => clearInterval(this.#keepAlive))
  }

  send(message: object): void {
    this.#write(`event: message\ndata: ${JSON.stringify(message)}\n\n`)
  }

  end(): void {
    clearInterval(this.#keepAlive)
    this.#response.end()
  }

  #write(text: string): void {
    if (this.#response.writableEnded || this.#response.destroyed) return
    // Looked at before the write: one large message is no sign of a slow reader.
    if (this.#response.writableLength > MAX_BUFFERED_BYTES) this.#response.destroy()
    else this.#response.write(text)
  }
}

/**
 * The answer to one POST: plain JSON when there is nothing but the answer, a stream as soon as
 * something has to be said before it, or when it takes long. A client chooses by its `Accept`.
 */
export class Reply {
  readonly #response: ServerResponse
  readonly #takesJson: boolean
  readonly #takesStream: boolean
  readonly #slow: NodeJS.Timeout | undefined
  #headers: Record<string, string> = {}
  #stream: EventStream | null = null

  constructor(request: IncomingMessage, response: ServerResponse) {
    const accept = request.headers.accept ?? '*/*'
    this.#takesJson = /\*\/\*|application\/(json|\*)/i.test(accept)
    this.#takesStream = /text\/event-stream/i.test(accept)
    if (!this.#takesJson && !this.#takesStream) {
      throw refuse(406, 'Accept must allow application/json and text/event-stream')
    }
    this.#response = response
    if (this.#takesStream) {
      this.#slow = setTimeout(() => this.#open(), KEEP_ALIVE_MS).unref()
      // Also where somebody else answers: a refusal does not come through here.
      response.once('close', () => clearTimeout(this.#slow))
    }
  }

  /** Headers that go with the answer, however it is sent. */
  set headers(headers: Record<string, string>) {
    this.#headers = headers
  }

  /** Without effect for a client that takes no stream. */
  notify = (notification: RpcNotification): void => {
    if (this.#takesStream && !this.#response.writableEnded) this.#open()?.send(notification)
  }

  /** `null` stands for a cancelled request, which gets no answer. */
  finish(message: RpcResult | RpcFailure | (RpcResult | RpcFailure)[] | null): void {
    clearTimeout(this.#slow)
    const stream = message && !this.#takesJson ? this.#open() : this.#stream
    if (stream) {
      if (message) stream.send(message)
      stream.end()
    } else if (this.#response.destroyed || this.#response.headersSent) return
    else if (message) {
      sendJson(this.#response, { status: 200, body: message, headers: this.#headers })
    } else this.#response.writeHead(202, this.#headers).end()
  }

  /**
   * Nothing is opened for a client that has left: its `close` has been, and nothing would end it.
   * Nor where a refusal was sent, which on a connection with several requests may wait for its turn.
   */
  #open(): EventStream | null {
    clearTimeout(this.#slow)
    if (this.#response.destroyed || this.#response.headersSent) return this.#stream
    this.#stream ??= new EventStream(this.#response, this.#headers)
    return this.#stream
  }
}
