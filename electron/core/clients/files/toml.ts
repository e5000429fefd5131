import { parse, patch, stringify } from '@decimalturn/toml-patch'
import { messageOf } from '../../errors.ts'
import type { Entry, Format, Place } from './format.ts'
import { BrokenFile, lineEndOf, splice } from './text.ts'
import { sectionsOf, type Section } from './toml-sections.ts'

/** TOML, where each server is a section of its own: `[mcp_servers.name]`. */
export const TOML_FORMAT: Format = {
  parse(text) {
    try {
      return parse(text) as Record<string, unknown>
    } catch (error) {
      const line = error instanceof Error && 'line' in error ? Number(error.line) : null
      throw new BrokenFile(reasonIn(messageOf(error)), line)
    }
  },
  put(text, place, entry) {
    const whole = TOML_FORMAT.parse(text)
    const sections = sectionsOf(text)
    const own = sections.filter((section) => isOf(section, place, entry.name))
    const [first] = own
    if (first) {
      const rest = own.slice(1).reduceRight((left, section) => without(left, section), text)
      return splice(rest, [first.start, first.end], block(place, entry, text).trimEnd())
    }
    const servers = whole[place.key]
    const isThere = isTable(servers) && Object.hasOwn(servers, entry.name)
    const isSection = sections.some(({ path }) => path[0] === place.key)
    // A table that was written in one line, `{ … }`, takes no section.
    if (isThere || (servers !== undefined && !isSection)) {
      return patch(text, {
        ...whole,
        [place.key]: { ...(servers as object), [entry.name]: entry.value },
      })
    }
    return append(text, block(place, entry, text))
  },
  remove(text, place, name) {
    const own = sectionsOf(text).filter((section) => isOf(section, place, name))
    if (own.length > 0) return own.reduceRight((left, section) => without(left, section), text)
    const whole = TOML_FORMAT.parse(text)
    const { [name]: _, ...servers } = whole[place.key] as Record<string, unknown>
    return patch(text, { ...whole, [place.key]: servers })
  },
  write: (value) => stringify(value),
}

/** The parser's own sentence, which comes behind the place and the line it quotes. */
function reasonIn(message: string): string {
  const reason = message.split('\n').at(-1)?.trim()
  return reason ? reason.charAt(0).toLowerCase() + reason.slice(1) : 'it is not TOML'
}

function isOf({ path }: Section, { key }: Place, name: string): boolean {
  return path[0] === key && path[1] === name
}

function isTable(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function block({ key }: Place, { name, value }: Entry, text: string): string {
  const header = `[${key}.${/^[\w-]+$/.test(name) ? name : JSON.stringify(name)}]`
  return `${header}\n${inLines(value)}\n`.replaceAll('\n', lineEndOf(text))
}

/** Each field on a line of its own, tables in braces. */
function inLines(value: object): string {
  return Object.entries(value)
    .map(([field, content]) => `${field} = ${inline(content)}`)
    .join('\n')
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  if (!isTable(value)) return JSON.stringify(value)
  const fields = Object.entries(value).map(([name, content]) => {
    const label = /^[\w-]+$/.test(name) ? name : JSON.stringify(name)
    return `${label} = ${inline(content)}`
  })
  return `{ ${fields.join(', ')} }`
}

function append(text: string, put: string): string {
  const eol = lineEndOf(text)
  if (text.trim() === '') return text + put
  if (text.endsWith(`${eol}${eol}`)) return text + put
  // As the file ended before, so does it now.
  return text.endsWith('\n') ? text + eol + put : text + eol + eol + put.trimEnd()
}

function without(text: string, { start, end }: Section): string {
  const eol = lineEndOf(text)
  const before = text.slice(0, start)
  const after = text.slice(text.startsWith(eol, end) ? end + eol.length : end)
  const isApart = before.endsWith(`${eol}${eol}`) && (after === '' || after.startsWith(eol))
  // Of the two blank lines around it one goes too.
  if (isApart)
    return (
      before.slice(0, after === '' && !text.endsWith('\n') ? -2 * eol.length : -eol.length) + after
    )
  return before + after
}
