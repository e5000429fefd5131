import type { ClientFace, Tenant } from '../connections/connection.ts'
import { RpcCode, RpcError, type RpcNotification } from '../json-rpc.ts'
import type { Endpoint } from './endpoint.ts'
import type { SessionParts } from './session.ts'

/** Whose calls may follow one another on the same connections. */
type Holder = { endpoint: Endpoint; caller: string; client: ClientFace }

/** Seats that nobody uses, beyond which the oldest are given up. */
const MAX_FREE = 1_000

export type SeatsOptions = {
  /** Ends the connections that are a seat's alone. */
  leave: (tenant: Tenant) => void
  heard: SessionParts['heard']
  /** What else a server says on a connection of this tenant: there may be a stream that listens. */
  told: (serverId: string, notification: RpcNotification, tenant: Tenant) => void
}

type Seat = { tenant: Tenant; key: string; holder: Holder; users: number }

/**
 * The modern era has no sessions, but a legacy server behind it may need a connection that is one
 * caller's alone. A seat is that tenant: of one caller, endpoint and client, for one call after the
 * other, or for several at once where a server tells by streams which call it is about.
 */
export class Seats {
  readonly #options: SeatsOptions
  /** In the order in which they became free. */
  readonly #free = new Set<Seat>()
  readonly #shared = new Map<string, Seat>()

  constructor(options: SeatsOptions) {
    this.#options = options
  }

  take(holder: Holder, isShared: boolean): { tenant: Tenant; giveBack: () => void } {
    const key = JSON.stringify([holder.endpoint.id, holder.caller, holder.client, isShared])
    const seat = this.#shared.get(key) ?? this.#takeFree(key) ?? this.#newSeat(key, holder)
    seat.users += 1
    if (isShared) this.#shared.set(key, seat)
    let isTaken = true
    const giveBack = () => {
      if (isTaken) this.#leave(seat)
      isTaken = false
    }
    return { tenant: seat.tenant, giveBack }
  }

  /** Gives up free seats, say of a caller that may not call any more. */
  giveUpWhere(test: (holder: Holder) => boolean): void {
    for (const seat of this.#free) if (test(seat.holder)) this.#giveUp(seat)
  }

  #leave(seat: Seat): void {
    seat.users -= 1
    if (seat.users > 0) return
    this.#shared.delete(seat.key)
    this.#free.add(seat)
    const [oldest] = this.#free
    if (this.#free.size > MAX_FREE && oldest) this.#giveUp(oldest)
  }

  #takeFree(key: string): Seat | undefined {
    for (const seat of this.#free) {
      if (seat.key !== key) continue
      this.#free.delete(seat)
      return seat
    }
    return undefined
  }

  #giveUp(seat: Seat): void {
    this.#free.delete(seat)
    this.#options.leave(seat.tenant)
  }

  #newSeat(key: string, holder: Holder): Seat {
    const { heard, told } = this.#options
    const tenant: Tenant = {
      client: holder.client,
      // In this era there is no way to a client but the answer to its request.
      ask: () => Promise.reject(new RpcError(RpcCode.methodNotFound, 'No request is in flight')),
      notify: (serverId: string, notification: RpcNotification) => {
        if (!heard(serverId, notification)) told(serverId, notification, tenant)
      },
    }
    return { tenant, key, holder, users: 0 }
  }
}
