import { withoutShapes } from './secret-shapes.ts'

const LONGEST_TEXT = 500
const MARK = '•••'
const DEEPEST = 3
const MOST = 20

/** What a client or a server sent has no place in a log. */
const PAYLOADS = new Set(['params', 'arguments', 'result', 'body', 'content'])
/** Names of what is never told, whatever it holds. */
const SECRET_NAME = /token|secret|password|passwd|authorization|cookie|credential|api.?key$/i
/** Our API keys, bearer tokens, and what services commonly hand out. */
const SECRET_TEXT =
  /\bsk_mt_[\w-]+|\bbearer\s+[\w.~+/=-]{8,}|\b(?:sk|ghp|gho|github_pat|xox[abp])[-_][\w-]{12,}/gi

/** A copy of a log entry's facts that may be shown: small, and without what nobody should read. */
export function showableFacts(
  facts: object,
  longest = LONGEST_TEXT,
): Record<string, unknown> | null {
  const shown = showable(facts, { depth: 0, longest }) as Record<string, unknown>
  return Object.keys(shown).length > 0 ? shown : null
}

export function showableText(text: string, longest = LONGEST_TEXT): string {
  const masked = withoutShapes(text.replaceAll(SECRET_TEXT, MARK), MARK)
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
