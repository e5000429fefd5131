import type { ToolFlag } from '../../shared/trust.ts'
import { hiddenIn } from '../../shared/hidden-characters.ts'
import { isObject } from './json-rpc.ts'

type Definition = Readonly<Record<string, unknown>>

/** Of one definition; what is longer is said to be unread. A real one has a few thousand. */
const MAX_CHARACTERS = 60_000
const MAX_DEPTH = 32
const MAX_FLAGS = 20
/** Sentences are looked at in pieces of twice that, each of which overlaps the one before. */
const HALF_PIECE = 200

/**
 * What a person should know before a model reads a tool's definition: characters that nobody sees,
 * and words that are meant for the model and not about the tool. A hint and no proof: what is found
 * may be harmless, and what is not found, too. `others`: names of other servers' tools.
 */
export function flagsOf(tool: Definition, others: ReadonlySet<string> = new Set()): ToolFlag[] {
  const flags: ToolFlag[] = []
  let left = MAX_CHARACTERS
  for (const { place, text } of textsOf(tool)) {
    if (text.length > left || flags.length >= MAX_FLAGS) {
      return [...flags, { kind: 'unread', place, text: '' }]
    }
    left -= text.length
    const hidden = hiddenIn(text)
    if (hidden) flags.push({ kind: 'hidden', place, ...hidden })
    const words = instructionIn(text, others)
    if (words !== null) flags.push({ kind: 'instruction', place, text: words })
  }
  return flags
}

type Text = { place: string; text: string }

function* textsOf(tool: Definition): Generator<Text> {
  for (const key of ['name', 'title', 'description'] as const) yield* textsIn(tool[key], key, 0)
  for (const key of ['inputSchema', 'outputSchema', 'annotations'] as const) {
    yield* textsIn(tool[key], key, 0)
  }
}

/** All texts of a value, with the names of its fields: a model reads those, too. */
function* textsIn(value: unknown, place: string, depth: number): Generator<Text> {
  if (typeof value === 'string') yield { place, text: value }
  if (depth > MAX_DEPTH) yield { place, text: 'x'.repeat(MAX_CHARACTERS + 1) }
  else if (Array.isArray(value)) {
    for (const [at, one] of value.entries()) yield* textsIn(one, `${place}[${at}]`, depth + 1)
  } else if (isObject(value)) {
    for (const [key, one] of Object.entries(value)) {
      const within = `${place}.${key}`
      yield { place: within, text: key }
      yield* textsIn(one, within, depth + 1)
    }
  }
}

/** Expressions that follow one another in a sentence. Each is looked for once: no text is slow. */
type Sequence = readonly RegExp[]

const HIDES = /\b(?:do not|don't|never|must not|should not|without)\b/
const TELLS =
  /\b(?:tell|telling|inform|informing|mention|mentioning|reveal|revealing|notify|notifying|alert|alerting|disclose|disclosing|let)\b/
const READS = /\b(?:read|open|load|cat|access|fetch|retrieve|send|pass|include|attach)\b/
const PERSON = /\b(?:users?|humans?|person|people)\b/

const SEQUENCES: readonly Sequence[] = [
  [
    /\b(?:ignore|disregard|forget|override)\b/,
    /\b(?:previous|prior|above|earlier|preceding|system|existing|your)\b/,
    /\b(?:instructions?|prompts?|rules|messages|guidelines|directives|commands)\b/,
  ],
  [HIDES, TELLS, PERSON],
  [/\b(?:hide|conceal|keep)\b/, /\bfrom\b/, /\bthe (?:user|human|person)\b/],
  [
    /<\/?\s*(?:important|system|secret|instructions?|critical|admin|hidden|assistant)\b[^<>]{0,40}>/,
  ],
  [
    /\b(?:before|prior to|whenever|each time)\b/,
    /\b(?:us(?:e|ing)|call(?:ing)?|invok(?:e|ing)|run(?:ning)?)\b/,
    READS,
    /\b(?:files?|contents?|credentials?|secrets?|passwords?|tokens?|conversation|history)\b/,
  ],
  [
    /\b(?:also|then|always|must|first|silently|secretly|quietly)\s+(?:send|post|forward|upload|transmit|exfiltrate|bcc|email|copy)\b/,
    /\b(?:to|at)\s+(?:https?:\/\/|[\w.+-]+@[\w-]+\.)/,
  ],
  [
    /(?:~|\$home|%userprofile%|\/home\/[\w.-]+|\/root|\/users\/[\w.-]+)[\\/]\.(?:ssh|aws|gnupg|kube|docker|netrc|npmrc|git-credentials|config\/gcloud|cursor|claude)\b/,
  ],
  [/\bid_(?:rsa|ed25519|ecdsa|dsa)\b/],
  [/\/etc\/(?:passwd|shadow)\b/],
  [/\.aws\/credentials\b|\.cursor\/mcp\.json|claude_desktop_config\.json/],
]

const INSTEAD = /\b(?:instead of|rather than|in place of|in preference to)\b/

/** The piece of a sentence that speaks to the model; `null`: none was found. */
function instructionIn(text: string, others: ReadonlySet<string>): string | null {
  // Most texts of a schema are one plain word.
  if (/^[\w-]*$/.test(text) && !text.startsWith('id_')) return null
  for (const sentence of sentencesOf(text)) {
    const small = sentence.toLowerCase()
    if (SEQUENCES.some((steps) => followsAll(small, steps))) return sentence.trim()
    if (turnsAway(sentence, others)) return sentence.trim()
  }
  return null
}

/** Without what nobody sees: a letter between two others must not hide a word. */
function* sentencesOf(text: string): Generator<string> {
  const plain = text
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '')
    .replaceAll(/\s+/g, ' ')
  for (const sentence of plain.split(/(?<=[.!?]) /)) {
    for (let at = 0; at === 0 || at + HALF_PIECE < sentence.length; at += HALF_PIECE) {
      yield sentence.slice(at, at + 2 * HALF_PIECE)
    }
  }
}

function followsAll(sentence: string, steps: Sequence): boolean {
  let rest = sentence
  for (const step of steps) {
    const found = step.exec(rest)
    if (!found) return false
    rest = rest.slice(found.index + found[0].length)
  }
  return true
}

/** Whether it says to use this tool where a model would use one of another server. */
function turnsAway(sentence: string, others: ReadonlySet<string>): boolean {
  const found = INSTEAD.exec(sentence.toLowerCase())
  if (!found || others.size === 0) return false
  const rest = sentence.slice(found.index + found[0].length)
  return rest.split(/[^A-Za-z0-9_-]+/).some((word) => isToolName(word) && others.has(word))
}

/** Names like `search` are words of any sentence. */
function isToolName(word: string): boolean {
  return word.length >= 4 && /[_-]|[a-z][A-Z]/.test(word)
}
