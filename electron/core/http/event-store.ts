/** Events that are kept at most: how many, and about how many bytes. */
export type Limits = { events: number; bytes: number }

export type EventStoreLimits = { perStream: Limits; perSession: Limits; total: Limits }

const MB = 1024 * 1024

const DEFAULT_LIMITS: EventStoreLimits = {
  perStream: { events: 10_000, bytes: 16 * MB },
  perSession: { events: 20_000, bytes: 24 * MB },
  total: { events: 200_000, bytes: 96 * MB },
}

/** What an event takes beside its text: objects and the places in three queues. */
const OVERHEAD_BYTES = 200

export type KeptEvent = { readonly n: number; readonly data: string }

type Entry = KeptEvent & { bytes: number; isDropped: boolean; stream: KeptStream }

/**
 * Events of legacy streams, kept so that a client whose connection broke gets the rest (2025-11-25,
 * "Resumability and Redelivery"). Bounded in all three directions; the oldest give way.
 */
export class EventStore {
  readonly #limits: EventStoreLimits
  readonly #all: Queue

  constructor(limits: EventStoreLimits = DEFAULT_LIMITS) {
    this.#limits = limits
    this.#all = new Queue(limits.total)
  }

  get size(): Limits {
    return { events: this.#all.events, bytes: this.#all.bytes }
  }

  openSession(): KeptSession {
    return new KeptSession(this.#limits, this.#all)
  }
}

/** What is kept of one session. */
export class KeptSession {
  readonly #limits: EventStoreLimits
  readonly #all: Queue
  readonly #own: Queue
  #isClosed = false

  constructor(limits: EventStoreLimits, all: Queue) {
    this.#limits = limits
    this.#all = all
    this.#own = new Queue(limits.perSession)
  }

  openStream(): KeptStream {
    const queues = [new Queue(this.#limits.perStream), this.#own, this.#all] as const
    return new KeptStream(queues, () => !this.#isClosed)
  }

  /** Nobody can resume anything of it any more: what is kept goes, and nothing is added. */
  close(): void {
    this.#isClosed = true
    for (let one = this.#own.oldest; one; one = this.#own.oldest) one.stream.drop(one)
  }
}

/** What is kept of one stream, whose events are counted from 1. */
export class KeptStream {
  readonly #own: Queue
  readonly #queues: readonly Queue[]
  readonly #isWanted: () => boolean
  #last = 0

  constructor(queues: readonly [own: Queue, ...others: Queue[]], isWanted: () => boolean) {
    this.#queues = queues
    this.#own = queues[0]
    this.#isWanted = isWanted
  }

  get isEmpty(): boolean {
    return this.#own.events === 0
  }

  /** The number of the newest event; 0 before the first. */
  get last(): number {
    return this.#last
  }

  /** Returns the event's number. One that is larger than all limits is not kept at all. */
  add(data: string): number {
    this.#last += 1
    if (!this.#isWanted()) return this.#last
    const bytes = Buffer.byteLength(data) + OVERHEAD_BYTES
    const entry = { n: this.#last, data, bytes, isDropped: false, stream: this }
    for (const queue of this.#queues) queue.add(entry)
    for (const queue of this.#queues) {
      for (let one = queue.overdue; one; one = queue.overdue) one.stream.drop(one)
    }
    return entry.n
  }

  /** What is left of the events after this one, in order. */
  after(n: number): KeptEvent[] {
    return this.#own.list().filter((entry) => entry.n > n)
  }

  /** Whether all that came after this one is still there. */
  isWholeAfter(n: number): boolean {
    const { oldest } = this.#own
    return n >= this.#last || (oldest !== undefined && oldest.n <= n + 1)
  }

  drop(entry: Entry): void {
    entry.isDropped = true
    for (const queue of this.#queues) queue.remove(entry)
  }
}

/** Entries in order of age. One may leave from anywhere, since it is in several queues at once. */
class Queue {
  readonly #limits: Limits
  #entries: Entry[] = []
  #head = 0
  events = 0
  bytes = 0

  constructor(limits: Limits) {
    this.#limits = limits
  }

  get oldest(): Entry | undefined {
    while (this.#entries[this.#head]?.isDropped) this.#head += 1
    return this.#entries[this.#head]
  }

  /** The one that has to go, while there are too many. */
  get overdue(): Entry | undefined {
    const { events, bytes } = this.#limits
    return this.events > events || this.bytes > bytes ? this.oldest : undefined
  }

  list(): Entry[] {
    return this.#entries.filter((entry) => !entry.isDropped)
  }

  add(entry: Entry): void {
    this.#entries.push(entry)
    this.events += 1
    this.bytes += entry.bytes
  }

  /** The places of those that left are given back from time to time, not each time. */
  remove(entry: Entry): void {
    this.events -= 1
    this.bytes -= entry.bytes
    if (this.#entries.length < 2 * this.events + 64) return
    this.#entries = this.list()
    this.#head = 0
  }
}
