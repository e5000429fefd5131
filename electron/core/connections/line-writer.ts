import type { Writable } from 'node:stream'

/** What may wait for a server that does not read; a larger message goes alone. */
const MOST_WAITING = 64 * 1024 * 1024

/** The server runs, and reads nothing. */
export class Unread extends Error {}

/** Lines to a process. */
export interface LineWriter {
  /**
   * Takes a line, which has its end. Returns what to wait for when the pipe is full, else nothing;
   * throws where nobody can read it any more, or too much waits to be read.
   */
  write(line: string): Promise<void> | undefined
  /** Hands on what was taken. */
  flush(): void
}

/**
 * Writes what was taken within one turn of the event loop at once: a write to a pipe costs more than
 * all else that is done for a call, and calls that come together need but one.
 */
export function openLineWriter(stream: Writable): LineWriter {
  let taken = ''
  let drained: Promise<void> | undefined

  function flush(): void {
    if (taken === '') return
    const text = taken
    taken = ''
    if (!stream.writable || stream.write(text)) return
    drained ??= untilDrained(stream).finally(() => (drained = undefined))
  }
  return {
    flush,
    write(line) {
      if (!stream.writable) throw new Error('It reads nothing any more.')
      const waiting = stream.writableLength + taken.length
      if (waiting > 0 && waiting + line.length > MOST_WAITING) {
        throw new Unread('It does not read what it is sent.')
      }
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
