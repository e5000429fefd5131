import type { JsonObject, RequestId, RpcNotification } from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import { ServerDown } from './connection.ts'
import { metaOf } from './envelope.ts'
import type { Flight, Flights } from './flights.ts'

const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId'

/** What many may have asked to be told: it concerns more than the request on whose stream it came. */
const EVERYBODYS: ReadonlySet<string> = new Set([
  'notifications/tools/list_changed',
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
  'notifications/resources/updated',
  'notifications/elicitation/complete',
])

export type NoticesOptions = {
  /** The server's name, for messages. */
  server: string
  log: Logger
  flights: Flights
  /** Takes a request out of those in flight; whoever does that settles it. */
  land(id: number): Flight | undefined
  /** Everything that belongs to no single request: `list_changed`, log messages, … */
  onNotification(notification: RpcNotification): void
}

/** Notifications of a server, each brought to whom it concerns. */
export class Notices {
  readonly #options: NoticesOptions
  #tenant: ((notification: RpcNotification) => void) | undefined

  constructor(options: NoticesOptions) {
    this.#options = options
  }

  /** Whatever belongs to no request is told to this one from now on. */
  belongTo(tenant: (notification: RpcNotification) => void): void {
    this.#tenant = tenant
  }

  /** `on` is our id of the request on whose own stream it came. */
  take(notification: RpcNotification, on: RequestId | undefined): void {
    const { method } = notification
    if (method === 'notifications/progress') return this.#progressed(notification)
    const flight = this.#concerned(method, on)
    if (flight?.options.notify) return flight.options.notify(notification)
    if (this.#tenant) return this.#tenant(notification)
    this.#options.onNotification(notification)
  }

  /** As `take`, of a modern server: what belongs to a subscription names it. */
  takeModern(notification: RpcNotification, on: RequestId | undefined): void {
    const { method, params } = notification
    if (method === 'notifications/cancelled') return this.#unsubscribed(params)
    const subscription = metaOf(params)?.[SUBSCRIPTION_ID]
    if (subscription === undefined) return this.take(notification, on)
    const flight = this.#options.flights.get(subscription)
    if (!flight) return this.#debug(subscription, 'a notification of an unknown subscription')
    flight.options.notify?.(notification)
  }

  /** A modern server takes nothing back but subscriptions (revision 2026-07-28, "Cancellation"). */
  #unsubscribed(params: JsonObject | undefined): void {
    const { flights, land, server } = this.#options
    const flight = flights.get(params?.['requestId'])
    if (flight?.method !== 'subscriptions/listen') {
      return this.#debug(params, 'the server cancelled what is no subscription')
    }
    land(flight.id)?.reject(new ServerDown(server, 'It ended the subscription.'))
  }

  #progressed(notification: RpcNotification): void {
    const flight = this.#options.flights.get(notification.params?.['progressToken'])
    if (!flight || flight.progressToken === undefined) {
      return this.#debug(notification.params, 'progress of nothing that was asked')
    }
    flight.patience?.refresh()
    const params = { ...notification.params, progressToken: flight.progressToken }
    flight.options.notify?.({ ...notification, params })
  }

  /** The request that it is about, as far as that is certain. */
  #concerned(method: string, on: RequestId | undefined): Flight | undefined {
    if (EVERYBODYS.has(method)) return undefined
    const { flights } = this.#options
    const certain = flights.get(on)
    if (certain || method !== 'notifications/message') return certain
    // It came on the stream of a request that is over: of another one it is not.
    if (on !== undefined && !this.#tenant) return undefined
    const isTheirs = this.#tenant !== undefined || flights.owners() === 'one'
    return isTheirs ? flights.newest('notify') : undefined
  }

  #debug(facts: unknown, message: string): void {
    const { server, log } = this.#options
    log.debug({ server, facts }, message)
  }
}
