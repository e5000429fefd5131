const LONGEST_TEXT = 500
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
export function showableFacts(facts: object): Record<string, unknown> | null {
  const shown = showable(facts, 0) as Record<string, unknown>
  return Object.keys(shown).length > 0 ? shown : null
}

export function showableText(text: string): string {
  const masked = text.replaceAll(SECRET_TEXT, '•••')
  return masked.length > LONGEST_TEXT ? `${masked.slice(0, LONGEST_TEXT)}…` : masked
}

function showable(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return showableText(value)
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Error) return showableText(value.message)
  if (typeof value !== 'object' || value === null) return isPlain(value) ? value : undefined
  if (depth >= DEEPEST) return '…'
  if (Array.isArray(value)) return value.slice(0, MOST).map((one) => showable(one, depth + 1))
  const entries = Object.entries(value)
    .filter(([name]) => !PAYLOADS.has(name))
    .slice(0, MOST)
    .map(([name, one]) => [name, isSecret(name, one) ? '•••' : showable(one, depth + 1)])
  return Object.fromEntries(entries)
}

/** A number of tokens is no secret. */
function isSecret(name: string, value: unknown): boolean {
  return SECRET_NAME.test(name) && !isPlain(value)
}

function isPlain(value: unknown): boolean {
  return value === null || typeof value === 'number' || typeof value === 'boolean'
}
