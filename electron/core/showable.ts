import { withoutShapes } from './secret-shapes.ts'

const LONGEST_TEXT = 500
const MARK = '•••'
const DEEPEST = 3
const MOST = 20

/** What a client or a server sent has no place in a log. */
const PAYLOADS = new Set(['params', 'arguments', 'result', 'body', 'content'])
/** Names of what is never told, whatever it holds. */
const SECRET_NAME =
  /token|secret|password|passwd|passphrase|authorization|cookie|credential|(?:api|private).?key$|^pwd$|^x-auth$/i
/** Our API keys, bearer tokens, and what services commonly hand out. */
const SECRET_TEXT =
  /\bsk_mt_[\w-]+|\bbearer\s+[\w.~+/=-]{8,}|\b(?:sk|ghp|gho|github_pat|xox[abp]|xapp)[-_][\w-]{12,}|\b(?:npm|hf)_[a-z0-9]{20,}/gi
/**
 * What follows the name of a secret: in the query of an address, a connection string, JSON, a line of
 * headers. Each begins at a word, and nothing repeats within a repetition: it takes linear time.
 */
const NAMED: readonly RegExp[] = [
  /((?:token|secret|password|passwd|passphrase|pwd|credentials?|api[-_]?key)=)[^\s&"'#;,]+/gi,
  /((?:token|secret|password|passwd|passphrase|pwd|credentials?|api[-_]?key)\\?":\s?\\?")[^"\\]+/gi,
  /((?:authorization|cookie|x-api-key):\s?)[^\r\n"']+/gi,
  // Addresses with a password that should have been encoded, or with nothing but a token.
  /(:\/\/)[^\s/@:"']{0,200}:(?!\d{1,5}(?:[/?#\s]|$))[^\s@]{0,200}(?=@)/g,
  /(:\/\/)[^\s/@:"']{16,200}(?=@)/g,
]

/** A copy of a log entry's facts that may be shown: small, and without what nobody should read. */
export function showableFacts(
  facts: object,
  longest = LONGEST_TEXT,
): Record<string, unknown> | null {
  const shown = showable(facts, { depth: 0, longest }) as Record<string, unknown>
  return Object.keys(shown).length > 0 ? shown : null
}

export function showableText(text: string, longest = LONGEST_TEXT): string {
  const shaped = withoutShapes(text.replaceAll(SECRET_TEXT, MARK), MARK)
  const masked = NAMED.reduce((all, named) => all.replaceAll(named, `$1${MARK}`), shaped)
  return masked.length > longest ? `${masked.slice(0, longest)}…` : masked
}

function showable(value: unknown, at: { depth: number; longest: number }): unknown {
  if (typeof value === 'string') return showableText(value, at.longest)
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Error) return showableText(value.message, at.longest)
  if (typeof value !== 'object' || value === null) return isPlain(value) ? value : undefined
  if (at.depth >= DEEPEST) return '…'
  const below = { ...at, depth: at.depth + 1 }
  if (Array.isArray(value)) return value.slice(0, MOST).map((one) => showable(one, below))
  const entries = Object.entries(value)
    .filter(([name]) => !PAYLOADS.has(name))
    .slice(0, MOST)
    .map(([name, one]) => [name, isSecret(name, one) ? MARK : showable(one, below)])
  return Object.fromEntries(entries)
}

/** A number of tokens is no secret. */
function isSecret(name: string, value: unknown): boolean {
  return SECRET_NAME.test(name) && !isPlain(value)
}

function isPlain(value: unknown): boolean {
  return value === null || typeof value === 'number' || typeof value === 'boolean'
}
