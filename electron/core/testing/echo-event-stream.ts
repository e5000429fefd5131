import type { ServerResponse } from 'node:http'
import type { JsonObject } from './echo-wire.ts'

/** How soon a client whose stream broke off comes back. */
const RETRY_MS = 50

export const EVENT_STREAM = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no',
}

export function eventOf(message: JsonObject): string {
  return `event: message\ndata: ${JSON.stringify(message)}\n\n`
}

export function garbageEvent(words: string): string {
  return `: ${words.replaceAll('\n', ' ')}\ndata: ${words.replaceAll('\n', '\ndata: ')}\n\n`
}

/**
 * A stream of events that outlives its HTTP responses: what is written is kept, and a client that
 * comes back with the id of the last event it saw gets the rest (2025-11-25, basic/transports).
 */
export class EventStream {
  readonly name: string
  readonly #events: string[] = []
  #response: ServerResponse | null = null
  #over = false

  constructor(name: string) {
    this.name = name
  }

  /** Sends what comes after the event `after`; a response from before is ended. */
  attach(response: ServerResponse, { after, prime }: { after: number; prime: boolean }): void {
    this.#response?.end()
    this.#response = response
    response.writeHead(200, EVENT_STREAM)
    response.flushHeaders()
    if (prime) response.write(`id: ${this.name}_${after}\nretry: ${RETRY_MS}\ndata: \n\n`)
    for (const event of this.#events.slice(after)) response.write(event)
    if (this.#over) response.end()
    response.on('close', () => {
      if (this.#response === response) this.#response = null
    })
  }

  write(event: string): void {
    if (this.#over) return
    const numbered = `id: ${this.name}_${this.#events.length + 1}\n${event}`
    this.#events.push(numbered)
    this.#response?.write(numbered)
  }

  end(): void {
    this.#over = true
    this.drop()
  }

  /** Ends the response and keeps the stream. */
  drop(): void {
    this.#response?.end()
    this.#response = null
  }
}
