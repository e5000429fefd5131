import type { RequestOptions } from './connection.ts'
import type { JsonObject } from '../json-rpc.ts'
import type { Patience } from './patience.ts'

/** A request on its way to the server. */
export type Flight = {
  readonly id: number
  readonly method: string
  readonly options: RequestOptions
  /** As the caller gave it; on the wire the token is our id. */
  readonly progressToken: unknown
  /** Stops reading a cancelled request's answer. */
  readonly stream: AbortController
  /** Runs out without an answer or progress; `undefined`: it is waited for for ever. */
  readonly patience: Patience | undefined
  resolve(result: JsonObject): void
  reject(error: unknown): void
}

/** So long a server may go on with a request that we gave up: it hears of that late, or never. */
const GRACE_MS = 3_000
/** One entry stands for all that are more. */
const MOST_GIVEN_UP = 1_000
const THE_REST = 0

type GivenUp = { owner: object; timer: NodeJS.Timeout }

/**
 * What a Map holds of a request: emptied once that has landed. A Map leaves behind tables with what was
 * in it when it grew or shrank, and such a table in old memory would hold on to all of a call until the
 * next full collection.
 */
type Seat = { flight: Flight | undefined }

/** The requests of one connection that are not answered yet, in the order they were made. */
export class Flights {
  readonly #byId = new Map<number, Seat>()
  readonly #givenUp = new Map<number, GivenUp>()
  readonly #graceMs: number

  constructor(graceMs = GRACE_MS) {
    this.#graceMs = graceMs
  }

  add(flight: Flight): void {
    this.#byId.set(flight.id, { flight })
  }

  get(id: unknown): Flight | undefined {
    return this.#byId.get(Number(id))?.flight
  }

  get count(): number {
    return this.#byId.size
  }

  get ids(): number[] {
    return [...this.#byId.keys()]
  }

  /** Takes a request out: whoever gets the flight settles it, so it is settled once. */
  land(id: unknown): Flight | undefined {
    const seat = this.#byId.get(Number(id))
    const flight = seat?.flight
    if (!flight) return undefined
    seat.flight = undefined
    this.#byId.delete(flight.id)
    flight.patience?.stop()
    return flight
  }

  /**
   * One that has landed without an answer: the server may still work on it, and what it says and
   * asks meanwhile may be its owner's.
   */
  giveUp({ id, options }: Flight): void {
    const { owner } = options
    if (owner === undefined) return
    const isOne = this.#givenUp.size < MOST_GIVEN_UP
    const key = isOne ? id : THE_REST
    clearTimeout(this.#givenUp.get(key)?.timer)
    const timer = setTimeout(() => this.#givenUp.delete(key), this.#graceMs).unref()
    this.#givenUp.set(key, { owner: isOne ? owner : this.#givenUp, timer })
  }

  /** The answer to one that was given up has come after all. */
  forget(id: unknown): void {
    const key = Number(id)
    if (key === THE_REST) return
    clearTimeout(this.#givenUp.get(key)?.timer)
    this.#givenUp.delete(key)
  }

  /** The newest request of somebody that can do something. */
  newest(able: 'ask' | 'notify'): Flight | undefined {
    return this.#owned().findLast(({ options }) => options[able])
  }

  of(owner: object | undefined): Flight[] {
    return this.#owned().filter(({ options }) => options.owner === owner)
  }

  /**
   * Whether what the server says of its own accord can be anybody's: nobody has asked it anything,
   * one owner alone has, or several. Requests without an owner are our own: lists, subscriptions.
   * Those that were given up count beside others, for a while.
   */
  owners(): 'nobody' | 'one' | 'several' {
    const owners = new Set(this.#owned().map(({ options }) => options.owner))
    if (owners.size === 0) return 'nobody'
    for (const { owner } of this.#givenUp.values()) owners.add(owner)
    return owners.size === 1 ? 'one' : 'several'
  }

  #owned(): Flight[] {
    return [...this.#byId.values()].flatMap(({ flight }) =>
      flight?.options.owner === undefined ? [] : [flight],
    )
  }
}
