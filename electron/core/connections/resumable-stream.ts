import { setTimeout as delay } from 'node:timers/promises'
import { contentTypeOf, discard, readEvents } from './http-body.ts'
import { notMcp, readRefusal } from './http-failure.ts'
import type { BadAnswer } from './http-failure.ts'
import { TooLarge } from './read-message.ts'

/** Networks come and go: a stream is asked for again with growing pauses. */
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000
/** However soon a server wants us back. */
const SHORTEST_PAUSE_MS = 100
/** A timer takes no more than 2^31 ms, and nobody means more than this. */
const LONGEST_RETRY_MS = 3_600_000
/** In a row, without any new event in between. */
const MOST_TRIES = 20

export type ResumableStream = {
  /** Asks for the events after that one; of all that were not sent yet, when there was none. */
  open(lastEventId: string | undefined): Promise<Response>
  onData(data: string): void
  /** Whether all that was wanted has come. */
  isOver(): boolean
  /** Whether there is more to come although the stream told no event id to begin again after. */
  isEndless: boolean
  signal: AbortSignal
  maxBytes: number
}

type Position = {
  lastEventId: string | undefined
  /** As the server wants it; `undefined` when it said nothing. */
  retryMs: number | undefined
  /** Openings since the last event that was new. */
  tries: number
}

/**
 * Reads an event stream, and opens it again where it broke off (specification 2025-11-25,
 * "Resumability and Redelivery"). `first` is its answer if it is open already. Resolves when it is
 * over, or broke and cannot be resumed; rejects with what the last opening failed with.
 */
export async function followStream(
  stream: ResumableStream,
  first: Response | undefined,
): Promise<void> {
  const position: Position = { lastEventId: undefined, retryMs: undefined, tries: 0 }
  let response = first ?? (await tryToOpen(stream, position))
  for (;;) {
    if (response) await readOn(stream, position, response)
    if (stream.isOver() || stream.signal.aborted) return
    if (!stream.isEndless && isHopeless(position)) return
    await pause(position, stream.signal)
    if (stream.signal.aborted) return
    response = await tryToOpen(stream, position)
  }
}

/** Reads as far as it goes; rejects only if no one should read on. */
async function readOn(
  { onData, maxBytes }: ResumableStream,
  position: Position,
  response: Response,
): Promise<void> {
  const openedAt = performance.now()
  const progressed = () => (position.tries = 0)
  let isRepeated = false
  try {
    await readEvents(response, {
      maxBytes,
      onId(id) {
        isRepeated = id === position.lastEventId
        if (!isRepeated) progressed()
        position.lastEventId = id === '' ? undefined : id
      },
      onRetry(ms) {
        // A server that closes streams on purpose, and says when to come back, may do so for ever;
        // but one that wants us at once has to have something new.
        if (ms >= FIRST_PAUSE_MS) progressed()
        position.retryMs = ms
      },
      onEvent({ id, event, data }) {
        if (id === undefined || !isRepeated) progressed()
        if (data !== '' && (event === undefined || event === 'message')) onData(data)
      },
    })
  } catch (error) {
    if (error instanceof TooLarge) throw error
  }
  // Something on the way closes silent streams after a while.
  if (performance.now() - openedAt > LONGEST_PAUSE_MS) progressed()
}

function isHopeless({ lastEventId, tries }: Position): boolean {
  return lastEventId === undefined || tries > MOST_TRIES
}

/** `undefined` when it may succeed another time. */
async function tryToOpen(
  stream: ResumableStream,
  position: Position,
): Promise<Response | undefined> {
  position.tries++
  const response = await stream.open(position.lastEventId)
  if (response.ok && contentTypeOf(response) === 'text/event-stream') return response
  if (response.ok) {
    await discard(response)
    throw notMcp()
  }
  const refusal = await readRefusal(response)
  if (position.tries > MOST_TRIES || !isPassing(refusal)) throw refusal
  return undefined
}

function isPassing({ status }: BadAnswer): boolean {
  return status !== null && (status >= 500 || status === 408 || status === 429)
}

async function pause({ retryMs, tries }: Position, signal: AbortSignal): Promise<void> {
  const grown = Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS)
  const asked = Math.min(retryMs ?? FIRST_PAUSE_MS, LONGEST_RETRY_MS)
  const ms = tries > 1 ? Math.max(asked, grown) : asked
  await delay(Math.max(ms, SHORTEST_PAUSE_MS), undefined, { signal }).catch(() => {})
}
