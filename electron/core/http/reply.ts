import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RpcFailure, RpcNotification, RpcRequest, RpcResult } from '../json-rpc.ts'
import { EventStream, KEEP_ALIVE_MS, type Outlet } from './event-stream.ts'
import { refuse, sendJson } from './refusal.ts'

type Answer = RpcResult | RpcFailure

export type ReplyOptions = {
  /** Makes the stream, once there is something to say before the answer. */
  openStream?: (response: ServerResponse, headers: Record<string, string>) => Outlet
  /** Milliseconds after which a stream is opened although there is nothing to say yet. */
  slowMs?: number
}

/** What almost every client says. */
const BOTH = 'application/json, text/event-stream'

const plainStream = (response: ServerResponse, headers: Record<string, string>) =>
  new EventStream(response, headers)

/**
 * The answer to one POST: plain JSON when there is nothing but the answer, a stream as soon as
 * something has to be said before it, or when it takes long. A client chooses by its `Accept`.
 */
export class Reply {
  readonly #response: ServerResponse
  readonly #openStream: NonNullable<ReplyOptions['openStream']>
  readonly #takesJson: boolean
  readonly #takesStream: boolean
  readonly #slow: NodeJS.Timeout | undefined
  #headers: Record<string, string> = {}
  #stream: Outlet | null = null

  constructor(request: IncomingMessage, response: ServerResponse, options: ReplyOptions = {}) {
    const { openStream = plainStream, slowMs = KEEP_ALIVE_MS } = options
    const { accept = '*/*' } = request.headers
    this.#takesJson = accept === BOTH || /\*\/\*|application\/(json|\*)/i.test(accept)
    this.#takesStream = accept === BOTH || /text\/event-stream/i.test(accept)
    if (!this.#takesJson && !this.#takesStream) {
      throw refuse(406, 'Accept must allow application/json and text/event-stream')
    }
    this.#response = response
    this.#openStream = openStream
    if (this.#takesStream) {
      this.#slow = setTimeout(() => this.#open(), slowMs).unref()
      // Also where somebody else answers: a refusal does not come through here.
      response.on('close', () => clearTimeout(this.#slow))
    }
  }

  /** Headers that go with the answer, however it is sent. */
  set headers(headers: Record<string, string>) {
    this.#headers = headers
  }

  get isStream(): boolean {
    return this.#stream !== null
  }

  /** Returns whether there is a stream for it: a client may take none, or have left before. */
  send = (message: RpcNotification | RpcRequest): boolean => {
    const stream = this.#takesStream ? this.#open() : null
    stream?.send(message)
    return stream !== null
  }

  /** `null` stands for a cancelled request, which gets no answer. `status` is for plain JSON. */
  finish(message: Answer | Answer[] | null, status = 200): void {
    clearTimeout(this.#slow)
    const stream = message && !this.#takesJson ? this.#open() : this.#stream
    if (stream) {
      if (message) stream.send(message)
      stream.end()
    } else if (this.#response.destroyed || this.#response.headersSent) return
    else if (message) sendJson(this.#response, { status, body: message, headers: this.#headers })
    else this.#response.writeHead(202, this.#headers).end()
  }

  /**
   * Nothing is opened for a client that has left: its `close` has been, and nothing would end it.
   * Nor where a refusal was sent, which on a connection with several requests may wait for its turn.
   */
  #open(): Outlet | null {
    clearTimeout(this.#slow)
    if (this.#response.destroyed || this.#response.headersSent) return this.#stream
    this.#stream ??= this.#openStream(this.#response, this.#headers)
    return this.#stream
  }
}
