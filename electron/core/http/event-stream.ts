import type { ServerResponse } from 'node:http'
import { writtenOf } from './written.ts'

/** A client that is this far behind loses its stream: memory is bounded, not our patience. */
const MAX_BUFFERED_BYTES = 64 * 1024 * 1024

/** Proxies and HTTP clients give up on a silent response after 30 to 300 s. */
export const KEEP_ALIVE_MS = 15_000

const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  // Or nginx would hold events back until its buffer is full.
  'x-accel-buffering': 'no',
}

/** Where messages go one after the other. */
export interface Outlet {
  send(message: object): void
  end(): void
}

/** An event as it is written; `data` has no line breaks. */
export type ServerEvent = { type?: string; id?: string; retryMs?: number; data: string }

/** Server-sent events (HTML standard, 9.2) with comments that keep the connection open. */
export class EventStream implements Outlet {
  readonly #response: ServerResponse
  readonly #keepAlive: NodeJS.Timeout

  constructor(response: ServerResponse, headers: Record<string, string> = {}) {
    this.#response = response
    response.writeHead(200, { ...STREAM_HEADERS, ...headers })
    response.flushHeaders()
    this.#keepAlive = setInterval(() => this.#write(': keep-alive\n\n'), KEEP_ALIVE_MS)
    this.#keepAlive.unref()
    response.once('close', () => clearInterval(this.#keepAlive))
  }

  /** Whether what is sent now reaches nobody. */
  get isClosed(): boolean {
    return this.#response.writableEnded || this.#response.destroyed
  }

  send(message: object): void {
    const data = writtenOf(message)
    if (data !== null) this.event({ type: 'message', data })
  }

  event({ type, id, retryMs, data }: ServerEvent): void {
    const fields = [
      ...(type === undefined ? [] : [`event: ${type}`]),
      ...(id === undefined ? [] : [`id: ${id}`]),
      ...(retryMs === undefined ? [] : [`retry: ${retryMs}`]),
    ]
    this.#write(`${[...fields, `data: ${data}`].join('\n')}\n\n`)
  }

  end(): void {
    clearInterval(this.#keepAlive)
    this.#response.end()
  }

  #write(text: string): void {
    if (this.isClosed) return
    // Looked at before the write: one large message is no sign of a slow reader.
    if (this.#response.writableLength > MAX_BUFFERED_BYTES) this.#response.destroy()
    else this.#response.write(text)
  }
}
