import { parentPort } from 'node:worker_threads'
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'

/*
 * The thread that counts tokens: the encoding's 200,000 words take a moment to load and much memory
 * to hold, and neither may be that of the process that relays calls. It ends when it has no work.
 */

export type ToTokenWorker = { id: number; texts: readonly string[] }
export type FromTokenWorker = { id: number; counts: number[] }

/** A text without a gap costs the square of its length: longer ones are counted in parts. */
const PART = 4_000

/** What looks like a mark of the model's own is text here. */
const AS_TEXT = { disallowedSpecial: new Set<string>() }

function count(text: string): number {
  let sum = 0
  for (let at = 0; at < text.length; at += PART) {
    sum += countTokens(text.slice(at, at + PART), AS_TEXT)
  }
  return sum
}

parentPort?.on('message', ({ id, texts }: ToTokenWorker) => {
  const answer: FromTokenWorker = { id, counts: texts.map(count) }
  parentPort?.postMessage(answer)
})
