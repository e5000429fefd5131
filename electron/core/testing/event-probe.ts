import { createParser } from 'eventsource-parser'
import { request, type IncomingHttpHeaders } from 'node:http'

export type ProbedEvent = { id?: string; event?: string; data: string; json: ProbedMessage }
type ProbedMessage = {
  id?: unknown
  method?: string
  params?: Record<string, unknown>
  result?: Record<string, unknown>
  error?: { code: number; message: string }
}

/** One HTTP request on a connection of its own, whose event stream the test reads, and may break. */
export interface EventProbe extends AsyncDisposable {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Everything that came so far, events without data too. */
  readonly events: ProbedEvent[]
  /** The newest `retry`, in milliseconds. */
  readonly retryMs: number | undefined
  /** Resolves with the first event that fits, also one of before. Rejects when none comes any more. */
  event(fits: (event: ProbedEvent) => boolean): Promise<ProbedEvent>
  /** Resolves when the stream is over; with how. */
  readonly over: Promise<'ended' | 'broken'>
  /** Breaks the connection. */
  destroy(): void
}

export type EventRequest = {
  method?: string
  headers?: Record<string, string>
  body?: unknown
}

/** Resolves when the head of the response is there. */
export async function openEvents(url: string | URL, sent: EventRequest): Promise<EventProbe> {
  const { method = sent.body === undefined ? 'GET' : 'POST', headers = {}, body } = sent
  const type = body === undefined ? {} : { 'content-type': 'application/json' }
  const accept = 'application/json, text/event-stream'
  const head = Promise.withResolvers<EventProbe>()
  const sending = request(url, { method, agent: false, headers: { accept, ...type, ...headers } })
  sending.on('error', head.reject)
  sending.on('response', (response) => {
    const { read, end, seen } = openReader()
    const over = Promise.withResolvers<'ended' | 'broken'>()
    response.on('data', (chunk: Buffer) => read(chunk.toString()))
    response.on('error', () => undefined)
    response.on('close', () => {
      end()
      over.resolve(response.complete ? 'ended' : 'broken')
    })
    const destroy = () => void sending.destroy()
    const disposed = async () => {
      destroy()
      await over.promise
    }
    head.resolve({
      ...{ status: response.statusCode ?? 0, headers: response.headers, over: over.promise },
      ...{ events: seen.events, event: seen.event, destroy },
      get retryMs() {
        return seen.retryMs
      },
      [Symbol.asyncDispose]: disposed,
    })
  })
  sending.end(body === undefined ? undefined : JSON.stringify(body))
  return head.promise
}

type Waiter = { fits: (event: ProbedEvent) => boolean } & PromiseWithResolvers<ProbedEvent>

function openReader() {
  const events: ProbedEvent[] = []
  const waiters = new Set<Waiter>()
  let isOver = false
  const seen = {
    events,
    retryMs: undefined as number | undefined,
    event(fits: Waiter['fits']): Promise<ProbedEvent> {
      const known = events.find(fits)
      if (known) return Promise.resolve(known)
      if (isOver) return Promise.reject(new Error('the stream is over'))
      const waiter = { fits, ...Promise.withResolvers<ProbedEvent>() }
      waiters.add(waiter)
      return waiter.promise
    },
  }
  const parser = createParser({
    onRetry: (ms) => (seen.retryMs = ms),
    onEvent({ id, event, data }) {
      const json = data.startsWith('{') ? (JSON.parse(data) as ProbedMessage) : {}
      const one = { ...(id !== undefined && { id }), ...(event !== undefined && { event }) }
      const full = { ...one, data, json }
      events.push(full)
      for (const waiter of waiters) {
        if (!waiter.fits(full)) continue
        waiters.delete(waiter)
        waiter.resolve(full)
      }
    },
  })
  const end = () => {
    isOver = true
    for (const { reject } of waiters) reject(new Error('the stream is over'))
  }
  return { read: (text: string) => parser.feed(text), end, seen }
}
