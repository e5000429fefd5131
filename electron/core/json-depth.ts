import { endOfString } from './json.ts'

/** Deeper values end in a stack overflow wherever they are written out again. */
export const MAX_DEPTH = 500

const QUOTE = 0x22

/** Counts what is open, without parsing: 16 MB of "[" would take gigabytes to parse. */
export function isTooDeep(text: string): boolean {
  if (text.length <= MAX_DEPTH) return false
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const sign = text.charCodeAt(at)
    if (sign === QUOTE) at = endOfString(text, at + 1) - 1
    else depth += stepOf(sign)
    if (depth > MAX_DEPTH) return true
  }
  return false
}

/**
 * The same JSON with `null` for each array and object in the outermost one: whatever it holds, that
 * can be parsed. The text of something that is not JSON is not JSON either.
 */
export function outlineOf(text: string): string {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const sign = text.charCodeAt(at)
    if (sign === QUOTE) at = endOfString(text, at + 1) - 1
    const step = stepOf(sign)
    if (step > 0 && depth === 1) parts.push(text.slice(from, at), 'null')
    if (step < 0 && depth === 2) from = at + 1
    depth += step
  }
  return depth === 0 ? parts.join('') + text.slice(from) : ''
}

/** One deeper after `[` and `{`, one less deep after `]` and `}`. */
function stepOf(sign: number): number {
  if (sign === 0x5b || sign === 0x7b) return 1
  return sign === 0x5d || sign === 0x7d ? -1 : 0
}
