import type { ServerResponse } from 'node:http'
import type { KeptStream } from './event-store.ts'
import { EventStream, type Outlet } from './event-stream.ts'
import { writtenOf } from './written.ts'

export type ResumableStreamOptions = {
  /** How the ids of its events begin: unique in the session. */
  name: string
  kept: KeptStream
  /** Whether each connection begins with an event that has an id and no data (from 2025-11-25). */
  isPrimed: boolean
  /** Nobody reads it any more, although more may come. */
  onLost: () => void
  /** Somebody reads it again. */
  onFound: () => void
}

/** How long a client shall wait before it connects again. */
const RETRY_MS = 1_000

/**
 * A stream of a legacy session, which outlives the connections that read it: what is sent while
 * there is none is kept, and a later one gets what came after the event it names, and then goes on.
 */
export class ResumableStream implements Outlet {
  readonly #options: ResumableStreamOptions
  #reader: EventStream | null = null
  #isDone = false

  constructor(options: ResumableStreamOptions) {
    this.#options = options
  }

  /** Whether there is nothing to read after event `n`, and never will be. */
  isOverAfter(n: number): boolean {
    return this.#isDone && this.#options.kept.last <= n
  }

  /** Whether something that came after event `n` is not kept any more. */
  isLostAfter(n: number): boolean {
    return !this.#options.kept.isWholeAfter(n)
  }

  /** Whether nobody reads it, and nothing of it is kept. */
  get isBlank(): boolean {
    return this.#reader === null && this.#options.kept.isEmpty
  }

  get isDone(): boolean {
    return this.#isDone
  }

  /**
   * Writes to this response from now on, beginning with what came after event `after`; an older
   * connection, which may be gone without a word, ends.
   */
  read(response: ServerResponse, after = 0, headers: Record<string, string> = {}): void {
    const { name, kept, isPrimed, onFound, onLost } = this.#options
    const before = this.#reader
    const reader = new EventStream(response, headers)
    this.#reader = reader
    before?.end()
    response.once('close', () => {
      if (this.#reader !== reader) return
      this.#reader = null
      if (!this.#isDone) onLost()
    })
    if (isPrimed) reader.event({ id: `${name}_${after}`, retryMs: RETRY_MS, data: '' })
    for (const { n, data } of kept.after(after)) this.#write(n, data)
    if (this.#isDone) return reader.end()
    onFound()
  }

  send(message: object): void {
    const data = writtenOf(message)
    if (data !== null) this.#write(this.#options.kept.add(data), data)
  }

  /** Nothing comes after this; what is kept can still be read. */
  end(): void {
    this.#isDone = true
    this.#reader?.end()
  }

  #write(n: number, data: string): void {
    this.#reader?.event({ type: 'message', id: `${this.#options.name}_${n}`, data })
  }
}
