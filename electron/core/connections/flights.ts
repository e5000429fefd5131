import type { RequestOptions } from './connection.ts'
import type { JsonObject } from '../json-rpc.ts'

/** A request on its way to the server. */
export type Flight = {
  readonly id: number
  readonly method: string
  readonly options: RequestOptions
  /** As the caller gave it; on the wire the token is our id. */
  readonly progressToken: unknown
  /** Stops reading a cancelled request's answer. */
  readonly stream: AbortController
  /** Runs out without an answer or progress. */
  patience: NodeJS.Timeout | undefined
  /** Runs out whatever the server says meanwhile. */
  deadline: NodeJS.Timeout | undefined
  resolve(result: JsonObject): void
  reject(error: unknown): void
}

/** The requests of one connection that are not answered yet, in the order they were made. */
export class Flights {
  readonly #byId = new Map<number, Flight>()

  add(flight: Flight): void {
    this.#byId.set(flight.id, flight)
  }

  get(id: unknown): Flight | undefined {
    return this.#byId.get(Number(id))
  }

  get ids(): number[] {
    return [...this.#byId.keys()]
  }

  /** Takes a request out: whoever gets the flight settles it, so it is settled once. */
  land(id: unknown): Flight | undefined {
    const flight = this.get(id)
    if (!flight) return undefined
    this.#byId.delete(flight.id)
    clearTimeout(flight.patience)
    clearTimeout(flight.deadline)
    return flight
  }

  /** The newest request of somebody that can do something. */
  newest(able: 'ask' | 'notify'): Flight | undefined {
    return this.#owned().findLast(({ options }) => options[able])
  }

  /**
   * Whether what the server says of its own accord can be anybody's: nobody has asked it anything,
   * one owner alone has, or several. Requests without an owner are our own: lists, subscriptions.
   */
  owners(): 'nobody' | 'one' | 'several' {
    const owners = new Set(this.#owned().map(({ options }) => options.owner))
    if (owners.size === 0) return 'nobody'
    return owners.size === 1 ? 'one' : 'several'
  }

  #owned(): Flight[] {
    return [...this.#byId.values()].filter(({ options }) => options.owner !== undefined)
  }
}
