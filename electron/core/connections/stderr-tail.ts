import { stripVTControlCharacters } from 'node:util'

const KEPT_BYTES = 64 * 1024
const QUOTED_LINES = 10
const QUOTED_CHARACTERS = 2_000

/** The last 64 KB of what a server wrote to stderr, over all its runs. */
export interface StderrTail {
  write(chunk: Buffer): void
  /** A new process begins: `lastLines` forgets what the ones before wrote. */
  beginRun(): void
  text(): string
  /** The last lines of this run, for an error message; `''` when it wrote nothing. */
  lastLines(): string
}

/** With `whole`, what is written is kept there, too, among what others write. */
export function openStderrTail(whole?: StderrTail): StderrTail {
  let chunks: Buffer[] = []
  let size = 0
  let runSize = 0

  /** One copy per 64 KB written, instead of one per chunk. */
  const compact = () => {
    const kept = Buffer.concat(chunks).subarray(-KEPT_BYTES)
    chunks = [kept]
    size = kept.length
    return kept
  }
  // The cut may fall inside a character.
  const decode = (bytes: Buffer) => bytes.toString('utf8').replace(/^\uFFFD+/, '')
  return {
    write(chunk) {
      whole?.write(chunk)
      chunks.push(chunk)
      size += chunk.length
      runSize += chunk.length
      if (size > 2 * KEPT_BYTES) compact()
    },
    beginRun() {
      runSize = 0
    },
    text: () => decode(compact()),
    lastLines() {
      if (runSize === 0) return ''
      const words = stripVTControlCharacters(decode(compact().subarray(-runSize))).trim()
      const lines = words.split(/\s*\n/).slice(-QUOTED_LINES).join('\n')
      return lines.length > QUOTED_CHARACTERS ? `…${lines.slice(-QUOTED_CHARACTERS)}` : lines
    },
  }
}
