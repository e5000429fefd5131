import { isRawJson } from '../json.ts'
import { isObject } from '../json-rpc.ts'

/** Characters that tell what kind of a text it is. */
const SAMPLE = 2_000
const CHARACTERS_PER_TOKEN = 4
/** Characters of other scripts are about a token each. */
const OTHERS_PER_TOKEN = 1.2
/** In base64, which a model sees as a picture or not at all. */
const BINARY = new Set(['data', 'blob'])

export type Measured = {
  /** As JSON, but for what is escaped in texts. */
  characters: number
  /** About what its texts cost a model. */
  tokens: number
  /** Whether all of it was seen. */
  isWhole: boolean
}

/**
 * How large a value is, without making its JSON: the time grows with the number of values in it, of
 * which at most `most` are looked at, and not with the length of its texts.
 */
export function measure(value: unknown, most: number): Measured {
  const open: unknown[] = [value]
  let characters = 0
  let text = 0
  let sample = ''
  let seen = 0
  const addText = (one: string) => {
    text += one.length
    if (sample.length < SAMPLE) sample += one.slice(0, SAMPLE - sample.length)
  }
  while (open.length > 0 && seen < most) {
    const one = open.pop()
    seen++
    if (typeof one === 'string') {
      characters += one.length + 2
      addText(one)
    } else if (Array.isArray(one)) {
      characters += Math.max(2, one.length + 1)
      open.push(...one.slice(0, most))
    } else if (isRawJson(one)) characters += one.rawJSON.length
    else if (isObject(one)) {
      const keys = Object.keys(one)
      characters += Math.max(2, keys.length + 1)
      for (const key of keys.slice(0, most)) {
        const field = one[key]
        characters += key.length + 3
        // A short text under such a name is none: `{ "data": "hello" }`.
        const isBinary = BINARY.has(key) && typeof field === 'string' && 'mimeType' in one
        if (isBinary) characters += field.length + 2
        else open.push(field)
      }
    } else characters += String(one).length
  }
  return { characters, tokens: tokensOf(text, sample), isWhole: open.length === 0 }
}

function tokensOf(length: number, sample: string): number {
  if (sample.length === 0) return 0
  let others = 0
  for (let at = 0; at < sample.length; at++) if (sample.charCodeAt(at) > 0x2e7f) others++
  const share = others / sample.length
  const perCharacter = (1 - share) / CHARACTERS_PER_TOKEN + share / OTHERS_PER_TOKEN
  return Math.ceil(length * perCharacter)
}
