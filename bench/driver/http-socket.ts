import { connect, type Socket } from 'node:net'
import { HttpAnswers, type HttpAnswer } from './http-answers.ts'

/** Where to send to: `headers` are lines that end in `\r\n`, and are sent with each request. */
export type Place = { port: number; path: string; headers: string }

type Waiting = PromiseWithResolvers<HttpAnswer> & {
  begun: number
  status: number
  head: string
  parts: Buffer[]
}

/**
 * One connection that is kept, and one request after the other on it. A connection that the other
 * side has closed meanwhile is opened anew.
 */
export class HttpSocket {
  readonly place: Place
  #socket: Socket | undefined
  #waiting: Waiting | undefined

  constructor(place: Place) {
    this.place = place
  }

  send(method: string, headers: string, body: string): Promise<HttpAnswer> {
    if (this.#waiting) throw new Error('one request at a time')
    const { path, port } = this.place
    const begun = performance.now()
    const waiting = {
      ...Promise.withResolvers<HttpAnswer>(),
      begun,
      status: 0,
      head: '',
      parts: [],
    }
    this.#waiting = waiting
    this.#socket ??= this.#open()
    const length = `content-length: ${Buffer.byteLength(body)}\r\n`
    const first = `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n`
    this.#socket.write(`${first}${this.place.headers}${headers}${length}\r\n${body}`)
    return waiting.promise
  }

  close(): void {
    this.#socket?.destroy()
    this.#socket = undefined
  }

  #open(): Socket {
    const socket = connect(this.place.port, '127.0.0.1').setNoDelay(true)
    const answers = new HttpAnswers({
      onHead: (status, head) => this.#waiting && Object.assign(this.#waiting, { status, head }),
      onBody: (part) => this.#waiting?.parts.push(part),
      onEnd: () => this.#end(),
    })
    socket.on('data', (bytes: Buffer) => answers.read(bytes))
    socket.on('error', (error) => this.#fail(socket, error))
    socket.on('close', () => this.#fail(socket, new Error('the connection was closed')))
    return socket
  }

  #end(): void {
    const waiting = this.#waiting
    if (!waiting) return
    this.#waiting = undefined
    const ms = performance.now() - waiting.begun
    const { status, head, parts } = waiting
    const [only = Buffer.alloc(0)] = parts
    const body = (parts.length > 1 ? Buffer.concat(parts) : only).toString()
    waiting.resolve({ status, head, body, ms })
  }

  #fail(socket: Socket, error: Error): void {
    if (socket !== this.#socket) return
    this.#socket = undefined
    this.#waiting?.reject(error)
    this.#waiting = undefined
  }
}
