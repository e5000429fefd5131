import type { Session } from '../gateway/session.ts'
import type { RequestId } from '../json-rpc.ts'
import type { KeptSession } from './event-store.ts'
import { ResumableStream } from './resumable-stream.ts'

/** Revisions whose clients know events without data. */
const PRIMED: ReadonlySet<string> = new Set(['2025-11-25'])

/** Streams are looked through for forgotten ones when there are this many more of them. */
const SWEEP_EVERY = 64

/** A place in a stream that a client wants to go on from. */
export type Place = { stream: ResumableStream; after: number; isCall: boolean }

/**
 * The resumable streams of one session: `c1`, `c2`, … carry calls, `l1`, `l2`, … what belongs to
 * no call. An event's id is its stream's name and its number there, as `c2_17`.
 */
export class SessionStreams {
  readonly #session: Session
  readonly #kept: KeptSession
  readonly #streams = new Map<string, ResumableStream>()
  #count = 0
  #sweepAt = SWEEP_EVERY

  constructor(session: Session, kept: KeptSession) {
    this.#session = session
    this.#kept = kept
    session.ended.addEventListener('abort', () => this.#close(), { once: true })
    if (session.ended.aborted) this.#close()
  }

  /** A stream for the answers to these requests: the session is told when nobody reads it. */
  openCall(ids: readonly RequestId[]): ResumableStream {
    const session = this.#session
    return this.#open('c', {
      onLost: () => ids.forEach((id) => session.lost(id)),
      onFound: () => ids.forEach((id) => session.found(id)),
    })
  }

  openListening(): ResumableStream {
    return this.#open('l', { onLost: () => undefined, onFound: () => undefined })
  }

  /**
   * Where an event id points to; `forgotten` for a call of which something that came after it is
   * not kept any more, and `null` for what is no id of ours, or of a stream that belongs to no call.
   */
  find(eventId: string): Place | 'forgotten' | null {
    const [, name = '', kind, n] = /^((c|l)\d+)_(\d+)$/.exec(eventId) ?? []
    const stream = this.#streams.get(name)
    const after = Number(n)
    const isLost = kind === 'c' && stream?.isLostAfter(after)
    if (stream && !isLost) return { stream, after, isCall: kind === 'c' }
    return kind === 'c' ? 'forgotten' : null
  }

  #open(kind: 'c' | 'l', told: { onLost: () => void; onFound: () => void }): ResumableStream {
    this.#sweep()
    const name = `${kind}${++this.#count}`
    const isPrimed = PRIMED.has(this.#session.protocolVersion)
    const kept = this.#kept.openStream()
    const stream = new ResumableStream({ name, kept, isPrimed, ...told })
    this.#streams.set(name, stream)
    return stream
  }

  #sweep(): void {
    if (this.#streams.size < this.#sweepAt) return
    for (const [name, stream] of this.#streams) {
      const mayGoOn = name.startsWith('c') && !stream.isDone
      if (stream.isBlank && !mayGoOn) this.#streams.delete(name)
    }
    this.#sweepAt = this.#streams.size + SWEEP_EVERY
  }

  #close(): void {
    this.#streams.clear()
    this.#kept.close()
  }
}
