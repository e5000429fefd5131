import { Duplex } from 'node:stream'
import { wireMessage } from './wire.ts'

/** Bytes of PostgreSQL's wire protocol to a backend, and what it answered. */
export type Exec = (bytes: Uint8Array) => Promise<Uint8Array>

/**
 * The socket that `pg` believes to talk to: what it writes goes to `exec`, what that answers is
 * read. The start of a session is played here, since PGlite has one session, which is always open.
 * Messages: PostgreSQL documentation, "Message Formats".
 */
export class BackendStream extends Duplex {
  readonly #exec: Exec
  #greeted = false

  constructor(exec: Exec) {
    super({ allowHalfOpen: false })
    this.#exec = exec
  }

  /*
   * What `pg` calls on a socket. There is nothing to connect to; the event must come later, because
   * `pg` listens for it only after the call.
   */
  connect(): this {
    queueMicrotask(() => this.emit('connect'))
    return this
  }
  setNoDelay(): this {
    return this
  }
  setKeepAlive(): this {
    return this
  }
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#send(chunk).then(() => done(), done)
  }

  /** `pg` corks parse, bind, execute and sync: together they are one trip to the thread. */
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error) => void): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk))).then(() => done(), done)
  }

  async #send(bytes: Buffer): Promise<void> {
    if (!this.#greeted) return this.#greet()
    if (bytes[0] === terminate) {
      this.push(null)
      return
    }
    const answer = await this.#exec(bytes)
    if (answer.length > 0) {
      this.push(Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength))
    }
  }

  /** The one session may hold what the last connection left: an open transaction, named statements. */
  async #greet(): Promise<void> {
    this.#greeted = true
    await this.#exec(wireMessage('Q', 'ROLLBACK\0'))
    await this.#exec(wireMessage('Q', 'DISCARD ALL\0'))
    this.push(greeting)
  }
}

const terminate = 'X'.charCodeAt(0)

/** AuthenticationOk, two parameters that `pg` reads, and ReadyForQuery (idle). */
const greeting = Buffer.concat([
  wireMessage('R', '\0\0\0\0'),
  wireMessage('S', 'client_encoding\0UTF8\0'),
  wireMessage('S', 'server_version\x0018.6\0'),
  wireMessage('Z', 'I'),
])
