import { stripVTControlCharacters } from 'node:util'

const NEWLINE = 10
/** A line that does not end is passed on in pieces of this size. */
const LONGEST_LINE_BYTES = 16 * 1024
const LONGEST_LINE_CHARACTERS = 4_000
/** What one process may say in a second; the rest is counted. */
const LINES_PER_SECOND = 1_000

export type LineFeedOptions = {
  /** Hides the server's secrets. */
  mask: (text: string) => string
  onLines: (lines: string[]) => void
}

/** What a process prints, as lines that people can read: whole, masked, without colours. */
export interface LineFeed {
  write(chunk: Buffer): void
  /** What stands without a line end is passed on as it is. */
  end(): void
}

/** A flood costs little more than a search for line ends: beyond the limit nothing is read. */
export function openLineFeed({ mask, onLines }: LineFeedOptions): LineFeed {
  let begun: Buffer[] = []
  let begunBytes = 0
  let timer: NodeJS.Timeout | undefined
  let passed = 0
  let leftOut = 0

  const say = (text: string) => {
    // Before the split: a secret of several lines is hidden, too.
    const lines = stripVTControlCharacters(mask(text)).split(/\r?\n|\r/)
    const told = lines.filter((line) => line.trim() !== '').map(cut)
    passed += told.length
    if (told.length > 0) onLines(told)
  }
  const tellLeftOut = () => {
    clearTimeout(timer)
    timer = undefined
    if (leftOut > 0) onLines([`… and ${leftOut} more lines`])
    passed = 0
    leftOut = 0
  }
  const passOn = (bytes: Buffer) => {
    timer ??= setTimeout(tellLeftOut, 1_000).unref()
    if (passed >= LINES_PER_SECOND) leftOut += countLines(bytes)
    else say(bytes.toString('utf8'))
  }
  const flush = (last: Buffer) => {
    const whole = begun.length > 0 ? Buffer.concat([...begun, last]) : last
    begun = []
    begunBytes = 0
    if (whole.length > 0) passOn(whole)
  }
  return {
    write(chunk) {
      const end = chunk.lastIndexOf(NEWLINE)
      if (end >= 0) flush(chunk.subarray(0, end))
      const rest = chunk.subarray(end + 1)
      begun.push(rest)
      begunBytes += rest.length
      if (begunBytes > LONGEST_LINE_BYTES) flush(Buffer.alloc(0))
    },
    end() {
      flush(Buffer.alloc(0))
      tellLeftOut()
    },
  }
}

function cut(line: string): string {
  return line.length > LONGEST_LINE_CHARACTERS ? `${line.slice(0, LONGEST_LINE_CHARACTERS)}…` : line
}

function countLines(bytes: Buffer): number {
  let count = 1
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++
  return count
}
