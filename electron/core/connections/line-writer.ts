import type { Writable } from 'node:stream'

/** What may wait for a server that reads nothing for a while, and what may wait in any case. */
const MOST_WAITING = 64 * 1024 * 1024
const MOST_EVER = 256 * 1024 * 1024
const STUCK_MS = 10_000

/** Lines to a process. */
export interface LineWriter {
  /**
   * Takes a line, which has its end. Returns what to wait for when the pipe is full, else nothing;
   * throws where nobody can read it any more.
   */
  write(line: string): Promise<void> | undefined
  /** Too much waits for who does not read: nothing more had better be asked of it. */
  readonly isStuck: boolean
  /** Hands on what was taken. */
  flush(): void
}

/**
 * Writes what was taken within one turn of the event loop at once: a write to a pipe costs more than
 * all else that is done for a call, and calls that come together need but one.
 */
export function openLineWriter(stream: Writable, stuckMs = STUCK_MS): LineWriter {
  let taken = ''
  let drained: Promise<void> | undefined
  let readAt = performance.now()
  const wasRead = () => (readAt = performance.now())

  function flush(): void {
    if (taken === '') return
    const text = taken
    taken = ''
    if (!stream.writable) return
    if (stream.writableLength === 0) wasRead()
    if (stream.write(text, wasRead)) return
    drained ??= untilDrained(stream).finally(() => (drained = undefined))
  }
  return {
    flush,
    get isStuck() {
      const waiting = stream.writableLength + taken.length
      if (waiting <= MOST_WAITING) return false
      return waiting > MOST_EVER || performance.now() - readAt >= stuckMs
    },
    write(line) {
      if (!stream.writable) throw new Error('It reads nothing any more.')
      if (taken === '') setImmediate(flush)
      taken += line
      return drained
    },
  }
}

/** Or until it is gone, which its owner hears of. */
function untilDrained(stream: Writable): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const done = () => {
    stream.off('drain', done).off('close', done)
    resolve()
  }
  stream.once('drain', done).once('close', done)
  return promise
}
