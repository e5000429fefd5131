import { setImmediate as laterTurn } from 'node:timers/promises'
import type { CallsHealth } from '../../../shared/calls.ts'
import { messageOf } from '../errors.ts'

const MOST_IN_BATCH = 1_000
const BATCH_BYTES = 4 * 1024 * 1024
/** After so long calls of others get their turn, while a batch is made. */
const TURN_MS = 4

export type CallQueueOptions<Note, Row> = {
  rowOf: (note: Note) => Row
  write: (rows: Row[]) => Promise<void>
  /** A batch was written, or notes were dropped. */
  onChange: () => void
  /** Notes are being dropped: told once, and again only after it went well for a batch. */
  onTrouble: (why: string) => void
  /** The longest that a note waits while the database keeps up, in milliseconds. */
  everyMs: number
  /** With so many waiting, nobody waits any longer. */
  atRows: number
  /** The most that waits, those that are being written included. */
  maxRows: number
  maxBytes: number
}

/** Notes that wait in memory to be written in batches. Nothing here is waited for on the path of a call. */
export interface CallQueue<Note> {
  /** Never throws; `bytes`: about what it holds in memory. */
  push(note: Note, bytes: number): void
  health(): CallsHealth
  /** Writes what waits now; resolves also where that failed. */
  flush(): Promise<void>
  /** Writes what waits, for at most so long; what is left then is dropped. Idempotent. */
  close(deadlineMs: number): Promise<void>
}

type Waiting<Note> = { note: Note; bytes: number }

export function openCallQueue<Note, Row>(options: CallQueueOptions<Note, Row>): CallQueue<Note> {
  return new Queue(options)
}

class Queue<Note, Row> implements CallQueue<Note> {
  readonly #options: CallQueueOptions<Note, Row>
  #waiting: Waiting<Note>[] = []
  /** In memory: those that wait, and those that are being written. */
  #rows = 0
  #bytes = 0
  #written = 0
  #dropped = 0
  #isInTrouble = false
  #isClosed = false
  #timer: NodeJS.Timeout | undefined
  /** The timer is for now, since many wait. */
  #isHurried = false
  #writing: Promise<void> | null = null

  constructor(options: CallQueueOptions<Note, Row>) {
    this.#options = options
  }

  push(note: Note, bytes: number): void {
    const { maxRows, maxBytes } = this.#options
    if (this.#isClosed) return
    if (this.#rows >= maxRows || this.#bytes + bytes > maxBytes) {
      this.#drop(1, 'the database does not keep up')
      return
    }
    this.#rows++
    this.#bytes += bytes
    this.#waiting.push({ note, bytes })
    this.#arm(this.#delay())
  }

  health(): CallsHealth {
    return { written: this.#written, dropped: this.#dropped, queued: this.#rows }
  }

  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    // What is being written was taken before: what waits follows it.
    while (this.#writing) await this.#writing
    if (this.#waiting.length > 0) await this.#start()
  }

  async close(deadlineMs: number): Promise<void> {
    if (this.#isClosed) return
    const isOver = Promise.withResolvers<void>()
    const timer = setTimeout(isOver.resolve, deadlineMs)
    await Promise.race([this.flush(), isOver.promise])
    clearTimeout(timer)
    this.#isClosed = true
    clearTimeout(this.#timer)
    if (this.#rows > 0) this.#drop(this.#rows, 'the database did not keep up with the end')
  }

  #arm(delay: number): void {
    if (this.#writing || this.#isClosed) return
    if (this.#timer && (delay > 0 || this.#isHurried)) return
    clearTimeout(this.#timer)
    this.#isHurried = delay === 0
    this.#timer = setTimeout(() => void this.#start(), delay).unref()
  }

  #start(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = null
      if (this.#waiting.length > 0) this.#arm(this.#delay())
    })
    return this.#writing
  }

  /** One batch after the other: those that come meanwhile wait for the next. */
  async #writeAll(): Promise<void> {
    for (let left = this.#waiting.length; left > 0 && !this.#isClosed;) {
      const batch = this.#take()
      left -= batch.length
      await this.#writeOne(batch)
    }
  }

  #delay(): number {
    const { atRows, everyMs } = this.#options
    return this.#waiting.length >= atRows ? 0 : everyMs
  }

  async #writeOne(batch: Waiting<Note>[]): Promise<void> {
    const { write, onChange } = this.#options
    try {
      const rows = await this.#rowsOf(batch)
      await write(rows)
      this.#written += rows.length
      this.#isInTrouble = false
      this.#forget(batch)
      onChange()
    } catch (error) {
      this.#forget(batch)
      this.#drop(batch.length, messageOf(error))
    }
  }

  #take(): Waiting<Note>[] {
    let bytes = 0
    const count = this.#waiting.findIndex((one, index) => {
      bytes += one.bytes
      return index >= MOST_IN_BATCH || (index > 0 && bytes > BATCH_BYTES)
    })
    return this.#waiting.splice(0, count < 0 ? this.#waiting.length : count)
  }

  async #rowsOf(batch: readonly Waiting<Note>[]): Promise<Row[]> {
    const rows: Row[] = []
    let begun = performance.now()
    for (const { note } of batch) {
      rows.push(this.#options.rowOf(note))
      if (performance.now() - begun < TURN_MS) continue
      await laterTurn()
      begun = performance.now()
    }
    return rows
  }

  #forget(batch: readonly Waiting<Note>[]): void {
    this.#rows -= batch.length
    this.#bytes -= batch.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  #drop(count: number, why: string): void {
    this.#dropped += count
    if (!this.#isInTrouble) this.#options.onTrouble(why)
    this.#isInTrouble = true
    this.#options.onChange()
  }
}
