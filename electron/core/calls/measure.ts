import { isRawJson } from '../json.ts'

/** Characters that tell what kind of a text it is. */
const SAMPLE = 2_000
const CHARACTERS_PER_TOKEN = 4
/** Characters of other scripts are about a token each. */
const OTHERS_PER_TOKEN = 1.2
const OTHERS = /[\u2e80-\uffff]/g
/** In base64, which a model sees as a picture or not at all. */
const BINARY = new Set(['data', 'blob'])

export type Measured = {
  /** As JSON, but for what is escaped in texts. */
  characters: number
  /** Whether all of it was seen. */
  isWhole: boolean
  /** Characters of its texts that a model reads, and the first of them. */
  text: number
  sample: string
}

/**
 * How large a value is, without making its JSON: the time grows with the number of values in it, of
 * which at most `most` are looked at, and not with the length of its texts.
 */
export function measure(value: unknown, most: number): Measured {
  const open: unknown[] = [value]
  const measured: Measured = { characters: 0, isWhole: true, text: 0, sample: '' }
  for (let seen = 0; open.length > 0 && seen < most; seen++) {
    const one = open.pop()
    if (typeof one === 'string') addText(measured, one)
    else if (typeof one !== 'object' || one === null) measured.characters += String(one).length
    else if (Array.isArray(one)) {
      measured.characters += Math.max(2, one.length + 1)
      open.push(...one.slice(0, most))
    } else if (isRawJson(one)) measured.characters += one.rawJSON.length
    else addFields(measured, one as Record<string, unknown>, { open, most })
  }
  measured.isWhole = open.length === 0
  return measured
}

function addText(measured: Measured, text: string): void {
  measured.characters += text.length + 2
  measured.text += text.length
  const room = SAMPLE - measured.sample.length
  if (room > 0) measured.sample += text.length > room ? text.slice(0, room) : text
}

type Further = { open: unknown[]; most: number }

function addFields(
  measured: Measured,
  one: Record<string, unknown>,
  { open, most }: Further,
): void {
  const keys = Object.keys(one)
  measured.characters += Math.max(2, keys.length + 1)
  for (const key of keys.length > most ? keys.slice(0, most) : keys) {
    const field = one[key]
    measured.characters += key.length + 3
    // A short text under such a name is none: `{ "data": "hello" }`.
    const isBinary = typeof field === 'string' && BINARY.has(key) && 'mimeType' in one
    if (isBinary) measured.characters += field.length + 2
    else open.push(field)
  }
}

/** About what the texts of a value cost a model. */
export function tokensOf({ text, sample }: Measured): number {
  if (sample.length === 0) return 0
  const share = (sample.match(OTHERS)?.length ?? 0) / sample.length
  const perCharacter = (1 - share) / CHARACTERS_PER_TOKEN + share / OTHERS_PER_TOKEN
  return Math.ceil(text * perCharacter)
}
