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
}

/**
 * The modern era has no sessions, but a legacy server behind it may need a connection that is one
 * caller's alone. A seat is that tenant: used by one call at a time, and free for the next of the
 * same caller, endpoint and client.
 */
export class Seats {
  readonly #options: SeatsOptions
  /** In the order in which they became free. */
  readonly #free = new Map<Tenant, { key: string; holder: Holder }>()

  constructor(options: SeatsOptions) {
    this.#options = options
  }

  take(holder: Holder): { tenant: Tenant; giveBack: () => void } {
    const key = JSON.stringify([holder.endpoint.id, holder.caller, holder.client])
    const tenant = this.#takeFree(key) ?? this.#newSeat(holder.client)
    let isTaken = true
    const giveBack = () => {
      if (!isTaken) return
      isTaken = false
      this.#free.set(tenant, { key, holder })
      if (this.#free.size > MAX_FREE) this.#giveUpOldest()
    }
    return { tenant, giveBack }
  }

  /** Gives up free seats, say of a caller that may not call any more. */
  giveUpWhere(test: (holder: Holder) => boolean): void {
    for (const [seat, { holder }] of this.#free) if (test(holder)) this.#giveUp(seat)
  }

  #takeFree(key: string): Tenant | undefined {
    for (const [seat, free] of this.#free) {
      if (free.key !== key) continue
      this.#free.delete(seat)
      return seat
    }
    return undefined
  }

  #giveUpOldest(): void {
    const [oldest] = this.#free.keys()
    if (oldest) this.#giveUp(oldest)
  }

  #giveUp(seat: Tenant): void {
    this.#free.delete(seat)
    this.#options.leave(seat)
  }

  #newSeat(client: ClientFace): Tenant {
    return {
      client,
      // In this era there is no way to a client but the answer to its request.
      ask: () => Promise.reject(new RpcError(RpcCode.methodNotFound, 'No request is in flight')),
      notify: (serverId: string, notification: RpcNotification) => {
        this.#options.heard(serverId, notification, undefined)
      },
    }
  }
}
