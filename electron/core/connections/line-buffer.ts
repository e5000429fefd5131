import type { RpcMessage } from '../json-rpc.ts'
import { readMessages } from './read-message.ts'

const NEWLINE = 10

/** What the SDK's stdio transport reads its child's stdout with. */
export interface LineBuffer {
  /** Throws when a line without an end grows beyond the limit. */
  append(chunk: Buffer): void
  /** The next message, or `null` when no whole line is left; throws on a line that is JSON, but none. */
  readMessage(): RpcMessage | null
  clear(): void
}

/** Enough of a line that is none of the protocol's to recognise it by. */
const NOISE_CHARACTERS = 1_000

/**
 * Stands in for the SDK's `ReadBuffer`, which copies and searches all it holds with every chunk: a
 * message of 20 MB blocked everybody for seconds. Here each byte is searched once and copied once.
 */
export function openLineBuffer(
  maxBytes: number,
  onNoise: (line: string) => void = () => {},
): LineBuffer {
  let lines: string[] = []
  let messages: RpcMessage[] = []
  let begun: Buffer[] = []
  let begunBytes = 0

  const clear = () => {
    lines = []
    messages = []
    begun = []
    begunBytes = 0
  }
  return {
    clear,
    append(chunk) {
      let from = 0
      for (let end; (end = chunk.indexOf(NEWLINE, from)) !== -1; from = end + 1) {
        if (begunBytes === 0) {
          lines.push(chunk.toString('utf8', from, end))
          continue
        }
        lines.push(Buffer.concat([...begun, chunk.subarray(from, end)]).toString('utf8'))
        begun = []
        begunBytes = 0
      }
      if (from === chunk.length) return
      begun.push(chunk.subarray(from))
      begunBytes += chunk.length - from
      if (begunBytes <= maxBytes) return
      clear()
      throw new Error(`a line exceeded maximum size of ${maxBytes} bytes`)
    },
    readMessage() {
      while (messages.length === 0) {
        const line = lines.shift()
        if (line === undefined) return null
        messages = messagesIn(line, onNoise)
      }
      return messages.shift() ?? null
    },
  }
}

/** The messages of a line; throws if it is JSON that holds none. */
function messagesIn(line: string, onNoise: (line: string) => void): RpcMessage[] {
  const messages = tryToRead(line)
  if (messages?.length === 0) throw new Error('a line of JSON is not a JSON-RPC message')
  if (messages) return messages
  // Servers that print to stdout are common, and only who looks for faults wants to know.
  const words = line.slice(0, NOISE_CHARACTERS).trim()
  if (words !== '') onNoise(words)
  return []
}

function tryToRead(line: string): RpcMessage[] | undefined {
  try {
    return readMessages(line).messages
  } catch {
    return undefined
  }
}
