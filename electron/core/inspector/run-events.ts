import type { RunEvent } from '../../../shared/inspector.ts'

type WithoutSeq<T> = T extends unknown ? Omit<T, 'seq'> : never

/** What of a chatty server is kept for whoever reads later. */
const MAX_KEPT = 1_000

/** The events of one run: kept, so that a reader whose connection broke misses none. */
export class RunEvents {
  readonly #events: RunEvent[] = []
  readonly #wakes = new Set<() => void>()
  #lastSeq = 0

  get isOver(): boolean {
    const last = this.#events.at(-1)
    return last?.kind === 'result' || last?.kind === 'error'
  }

  push(event: WithoutSeq<RunEvent>): void {
    if (this.isOver) return
    const before = this.#events.at(-1)
    // Of progress, the newest is all that anybody wants.
    if (event.kind === 'progress' && before?.kind === 'progress') this.#events.pop()
    this.#events.push({ ...event, seq: ++this.#lastSeq } as RunEvent)
    if (this.#events.length > MAX_KEPT) this.#dropOne()
    for (const wake of this.#wakes) wake()
  }

  /** From the first event to the last one of the run, or until aborted. */
  async *read(signal: AbortSignal): AsyncGenerator<RunEvent, void> {
    let seen = 0
    while (!signal.aborted) {
      const event = this.#events.find(({ seq }) => seq > seen)
      if (event) {
        seen = event.seq
        yield event
        if (event.kind === 'result' || event.kind === 'error') return
      } else await this.#next(signal)
    }
  }

  async #next(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wakes.add(resolve)
    const onAbort = () => resolve()
    signal.addEventListener('abort', onAbort)
    await promise
    signal.removeEventListener('abort', onAbort)
    this.#wakes.delete(resolve)
  }

  #dropOne(): void {
    const index = this.#events.findIndex(({ kind }) => kind === 'log' || kind === 'progress')
    if (index >= 0) this.#events.splice(index, 1)
  }
}
