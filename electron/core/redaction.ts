import { looksSecret, withoutShapes } from './secret-shapes.ts'

/** What can be hidden in texts. `secrets`: keys, tokens and passwords in addresses. */
export const REDACTED_KINDS = [
  'secrets',
  'emails',
  'phones',
  'cards',
  'ibans',
  'addresses',
] as const
export type RedactedKind = (typeof REDACTED_KINDS)[number]

type Hide = (text: string) => string

/*
 * Every expression runs in a time that grows with the text alone: none has a repetition within a
 * repetition, nor one that begins anew at each character without a bound.
 */

const LONG = 24
const WORD = /[\w+=~-]{24,200}/g
/** Keys of AWS, and others in base64, have slashes in them as paths do. */
const WITH_SLASHES = /(?<![\w/+=-])[A-Za-z0-9/+]{40,200}/g
/** UUIDs, and hashes as Git and checksums have them: they name things, and are no secrets. */
const IDENTIFIER =
  /(?<![0-9a-f])(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{64}|[0-9a-f]{40})(?![0-9a-f])/gi
/** How often letters, capitals and digits take turns: rarely in words, more often in what is random. */
const TURNS_OF_TWO = 0.22
const TURNS_OF_THREE = 0.35
const EMAIL = /[\w.%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}/g
const PHONE = /(?<![\w.])\+\d{1,3}[ .()/-]{0,2}\d(?:[ .()/-]{0,2}\d){6,12}(?![\w])/g
const CARD = /(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)/g
const IBAN = /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b/g
const ADDRESS = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g

const OTHER_KINDS: Record<Exclude<RedactedKind, 'secrets'>, Hide> = {
  emails: (text) => (text.includes('@') ? text.replaceAll(EMAIL, markOf('e-mail')) : text),
  phones: (text) => text.replaceAll(PHONE, markOf('phone')),
  cards: (text) => text.replaceAll(CARD, (digits) => (isCard(digits) ? markOf('card') : digits)),
  ibans: (text) => text.replaceAll(IBAN, (iban) => (isIban(iban) ? markOf('iban') : iban)),
  addresses: (text) => text.replaceAll(ADDRESS, (ip) => (isAddress(ip) ? markOf('address') : ip)),
}

/**
 * What counts as a secret beside what has the shape of one. `all`: whatever might be one, for what is
 * only read. `random`: long words that nobody wrote by hand, for what has to work afterwards. `none`:
 * nothing, for names and addresses.
 */
export type Guessing = 'all' | 'random' | 'none'

const GUESSES: Record<Guessing, (word: string) => boolean> = {
  all: looksSecret,
  random: looksRandom,
  none: () => false,
}

function hideSecrets(guessing: Guessing): Hide {
  const isSecret = GUESSES[guessing]
  const shownAs = (word: string) => (isSecret(word) ? markOf('secret') : word)
  return (text) => {
    const shown = withoutShapes(text, markOf('secret'))
    if (guessing === 'none' || !hasLongWord(shown)) return shown
    const isKey = (word: string) => (looksRandom(word) ? markOf('secret') : word)
    return shown.replaceAll(WITH_SLASHES, isKey).replaceAll(WORD, shownAs)
  }
}

/** Whether it is long, and letters, capitals and digits take turns in it without any sense. */
function looksRandom(word: string): boolean {
  const bare = word.replaceAll(IDENTIFIER, '').replaceAll(/[^A-Za-z0-9]/g, '')
  if (bare.length < SHORTEST_SECRET) return false
  let kinds = 0
  let turns = 0
  let last = 0
  for (let at = 0; at < bare.length; at++) {
    const kind = kindOf(bare.charCodeAt(at))
    if (last !== 0 && kind !== last) turns += 1
    kinds |= kind
    last = kind
  }
  const share = turns / (bare.length - 1)
  if (kinds === ALL_THREE) return share >= TURNS_OF_THREE
  return (kinds & DIGIT) !== 0 && kinds !== DIGIT && share >= TURNS_OF_TWO
}

const DIGIT = 1
const CAPITAL = 2
const LETTER = 4
const ALL_THREE = DIGIT | CAPITAL | LETTER
const SHORTEST_SECRET = 20

/** Of a character that is a letter or a digit. */
function kindOf(code: number): number {
  if (code < 58) return DIGIT
  return code < 91 ? CAPITAL : LETTER
}

/** Nothing shorter is any of these kinds, as `a@b.c` is. */
const SHORTEST = 5

/** A function that hides these kinds of things, and these words in any case, in a text. */
export function openRedaction(
  kinds: readonly RedactedKind[],
  words: readonly string[],
  guessing: Guessing = 'all',
): Hide {
  const hides = kinds.map((kind) =>
    kind === 'secrets' ? hideSecrets(guessing) : OTHER_KINDS[kind],
  )
  const wordPattern =
    words.length > 0 ? new RegExp(words.toSorted(byLength).map(escaped).join('|'), 'giu') : null
  const shortest = Math.min(SHORTEST, ...words.map((word) => word.length))
  return (text) => {
    if (text.length < shortest) return text
    const shown = wordPattern ? text.replaceAll(wordPattern, markOf('')) : text
    return hides.reduce((all, hide) => hide(all), shown)
  }
}

/** Characters of words and keys, by their codes. */
const OF_WORDS = Uint8Array.from({ length: 128 }, (_, code) =>
  /[\w+=~/-]/.test(String.fromCharCode(code)) ? 1 : 0,
)

/** Whether `WORD` or more may be in it: an expression takes twenty times as long to say no. */
function hasLongWord(text: string): boolean {
  let run = 0
  for (let at = 0; at < text.length; at++) {
    run = OF_WORDS[text.charCodeAt(at)] === 1 ? run + 1 : 0
    if (run === LONG) return true
  }
  return false
}

function markOf(kind: string): string {
  return kind === '' ? '[redacted]' : `[redacted ${kind}]`
}

/** The longest first: one within another must not leave the rest of it readable. */
function byLength(one: string, other: string): number {
  return other.length - one.length
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

/** By the check digit of ISO/IEC 7812 (Luhn): most other long numbers have none. */
function isCard(text: string): boolean {
  const digits = Array.from(text.replaceAll(/\D/g, ''), Number).reverse()
  const sum = digits.reduce((all, digit, at) => {
    const weighed = at % 2 === 0 ? digit : digit * 2
    return all + (weighed > 9 ? weighed - 9 : weighed)
  }, 0)
  return sum % 10 === 0
}

/** By the check digits of ISO 13616 (mod 97). */
function isIban(text: string): boolean {
  const bare = text.replaceAll(' ', '')
  if (bare.length < 15 || bare.length > 34) return false
  const moved = bare.slice(4) + bare.slice(0, 4)
  let rest = 0
  for (const character of moved) {
    const value = Number.parseInt(character, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest === 1
}

function isAddress(text: string): boolean {
  const parts = text.split('.').map(Number)
  // Loopback and "any" say nothing of anybody.
  return parts.every((part) => part <= 255) && parts[0] !== 127 && parts[0] !== 0
}
