import type { CallOutcome } from '../../../shared/activity.ts'
import { isObject, RpcError } from '../json-rpc.ts'

const LONGEST = 200

/** How a call ended. */
export type Ending = {
  result: Record<string, unknown> | null
  error: unknown
  wasCancelled: boolean
}

export type Told = { outcome: CallOutcome; code: number | null; error: string | null }

const WELL: Told = { outcome: 'ok', code: null, error: null }
const CANCELLED: Told = { outcome: 'cancelled', code: null, error: null }

/** In the fewest words. What failed for a reason of our own is told by the log. */
export function outcomeOf({ result, error, wasCancelled }: Ending): Told {
  if (wasCancelled) return CANCELLED
  if (error instanceof RpcError) {
    return { outcome: 'error', code: error.code, error: firstWords(error.message) }
  }
  if (result === null) return { outcome: 'error', code: null, error: null }
  if (result['isError'] !== true) return WELL
  return { outcome: 'tool-error', code: null, error: firstWords(firstText(result['content'])) }
}

function firstText(content: unknown): string {
  const blocks: unknown[] = Array.isArray(content) ? content : []
  const block = blocks.find((one) => isObject(one) && typeof one['text'] === 'string')
  return isObject(block) ? String(block['text']) : ''
}

function firstWords(text: string): string | null {
  const line =
    text
      .slice(0, 2 * LONGEST)
      .trim()
      .split('\n', 1)[0] ?? ''
  if (line === '') return null
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line
}
