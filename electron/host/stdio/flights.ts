import { idKey, type Message } from './peek.ts'

/** One request of the client between its line on stdin and its answer on stdout. */
export type Flight = {
  readonly message: Message<'request'>
  readonly isModern: boolean
  /** Ends its HTTP exchange. */
  readonly abort: AbortController
  /** Resolves once the core has it. */
  sent: Promise<void>
  isCancelled: boolean
  /** Whether it was sent again with headers from a fresh list. */
  isSecondTry: boolean
  /** Resolves when there is nothing more to come. */
  readonly landed: Promise<void>
  land(): void
}

export class Flights {
  readonly #byId = new Map<string, Flight>()

  open(message: Message<'request'>): Flight {
    const { promise: landed, resolve } = Promise.withResolvers<void>()
    const key = idKey(message.id)
    const flight: Flight = {
      message,
      isModern: message.version !== undefined,
      abort: new AbortController(),
      sent: Promise.resolve(),
      isCancelled: false,
      isSecondTry: false,
      landed,
      land: () => {
        if (this.#byId.get(key) === flight) this.#byId.delete(key)
        resolve()
      },
    }
    this.#byId.set(key, flight)
    return flight
  }

  get(id: unknown): Flight | undefined {
    return this.#byId.get(idKey(id))
  }

  has(flight: Flight): boolean {
    return this.get(flight.message.id) === flight
  }

  all(): Flight[] {
    return [...this.#byId.values()]
  }

  /** Resolves when those that end by themselves have: all but subscriptions. */
  async settled(): Promise<void> {
    const ending = this.all().filter(({ message }) => message.method !== 'subscriptions/listen')
    await Promise.all(ending.map(({ landed }) => landed))
  }
}
