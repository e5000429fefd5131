/**
 * Characters that nobody sees, and that a model reads all the same: zero-width ones, controls of
 * writing direction, tags, variation selectors, private use, controls.
 */
const HIDDEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ue000-\uf8ff\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}\u{f0000}-\u{ffffd}\u{100000}-\u{10fffd}]/u

/** Flags of England, Scotland and Wales are the only ones that are written with tags. */
const FLAG =
  /\u{1f3f4}\u{e0067}\u{e0062}(?:\u{e0065}\u{e006e}\u{e0067}|\u{e0073}\u{e0063}\u{e0074}|\u{e0077}\u{e006c}\u{e0073})\u{e007f}/gu
/** Selectors after an emoji, and joiners between two: hands, families, hearts. */
const EMOJI =
  /[\p{Emoji}][\u{1f3fb}-\u{1f3ff}]?[\ufe0e\ufe0f]?(?:\u200d\p{Extended_Pictographic}[\u{1f3fb}-\u{1f3ff}]?\ufe0f?)*/gu
/** Scripts whose letters join otherwise with one of these between them. */
const JOINED =
  /(?<=[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gujarati}\p{Script=Gurmukhi}\p{Script=Kannada}\p{Script=Khmer}\p{Script=Malayalam}\p{Script=Mongolian}\p{Script=Oriya}\p{Script=Sinhala}\p{Script=Tamil}\p{Script=Telugu}])[\u200c\u200d](?=\p{L}|\p{M}|$|\s)/gu
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u
const MARKS = /[\u061c\u200e\u200f]/gu

const AROUND = 40
const MOST_DRAWN = 24

export type Hidden = {
  /** What stands around them, each drawn as `U+200B`. */
  text: string
  /** Which there are, each once. */
  characters: string[]
  /** What tags spell out. */
  spelled?: string
}

/** `null` when there are none but those that writing needs. */
export function hiddenIn(text: string): Hidden | null {
  if (!HIDDEN.test(text)) return null
  const points = [...blanked(text)].map((one) => HIDDEN.test(one))
  const first = points.indexOf(true)
  if (first < 0) return null
  const all = [...text]
  const hidden = all.filter((_, at) => points[at])
  const last = Math.min(points.lastIndexOf(true), first + MOST_DRAWN)
  const shown = all.slice(Math.max(0, first - AROUND), last + AROUND)
  const spelled = spelledBy(hidden)
  return {
    text: shown.map(drawn).join(''),
    characters: [...new Set(hidden.map(nameOf))].slice(0, MOST_DRAWN),
    ...(spelled !== '' && { spelled }),
  }
}

/** Every hidden character of a text as its number, for a person who compares two texts. */
export function drawHidden(text: string): string {
  return HIDDEN.test(text) ? [...text].map(drawn).join('') : text
}

/** The same text, with other characters in the place of hidden ones that it needs. */
function blanked(text: string): string {
  const blank = (match: string) => '-'.repeat([...match].length)
  const joined = text.replaceAll(FLAG, blank).replaceAll(EMOJI, blank).replaceAll(JOINED, blank)
  return RIGHT_TO_LEFT.test(joined) ? joined.replaceAll(MARKS, blank) : joined
}

function drawn(character: string): string {
  return HIDDEN.test(character) ? `⟨${nameOf(character)}⟩` : character
}

function nameOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

/** Tags repeat ASCII at another place: a message that only programs see. */
function spelledBy(hidden: readonly string[]): string {
  const codes = hidden.map((one) => (one.codePointAt(0) ?? 0) - 0xe0000)
  return String.fromCharCode(...codes.filter((code) => code >= 0x20 && code < 0x7f).slice(0, 500))
}
