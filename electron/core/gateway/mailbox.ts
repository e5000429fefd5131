import type { RequestId, RpcNotification, RpcRequest } from '../json-rpc.ts'

/** The stream on which a client listens for what belongs to no request of its own. */
export interface Listener {
  send(message: RpcNotification | RpcRequest): void
  end(): void
}

type Message = RpcNotification | RpcRequest
type Waiting = { message: Message; text: string; bytes: number }

/** A client that never listens must not fill the memory: the oldest give way. */
const MAX_WAITING = 256
const MAX_BYTES = 4 * 1024 * 1024

/** What waits for a client to listen, or goes to it at once. */
export class Mailbox {
  readonly #onUnheard: (id: RequestId) => void
  readonly #waiting: Waiting[] = []
  #bytes = 0
  #listener: Listener | null = null

  /** `onUnheard` is told of requests that nobody will ever hear, by their ids. */
  constructor(onUnheard: (id: RequestId) => void) {
    this.#onUnheard = onUnheard
  }

  get isHeard(): boolean {
    return this.#listener !== null
  }

  post(message: Message): void {
    if (this.#listener) return this.#listener.send(message)
    this.#keep(message, JSON.stringify(message))
  }

  /** The same news twice is told once to someone who was not listening. */
  postOnce(message: RpcNotification): void {
    if (this.#listener) return this.#listener.send(message)
    const text = JSON.stringify(message)
    if (!this.#waiting.some((one) => one.text === text)) this.#keep(message, text)
  }

  /** A newer stream takes the place of an older one, whose client may be gone without a word. */
  open(listener: Listener): void {
    const before = this.#listener
    this.#listener = listener
    before?.end()
    this.#bytes = 0
    for (const { message } of this.#waiting.splice(0)) listener.send(message)
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

  #keep(message: Message, text: string): void {
    const bytes = Buffer.byteLength(text)
    this.#waiting.push({ message, text, bytes })
    this.#bytes += bytes
    while (this.#waiting.length > MAX_WAITING || this.#bytes > MAX_BYTES) this.#dropOldest()
  }

  #dropOldest(): void {
    const oldest = this.#waiting.shift()
    this.#bytes -= oldest?.bytes ?? 0
    if (oldest && 'id' in oldest.message) this.#onUnheard(oldest.message.id)
  }
}
