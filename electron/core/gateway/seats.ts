import type { ClientFace, Tenant } from '../connections/connection.ts'
import { RpcCode, RpcError, type RpcNotification } from '../json-rpc.ts'
import type { Endpoint } from './endpoint.ts'
import { FreeSeats } from './free-seats.ts'
import type { SessionParts } from './session.ts'

/** Whose calls may follow one another on the same connections. */
type Holder = { endpoint: Endpoint; caller: string; client: ClientFace }

export type SeatsOptions = {
  /** Ends the connections that are a seat's alone. */
  leave: (tenant: Tenant) => void
  heard: SessionParts['heard']
  /** What else a server says on a connection of this tenant: there may be a stream that listens. */
  told: (serverId: string, notification: RpcNotification, tenant: Tenant) => void
}

type Seat = {
  tenant: Tenant
  key: string
  holder: Holder
  users: number
  /** Nobody may have it after those that have it now. */
  isOver: boolean
}

/**
 * The modern era has no sessions, but a legacy server behind it may need a connection that is one
 * caller's alone. A seat is that tenant: of one caller, endpoint and client, for one call after the
 * other, or for several at once where a server tells by streams which call it is about.
 */
export class Seats {
  readonly #options: SeatsOptions
  readonly #free = new FreeSeats<Seat>()
  readonly #used = new Set<Seat>()
  readonly #shared = new Map<string, Seat>()

  constructor(options: SeatsOptions) {
    this.#options = options
  }

  take(holder: Holder, isShared: boolean): { tenant: Tenant; giveBack: () => void } {
    const key = JSON.stringify([holder.endpoint.id, holder.caller, holder.client, isShared])
    const seat = this.#shared.get(key) ?? this.#free.take(key) ?? this.#newSeat(key, holder)
    seat.users += 1
    this.#used.add(seat)
    if (isShared) this.#shared.set(key, seat)
    let isTaken = true
    const giveBack = () => {
      if (isTaken) this.#leave(seat)
      isTaken = false
    }
    return { tenant: seat.tenant, giveBack }
  }

  /** Gives up seats, say of a caller that may not call any more: those in use once they are free. */
  giveUpWhere(test: (holder: Holder) => boolean): void {
    for (const seat of this.#free) {
      if (!test(seat.holder)) continue
      this.#free.delete(seat)
      this.#options.leave(seat.tenant)
    }
    for (const seat of this.#used) {
      if (!test(seat.holder)) continue
      seat.isOver = true
      this.#unshare(seat)
    }
  }

  #leave(seat: Seat): void {
    seat.users -= 1
    if (seat.users > 0) return
    this.#used.delete(seat)
    this.#unshare(seat)
    const given = seat.isOver ? seat : this.#free.add(seat)
    if (given) this.#options.leave(given.tenant)
  }

  #unshare(seat: Seat): void {
    if (this.#shared.get(seat.key) === seat) this.#shared.delete(seat.key)
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
    return { tenant, key, holder, users: 0, isOver: false }
  }
}
