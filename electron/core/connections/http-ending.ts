import type { ServerProblem } from '../../../shared/server-problem.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import { ServerDown } from './connection.ts'
import type { Filled, RemoteServer } from './fill-definition.ts'
import { HttpRefusal, readHttpFailure } from './http-failure.ts'
import type { HttpFailure } from './http-failure.ts'
import { maskProblem } from './known-problem.ts'
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
  #problem: ServerProblem | null = null
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

  end(reason: string, failure?: HttpFailure): Promise<void> {
    if (this.#reason === undefined) {
      this.#reason = this.#parts.server.mask(reason)
      this.#problem = failure ? this.#problemOf(failure) : null
      this.#parts.events.onEnd(this.#reason, this.#problem)
    }
    this.#ending ??= this.#close()
    return this.#ending
  }

  /** What a failed message means for its request, and for the connection. */
  failed(error: unknown, isSessionGone: (failure: HttpFailure) => boolean = () => false): Error {
    if (this.#reason !== undefined) {
      return this.down(this.#reason, { cause: error, problem: this.#problem })
    }
    const failure = readHttpFailure(error, this.#url)
    if (isSessionGone(failure)) return this.lose('Its session has ended.', failure)
    const isOver = failure.isUnreachable || failure.status === 401 || error instanceof TooLarge
    return isOver ? this.lose(failure.reason, failure) : this.errorFor(failure)
  }

  /** Ends the connection without a goodbye: nobody is there to hear it. */
  lose(reason: string, failure?: HttpFailure): Error {
    this.#isLost = true
    void this.end(reason, failure)
    const unknown = { status: null, isUnreachable: false, problem: null }
    return this.errorFor({ ...unknown, ...failure, reason, rpc: null })
  }

  errorFor(failure: HttpFailure): Error {
    const { rpc, reason, status } = failure
    const problem = this.#problemOf(failure)
    const cause = status === null ? undefined : new HttpRefusal(status, problem)
    if (!rpc) return this.down(reason, { cause, problem })
    rpc.cause = cause
    return rpc
  }

  down(
    reason: string,
    options: { cause?: unknown; problem?: ServerProblem | null } = {},
  ): ServerDown {
    const { name, mask } = this.#parts.server
    return new ServerDown(name, mask(reason), options)
  }

  /** A refusal means another thing to whoever gave a token than to whoever may sign in. */
  #problemOf({ status, problem }: HttpFailure): ServerProblem | null {
    const { server } = this.#parts
    if (status !== 401 && status !== 403) return problem && maskProblem(problem, server.mask)
    const { host } = this.#url
    const names = Object.keys(server.headers).map((name) => name.toLowerCase())
    const isOwn = server.bearerToken !== null || names.includes('authorization')
    if (status === 401 && !isOwn) return { code: 'sign-in-needed', host }
    return { code: 'token-refused', host, status }
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
