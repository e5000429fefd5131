import { createParser } from 'eventsource-parser'
import type { EventSourceMessage } from 'eventsource-parser'
import { TooLarge } from './read-message.ts'

/** Reads a body to its end. Rejects `TooLarge`, or with what broke it. */
export async function readText({ body }: Response, maxBytes: number): Promise<string> {
  if (!body) return ''
  const decoder = new TextDecoder()
  const parts: string[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.byteLength
    // Leaving the loop gives the body back: nothing more of it is read.
    if (bytes > maxBytes) throw new TooLarge()
    parts.push(decoder.decode(chunk, { stream: true }))
  }
  parts.push(decoder.decode())
  return parts.join('')
}

export type EventHandlers = {
  /** The block with this id is whole; called before its `onEvent`, if it has data at all. */
  onId?: (id: string) => void
  onRetry?: (ms: number) => void
  onEvent(event: EventSourceMessage): void
  /** Of a line or an event. */
  maxBytes: number
}

/** Reads an event stream to its end. Rejects `TooLarge`, or with what broke it. */
export async function readEvents(
  { body }: Response,
  { maxBytes, ...handlers }: EventHandlers,
): Promise<void> {
  if (!body) return
  let isTooLarge = false
  const parser = createParser({
    ...handlers,
    maxBufferSize: maxBytes,
    onError({ type }) {
      if (type === 'max-buffer-size-exceeded') isTooLarge = true
    },
  })
  const decoder = new TextDecoder()
  for await (const chunk of body) {
    parser.feed(decoder.decode(chunk, { stream: true }))
    if (isTooLarge) throw new TooLarge()
  }
}

/** Makes room for the next request: an answer that is not read holds its connection. */
export async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => {})
}

export function contentTypeOf({ headers }: Response): string {
  return headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''
}
