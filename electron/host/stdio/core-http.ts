import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { Agent, request, type IncomingMessage } from 'node:http'

/** One request on its way. */
export type Sending = {
  /** Resolves once all of it was handed to the system, or never will be. */
  sent: Promise<void>
  /** Rejects when there is nobody, or the request was aborted. */
  response: Promise<IncomingMessage>
}

type Headers = Record<string, string>
type Outgoing = {
  method: 'POST' | 'GET' | 'DELETE'
  headers: Headers
  body?: string
  signal?: AbortSignal
}

/** What comes of writing to a connection that the other side has closed. */
const CLOSED: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE'])
/** Requests that are under way at the same time; further ones wait for their turn. */
const MAX_CALLS = 500

/**
 * One endpoint of a core on this machine, over plain `node:http`, which has no time limits of its
 * own: a call may be silent for as long as it lasts.
 */
export class CoreHttp {
  readonly #url: URL
  readonly #authorization: Headers
  readonly #calls = new Agent({ keepAlive: true, maxSockets: MAX_CALLS })
  /** Never waits for a call: what cancels or answers it goes this way. */
  readonly #others = new Agent({ keepAlive: true })

  constructor(url: URL, token: string) {
    this.#url = url
    this.#authorization = { authorization: `Bearer ${token}` }
  }

  /** Posts a request, whose answer may take long. */
  call(body: string, headers: Headers, signal: AbortSignal): Sending {
    return this.#send({ method: 'POST', body, headers, signal }, this.#calls)
  }

  /** Posts what is accepted at once: a notification, or an answer. */
  async tell(body: string, headers: Headers): Promise<IncomingMessage> {
    const response = await this.#send({ method: 'POST', body, headers }, this.#others).response
    return response.resume()
  }

  listen(headers: Headers, signal: AbortSignal): Promise<IncomingMessage> {
    return this.#send({ method: 'GET', headers, signal }, this.#others).response
  }

  async end(headers: Headers, signal: AbortSignal): Promise<void> {
    const sending = this.#send({ method: 'DELETE', headers, signal }, this.#others)
    const response = await sending.response
    response.resume()
  }

  close(): void {
    this.#calls.destroy()
    this.#others.destroy()
  }

  #send(outgoing: Outgoing, agent: Agent | false): Sending {
    const { method, body, headers, signal } = outgoing
    const sent = Promise.withResolvers<void>()
    const answered = Promise.withResolvers<IncomingMessage>()
    const accept = method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream'
    const content: Headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const all = { accept, ...content, ...this.#authorization, ...headers }
    const sending = request(this.#url, { method, agent, signal, headers: all })
    sending.once('finish', sent.resolve).once('close', sent.resolve)
    sending.once('response', answered.resolve)
    sending.on('error', (error: NodeJS.ErrnoException) => {
      // The core closes connections that were idle for long, at times just as one is used again. All
      // that wait may be so: once more is on a new one.
      const wasClosed = sending.reusedSocket && CLOSED.has(error.code ?? '')
      if (!wasClosed) return answered.reject(error)
      answered.resolve(this.#send(outgoing, false).response)
    })
    sending.end(body)
    return { sent: sent.promise, response: answered.promise }
  }
}

/** Whether a response is a stream of events, rather than one JSON text. */
export function isStream({ headers }: IncomingMessage): boolean {
  return /^text\/event-stream\b/i.test(headers['content-type'] ?? '')
}

/** The events of a stream as they come; the next are read when these have been taken. */
export async function* eventsOf(
  response: IncomingMessage,
  onRetry: (ms: number) => void,
): AsyncGenerator<EventSourceMessage, void> {
  const events: EventSourceMessage[] = []
  const parser = createParser({ onEvent: (event) => events.push(event), onRetry })
  response.setEncoding('utf8')
  for await (const chunk of response) {
    parser.feed(chunk as string)
    yield* events.splice(0)
  }
}
