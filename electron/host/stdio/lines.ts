import type { Readable } from 'node:stream'

const NEWLINE = 10

/**
 * Calls back for each line of UTF-8 but empty ones. Only a newline ends a line: JSON may hold any
 * other separator of lines as it is. What stands behind the last newline is a line when it ends.
 */
export function onLines(input: Readable, take: (line: string) => void): void {
  let begun: Buffer[] = []
  const end = (rest: Buffer) => {
    const line = Buffer.concat([...begun, rest])
      .toString('utf8')
      .trim()
    begun = []
    if (line !== '') take(line)
  }
  input.on('data', (chunk: Buffer) => {
    let from = 0
    for (let at; (at = chunk.indexOf(NEWLINE, from)) !== -1; from = at + 1) {
      end(chunk.subarray(from, at))
    }
    if (from < chunk.length) begun.push(chunk.subarray(from))
  })
  input.once('end', () => end(Buffer.alloc(0)))
}
