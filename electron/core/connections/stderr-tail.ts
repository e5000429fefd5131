import { stripVTControlCharacters } from 'node:util'

const KEPT_BYTES = 64 * 1024
const QUOTED_LINES = 10
const QUOTED_CHARACTERS = 2_000
const SEARCHED_LINES = 30
const LINE_CHARACTERS = 300
const TELLING =
  /^(?!\s+at |.*complete log).*(error|exception|cannot|not found|denied|invalid|missing|required)/i

/** The last 64 KB of what a server wrote to stderr, over all its runs. */
export interface StderrTail {
  write(chunk: Buffer): void
  /** A new process begins: `lastLines` forgets what the ones before wrote. */
  beginRun(): void
  text(): string
  /** The last lines of this run, for an error message; `''` when it wrote nothing. */
  lastLines(): string
  /** Of this run the line that tells most about its end; `''` when it wrote nothing. */
  tellingLine(): string
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
  /** Lines without colours; none when it wrote nothing. */
  const ofRun = () => {
    if (runSize === 0) return []
    const words = stripVTControlCharacters(decode(compact().subarray(-runSize))).trim()
    return words === '' ? [] : words.split(/\s*\n/)
  }
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
    tellingLine() {
      const lines = ofRun().slice(-SEARCHED_LINES)
      // The last one of a crash is often a version, or the end of a stack.
      const telling = lines.findLast((line) => TELLING.test(line)) ?? lines.at(-1) ?? ''
      return telling.trim().slice(0, LINE_CHARACTERS)
    },
    lastLines() {
      const lines = ofRun().slice(-QUOTED_LINES).join('\n')
      return lines.length > QUOTED_CHARACTERS ? `…${lines.slice(-QUOTED_CHARACTERS)}` : lines
    },
  }
}
