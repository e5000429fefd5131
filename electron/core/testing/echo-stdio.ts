import { parseJson } from '../json.ts'
import type { EchoLine, Incoming } from './echo-wire.ts'

export type Received = (message: Incoming, raw: string) => void

/** JSON-RPC over stdin and stdout, one message per line, without any library. */
export function openStdio(onMessage: Received): EchoLine {
  let begun = ''
  // Not by readline, for which a line ends at U+2028 as well.
  process.stdin.setEncoding('utf8').on('data', (text: string) => {
    const lines = (begun + text).split('\n')
    begun = lines.pop() ?? ''
    for (const raw of lines) onMessage(parseJson(raw) as Incoming, raw)
  })
  const write = (message: object) => void process.stdout.write(`${JSON.stringify(message)}\n`)
  return {
    send: write,
    answer: write,
    end() {},
    garble: (words) => void process.stdout.write(`${words}\n`),
    drop() {},
  }
}
