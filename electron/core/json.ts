import { randomUUID } from 'node:crypto'

/**
 * JSON whose numbers survive: one that a JavaScript number cannot hold (an integer beyond 2^53, a
 * long fraction, 1e400) is kept as its text, in an object that `JSON.stringify` writes as it was
 * read (TC39 "JSON.parse source text access", in V8 since Node 21).
 */
type RawJson = { readonly rawJSON: string }

const json = JSON as unknown as {
  rawJSON(text: string): RawJson
  isRawJSON(value: unknown): value is RawJson
}

/** Digits or an exponent that may not fit. */
const SUSPICIOUS = /\d{16}|\d\.\d{15}|\d[eE][+-]?\d{2}/g
/** A number as JSON writes it (RFC 8259, 6). */
const NUMBER = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/
/** A longer number is kept as it is, also where a shorter way to write it would fit. */
const LONGEST_COMPARED = 350
/** Nobody can write it into a text, since nobody is ever told. */
const MARK = `number ${randomUUID()} `

/**
 * Like `JSON.parse`, which does the work: a reviver would be called for each value, and a single
 * large number would make a body of some megabytes take seconds.
 */
export function parseJson(text: string): unknown {
  const inexact = findInexact(text)
  if (inexact.length === 0) return JSON.parse(text)
  let marked = ''
  let at = 0
  for (const { start, end } of inexact) {
    marked += `${text.slice(at, start)}"${MARK}${text.slice(start, end)}"`
    at = end
  }
  return restore(JSON.parse(marked + text.slice(at)))
}

export function isRawJson(value: unknown): value is RawJson {
  return json.isRawJSON(value)
}

type Place = { start: number; end: number }

/** The numbers outside of strings that a JavaScript number would change. */
function findInexact(text: string): Place[] {
  const places: Place[] = []
  const strings = openStrings(text)
  SUSPICIOUS.lastIndex = 0
  for (let match = SUSPICIOUS.exec(text); match; match = SUSPICIOUS.exec(text)) {
    const closed = strings.endAround(match.index)
    if (closed !== null) {
      SUSPICIOUS.lastIndex = closed
      continue
    }
    const place = tokenAround(text, match.index)
    SUSPICIOUS.lastIndex = place.end
    if (isInexact(text, place)) places.push(place)
  }
  return places
}

/** Goes through a text's strings once, from the left. */
function openStrings(text: string) {
  let quote = text.indexOf('"')
  let end = quote < 0 ? text.length : endOfString(text, quote + 1)
  return {
    /** Where the string ends in which this place is; null when it is in none. */
    endAround(index: number): number | null {
      while (quote >= 0 && end <= index) {
        quote = text.indexOf('"', end)
        end = quote < 0 ? text.length : endOfString(text, quote + 1)
      }
      return quote >= 0 && quote < index ? end : null
    },
  }
}

/** The place after the quote that ends the string which begins at `from`. */
export function endOfString(text: string, from: number): number {
  for (let quote = text.indexOf('"', from); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0
    while (text[quote - 1 - backslashes] === '\\') backslashes += 1
    if (backslashes % 2 === 0) return quote + 1
  }
  return text.length
}

function tokenAround(text: string, index: number): Place {
  let start = index
  let end = index
  while (start > 0 && isNumeric(text.charCodeAt(start - 1))) start -= 1
  while (end < text.length && isNumeric(text.charCodeAt(end))) end += 1
  return { start, end }
}

/** Digits, sign, point and exponent. */
function isNumeric(code: number): boolean {
  const isDigit = code >= 48 && code <= 57
  return isDigit || code === 43 || code === 45 || code === 46 || code === 69 || code === 101
}

function isInexact(text: string, { start, end }: Place): boolean {
  const source = text.slice(start, end)
  // What is no JSON must stay none: a number with a zero before it, or as the key of an object.
  if (!NUMBER.test(source) || /^\s*:/.test(text.slice(end, end + 64))) return false
  if (source.length > LONGEST_COMPARED) return true
  const value = Number(source)
  const written = String(value)
  if (written === source) return false
  return !Number.isFinite(value) || canonical(written) !== canonical(source)
}

/** Sign, significant digits and exponent: `1.50e1`, `15` and `15.0` are one number. */
function canonical(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = NUMBER.exec(text) ?? []
  const all = (whole + fraction).replace(/^0+/, '')
  const digits = all.replace(/0+$/, '')
  if (digits === '') return '0'
  const scale = Number(exponent) - fraction.length + (all.length - digits.length)
  return `${sign}${digits}e${scale}`
}

/** Puts the numbers back, in place. */
function restore(value: unknown): unknown {
  if (typeof value === 'string' && value.startsWith(MARK)) {
    return json.rawJSON(value.slice(MARK.length))
  }
  if (typeof value !== 'object' || value === null) return value
  const holder = value as Record<string, unknown>
  for (const key of Object.keys(holder)) {
    const before = holder[key]
    if (typeof before !== 'string' && typeof before !== 'object') continue
    const after = restore(before)
    if (after === before) continue
    // An assignment to `__proto__` would be something else.
    Object.defineProperty(holder, key, {
      ...{ value: after, enumerable: true, writable: true, configurable: true },
    })
  }
  return value
}
