import { setTimeout as delay } from 'node:timers/promises'
import { isHealthy } from '../run-file.ts'
import { eventsOf, type CoreHttp } from './core-http.ts'

/** The core is gone, or does not know us any more: nothing can be answered. */
export class CoreLost extends Error {}

export type SessionOptions = {
  http: CoreHttp
  /** `Mcp-Session-Id`; `undefined` when the core gave none. */
  id: string | undefined
  protocolVersion: string
  /** Where the core is, to ask whether it is still there. */
  coreUrl: string
  take(message: string): Promise<void>
  onLost(error: CoreLost): void
}

/** Milliseconds until a stream that ended is opened again, unless the core names others. */
const RETRY_MS = 1_000
const END_MS = 1_000

/** The client's session with the core in the legacy era, and the stream it listens on. */
export class LegacySession {
  readonly headers: Record<string, string>
  readonly #options: SessionOptions
  readonly #ending = new AbortController()

  constructor(options: SessionOptions) {
    const { id, protocolVersion } = options
    this.#options = options
    this.headers = {
      'mcp-protocol-version': protocolVersion,
      ...(id === undefined ? {} : { 'mcp-session-id': id }),
    }
  }

  /** Resolves once the stream of what belongs to no request is there, so that nothing is missed. */
  async listen(): Promise<void> {
    const opened = Promise.withResolvers<void>()
    void this.follow({ onOpen: opened.resolve })
      .catch((error: unknown) => {
        if (!this.#ending.signal.aborted) this.#options.onLost(lostBy(error))
      })
      .finally(opened.resolve)
    return opened.promise
  }

  /**
   * Takes what comes on a GET stream, opened again whenever it ends, until `take` says `false` or
   * the core that there is nothing.
   * Rejects with `CoreLost`, or when the session ends.
   */
  async follow(options: {
    /** The id of the last event of a stream that broke off. */
    from?: string
    take?: (message: string) => Promise<boolean>
    onOpen?: () => void
  }): Promise<void> {
    const { http, take } = this.#options
    const takeOne = options.take ?? ((message) => take(message).then(() => true))
    let { from } = options
    let retryMs = RETRY_MS
    for (;;) {
      try {
        const response = await http.listen(this.#since(from), this.#ending.signal)
        options.onOpen?.()
        if (response.statusCode !== 200) {
          response.resume()
          if (isNothingToCome(response.statusCode, options.take !== undefined)) return
          throw new CoreLost(`the session has ended (HTTP ${response.statusCode})`)
        }
        for await (const { id, data } of eventsOf(response, (ms) => (retryMs = ms))) {
          if (id !== undefined) from = id
          // An event without data only names where to go on from.
          if (data !== '' && !(await takeOne(data))) return
        }
      } catch (error) {
        if (this.#ending.signal.aborted || error instanceof CoreLost) throw error
        if (!(await isHealthy(this.#options.coreUrl))) throw lostBy(error)
      }
      await delay(retryMs, undefined, { signal: this.#ending.signal })
    }
  }

  /** Tells the core, which lets go of all that belongs to the session. Never rejects. */
  async end(): Promise<void> {
    this.#ending.abort()
    const signal = AbortSignal.timeout(END_MS)
    await this.#options.http.end(this.headers, signal).catch(() => undefined)
  }

  #since(from: string | undefined): Record<string, string> {
    return from === undefined ? this.headers : { ...this.headers, 'last-event-id': from }
  }
}

/** No such stream is offered at all, or nothing is left of the one that is to be resumed. */
function isNothingToCome(status: number | undefined, isResumed: boolean): boolean {
  return status === 405 || (isResumed && (status === 204 || status === 400))
}

function lostBy(error: unknown): CoreLost {
  return error instanceof CoreLost ? error : new CoreLost('it has ended', { cause: error })
}
