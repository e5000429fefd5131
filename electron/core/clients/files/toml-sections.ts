import { parse } from '@decimalturn/toml-patch'

/** What one `[header]` of a TOML text rules over. */
export type Section = {
  /** The names in its header. */
  path: string[]
  /** Where its header's line begins. */
  start: number
  /** The end of its last line with something in it: comments behind belong to what comes next. */
  end: number
}

/** The sections of a valid TOML text, in order. */
export function sectionsOf(text: string): Section[] {
  const sections: Section[] = []
  for (const line of statements(text)) {
    const source = text.slice(line.start, line.end)
    if (/^\s*\[/.test(source)) {
      sections.push({ path: namesIn(source), start: line.start, end: line.end })
      continue
    }
    const section = sections.at(-1)
    if (section) section.end = line.end
  }
  return sections
}

/** Each key with its value, or header, with all lines that it takes; without their last line break. */
function* statements(text: string): Generator<{ start: number; end: number }> {
  let start = 0
  while (start < text.length) {
    const end = endOfStatement(text, start)
    const source = text.slice(start, end)
    if (source.trim() !== '' && !/^\s*#/.test(source)) {
      yield { start, end: source.endsWith('\r') ? end - 1 : end }
    }
    start = end + 1
  }
}

/** The line break behind a statement: not one in a string of three quotes, nor inside of brackets. */
function endOfStatement(text: string, start: number): number {
  const isHeader = /^[ \t]*\[/.test(text.slice(start))
  let depth = 0
  let at = start
  while (at < text.length) {
    const char = text[at]
    if (char === '"' || char === "'") at = endOfString(text, at)
    else if (char === '#') at = lineBreak(text, at) - 1
    else if (!isHeader && (char === '[' || char === '{')) depth++
    else if (!isHeader && (char === ']' || char === '}')) depth--
    else if (char === '\n' && depth <= 0) return at
    at++
  }
  return text.length
}

/** The last quote of the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  const quote = text[start] ?? ''
  const fence = text.startsWith(quote.repeat(3), start) ? quote.repeat(3) : quote
  let at = start + fence.length
  while (at < text.length && !text.startsWith(fence, at)) {
    at += quote === '"' && text[at] === '\\' ? 2 : 1
  }
  // Up to two further quotes may belong to the string.
  while (fence.length === 3 && text[at + 3] === quote) at++
  return Math.min(at + fence.length - 1, text.length)
}

function lineBreak(text: string, from: number): number {
  const at = text.indexOf('\n', from)
  return at === -1 ? text.length : at
}

/** The names of a header: the only member of each level of what it alone says. */
function namesIn(header: string): string[] {
  const names: string[] = []
  let level: unknown = parse(`${header}\n`)
  while (typeof level === 'object' && level !== null) {
    const [name, value] =
      Object.entries(Array.isArray(level) ? (level[0] as object) : level)[0] ?? []
    if (name === undefined) break
    names.push(name)
    level = value
  }
  return names
}
