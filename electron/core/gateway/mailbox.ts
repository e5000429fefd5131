import type { RpcNotification, RpcRequest } from '../json-rpc.ts'

/** The stream on which a client listens for what belongs to no request of its own. */
export interface Listener {
  send(message: RpcNotification | RpcRequest): void
  end(): void
}

/** A client that never listens must not fill the memory: the oldest give way. */
const MAX_WAITING = 256

/** What waits for a client to listen, or goes to it at once. */
export class Mailbox {
  readonly #waiting: (RpcNotification | RpcRequest)[] = []
  #listener: Listener | null = null

  get isHeard(): boolean {
    return this.#listener !== null
  }

  post(message: RpcNotification | RpcRequest): void {
    if (this.#listener) return this.#listener.send(message)
    this.#waiting.push(message)
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift()
  }

  /** The same news twice is told once to someone who was not listening. */
  postOnce(message: RpcNotification): void {
    const text = JSON.stringify(message)
    const isKnown = this.#waiting.some((one) => JSON.stringify(one) === text)
    if (this.#listener || !isKnown) this.post(message)
  }

  /** A newer stream takes the place of an older one, whose client may be gone without a word. */
  open(listener: Listener): void {
    const before = this.#listener
    this.#listener = listener
    before?.end()
    for (const message of this.#waiting.splice(0)) listener.send(message)
  }

  /** Resolves whether it was this one that was listened to. */
  close(listener: Listener): boolean {
    if (this.#listener !== listener) return false
    this.#listener = null
    return true
  }

  end(): void {
    this.#listener?.end()
    this.#listener = null
  }
}
