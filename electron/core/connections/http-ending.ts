import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import { ServerDown } from './connection.ts'
import type { Filled, RemoteServer } from './fill-definition.ts'
import { HttpRefusal, readHttpFailure } from './http-failure.ts'
import type { HttpFailure } from './http-failure.ts'
import { TooLarge } from './read-message.ts'
import type { TransportEvents } from './transport.ts'

type EndingParts = {
  server: Filled<RemoteServer>
  events: TransportEvents
  log: Logger
  /** Says goodbye to the server, unless the connection was lost. */
  leave(): Promise<void>
}

/** How a connection over HTTP comes to its end: once, with a reason, and with all that was open. */
export class HttpEnding {
  readonly #parts: EndingParts
  readonly #url: URL
  readonly #open = new Set<AbortController>()
  #isLost = false
  #isClosed = false
  #reason: string | undefined
  #ending: Promise<void> | undefined

  constructor(parts: EndingParts) {
    this.#parts = parts
    this.#url = new URL(parts.server.url)
  }

  /** Whole sentences, masked; `undefined` as long as the connection lasts. */
  get reason(): string | undefined {
    return this.#reason
  }

  /** What runs under the signal ends with the connection, or with `other`. */
  begin(other?: AbortSignal): { signal: AbortSignal; abort(): void; done(): void } {
    const controller = new AbortController()
    const abort = () => controller.abort(other?.reason)
    if (other?.aborted || this.#isClosed) abort()
    other?.addEventListener('abort', abort, { once: true })
    this.#open.add(controller)
    const done = () => {
      other?.removeEventListener('abort', abort)
      this.#open.delete(controller)
    }
    return { signal: controller.signal, abort, done }
  }

  end(reason: string): Promise<void> {
    if (this.#reason === undefined) {
      this.#reason = this.#parts.server.mask(reason)
      this.#parts.events.onEnd(this.#reason)
    }
    this.#ending ??= this.#close()
    return this.#ending
  }

  /** What a failed message means for its request, and for the connection. */
  failed(error: unknown, isSessionGone: (failure: HttpFailure) => boolean = () => false): Error {
    if (this.#reason !== undefined) return this.down(this.#reason, error)
    const failure = readHttpFailure(error, this.#url)
    if (isSessionGone(failure)) return this.lose('Its session has ended.', failure)
    const isOver = failure.isUnreachable || failure.status === 401 || error instanceof TooLarge
    return isOver ? this.lose(failure.reason, failure) : this.errorFor(failure)
  }

  /** Ends the connection without a goodbye: nobody is there to hear it. */
  lose(reason: string, failure?: HttpFailure): Error {
    this.#isLost = true
    void this.end(reason)
    return this.errorFor({ status: null, isUnreachable: false, ...failure, reason, rpc: null })
  }

  errorFor({ rpc, reason, status }: HttpFailure): Error {
    const cause = status === null ? undefined : new HttpRefusal(status)
    if (!rpc) return this.down(reason, cause)
    rpc.cause = cause
    return rpc
  }

  down(reason: string, cause?: unknown): ServerDown {
    const { name, mask } = this.#parts.server
    return new ServerDown(name, mask(reason), { cause })
  }

  log(error: unknown, message: string): void {
    const { log, server } = this.#parts
    log.debug({ server: server.name, error: server.mask(messageOf(error)) }, message)
  }

  async #close(): Promise<void> {
    if (!this.#isLost) await this.#parts.leave()
    this.#isClosed = true
    for (const controller of this.#open) controller.abort(new Error('the connection has ended'))
    this.#open.clear()
  }
}
