import { messageOf } from '../errors.ts'
import { failure, RpcCode, RpcError } from '../json-rpc.ts'
import type { JsonObject, RequestId, RpcMessage, RpcRequest } from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import type { Ask } from './connection.ts'
import type { Flight, Flights } from './flights.ts'

/** What it asks beyond that is refused: each waits for a person, and costs memory meanwhile. */
const MOST_OPEN = 256

export type QuestionsOptions = {
  /** The server's name, for messages. */
  server: string
  log: Logger
  flights: Flights
  send(message: RpcMessage): Promise<void>
  /** A request that could have been anybody's was refused. */
  onAmbiguous(): void
}

/**
 * Whose a request of the server is, and those requests of ours, as far as they are still out, for
 * whose sake it may have been made: with the last of them it is over. Without `sake` it stays.
 */
type Addressee = { ask: Ask | undefined; sake?: () => Flight[] }
type Open = { abort: AbortController; sake: () => Flight[] | undefined }

/** What a legacy server asks: each request reaches the client that it belongs to, or nobody. */
export class Questions {
  readonly #options: QuestionsOptions
  readonly #open = new Map<RequestId, Open>()
  #tenant: Ask | undefined

  constructor(options: QuestionsOptions) {
    this.#options = options
  }

  /** Whatever belongs to no request is asked of this one from now on. */
  belongTo(ask: Ask): void {
    this.#tenant = ask
  }

  /** `on` is our id of the request on whose own stream it came. */
  take({ id, method, params }: RpcRequest, on: RequestId | undefined): void {
    if (method === 'ping') return this.#answer({ jsonrpc: '2.0', id, result: {} })
    // With two of one id open, an answer might be taken for that of the other.
    if (this.#open.has(id)) return this.#refuseIn(method, id, 'this id is that of an open request.')
    if (this.#open.size >= MOST_OPEN) {
      return this.#refuseIn(method, id, `${MOST_OPEN} requests wait for answers already.`)
    }
    const addressee = this.#whose(method, on)
    if (typeof addressee === 'string') return this.#refuseIn(method, id, addressee)
    const { server, log } = this.#options
    if (!addressee.ask) {
      log.warn({ server, method }, 'refused a request of the server: its client takes none')
      return this.refuse(id, new RpcError(RpcCode.methodNotFound, `Method not found: ${method}`))
    }
    const { sake } = addressee
    const open = { abort: new AbortController(), sake: () => sake?.() }
    this.#open.set(id, open)
    void this.#put({ method, params }, { id, open, ask: addressee.ask })
  }

  /** The server takes its request back: it wants no answer any more. */
  cancel(params: JsonObject | undefined): void {
    const id = params?.['requestId'] as RequestId
    const words = typeof params?.['reason'] === 'string' ? params['reason'] : 'no reason was given'
    this.#close(id, new Error(`The server cancelled its request: ${words}`))
  }

  /** A request of ours is answered or cancelled: what the server asked for its sake is pointless now. */
  flightOver(): void {
    if (this.#open.size === 0) return
    for (const [id, open] of this.#open) {
      if (open.sake()?.length !== 0) continue
      const error = new RpcError(RpcCode.internalError, 'The request that it belonged to is over.')
      this.#close(id, error)
      this.refuse(id, error)
    }
  }

  end(reason: string): void {
    for (const id of [...this.#open.keys()]) this.#close(id, new Error(reason))
  }

  refuse(id: RequestId, error: RpcError): void {
    this.#answer(failure(id, error))
  }

  #refuseIn(method: string, id: RequestId, reason: string): void {
    const { server, log } = this.#options
    log.warn({ server, method, reason }, 'refused a request of the server')
    const words = `${method} cannot be answered: ${reason}`
    this.refuse(id, new RpcError(RpcCode.internalError, words))
  }

  /** A sentence instead of an addressee says why there is none. */
  #whose(method: string, on: RequestId | undefined): Addressee | string {
    const { flights } = this.#options
    const flight = flights.get(on)
    const tenant = this.#tenant
    if (flight) {
      const sake = () => (flights.get(on) === flight ? [flight] : [])
      return { ask: flight.options.ask ?? tenant, sake }
    }
    if (tenant) {
      const guess = this.#newestOwner()
      // Roots are asked for in between, too: whenever they have changed.
      return guess && method !== 'roots/list' ? guess : { ask: guess?.ask ?? tenant }
    }
    if (on !== undefined) return 'the request that it belongs to is over.'
    const owners = flights.owners()
    if (owners === 'one') return this.#newestOwner() ?? { ask: undefined }
    this.#options.onAmbiguous()
    return owners === 'nobody'
      ? 'no client has a request in flight on this shared connection.'
      : 'several have requests in flight on this shared connection, and it does not say whose it is.'
  }

  /** Which of its requests the server means is unknown: it may be any that is out. */
  #newestOwner(): Addressee | undefined {
    const { flights } = this.#options
    const newest = flights.newest('ask')
    if (!newest) return undefined
    const { ask, owner } = newest.options
    return { ask, sake: () => flights.of(owner) }
  }

  async #put(
    question: { method: string; params: JsonObject | undefined },
    { id, open, ask }: { id: RequestId; open: Open; ask: Ask },
  ): Promise<void> {
    const isOpen = () => this.#open.get(id) === open
    // A person may take longer to answer than a server may be silent.
    const refresh = () => open.sake()?.forEach(({ patience }) => patience?.refresh())
    refresh()
    try {
      const result = await ask(question, {
        signal: open.abort.signal,
        onProgress: (notification) => {
          refresh()
          if (isOpen()) this.#answer(notification)
        },
      })
      if (isOpen()) this.#answer({ jsonrpc: '2.0', id, result })
    } catch (error) {
      if (isOpen()) this.refuse(id, this.#errorFor(error))
    }
    refresh()
    if (isOpen()) this.#open.delete(id)
  }

  #errorFor(error: unknown): RpcError {
    if (error instanceof RpcError) return error
    this.#debug(error, 'a client could not be asked')
    return new RpcError(RpcCode.internalError, 'The client could not be asked.')
  }

  #close(id: RequestId, reason: unknown): void {
    const open = this.#open.get(id)
    this.#open.delete(id)
    open?.abort.abort(reason)
  }

  #answer(message: RpcMessage): void {
    this.#options
      .send(message)
      .catch((error: unknown) => this.#debug(error, 'an answer to the server could not be sent'))
  }

  #debug(error: unknown, message: string): void {
    this.#options.log.debug({ server: this.#options.server, error: messageOf(error) }, message)
  }
}
