import { findNodeAtLocation, parseTree, type Node } from 'jsonc-parser'
import { parseJsonc } from '../../jsonc.ts'
import { InvalidInput } from '../../problems.ts'
import type { Entry, Format } from './format.ts'
import { BrokenFile, indentOf, laidOut, lineEndOf, lineStart, nextLine, splice } from './text.ts'

/** JSON as people write it, with comments and commas before the closing bracket. */
export const JSON_FORMAT: Format = {
  parse(text) {
    if (text.trim() === '') return {}
    const value = parsed(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>
    }
    throw new BrokenFile('it is not an object', 1)
  },
  put(text, { key }, entry) {
    if (text.trim() === '') return JSON_FORMAT.write({ [key]: { [entry.name]: entry.value } })
    const root = treeOf(text)
    const servers = findNodeAtLocation(root, [key])
    if (!servers) return insert(text, root, { name: key, value: { [entry.name]: entry.value } })
    if (servers.type !== 'object') throw new BrokenFile(`"${key}" is not an object`)
    const old = findNodeAtLocation(servers, [entry.name])
    if (!old) return insert(text, servers, entry)
    const isInline = !text.slice(servers.offset, servers.offset + servers.length).includes('\n')
    const put = isInline ? onOneLine(text, entry.value) : lines(text, entry.value, old.offset)
    return splice(text, [old.offset, old.offset + old.length], put)
  },
  remove(text, { key }, name) {
    const servers = findNodeAtLocation(treeOf(text), [key])
    const value = servers && findNodeAtLocation(servers, [name])
    return value?.parent && servers ? withoutProperty(text, servers, value.parent) : text
  },
  write: (value) => `${JSON.stringify(value, null, 2)}\n`,
}

function parsed(text: string): unknown {
  try {
    return parseJsonc(text, '')
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
    const [{ message, path } = { message: 'it is not JSON', path: [] }] = error.problems
    const [, line, reason] = /^line (\d+), column \d+: (.*)$/.exec(message) ?? []
    if (line && reason) throw new BrokenFile(reason, Number(line))
    const again = /line (\d+)/.exec(message)?.[1]
    throw new BrokenFile(`"${path.join('.')}" ${message}`, again ? Number(again) : null)
  }
}

function treeOf(text: string): Node {
  const root = parseTree(text, [], { allowTrailingComma: true })
  if (root?.type !== 'object') throw new BrokenFile('it is not an object', 1)
  return root
}

/** Adds a member at the end of an object. */
function insert(text: string, object: Node, { name, value }: Entry): string {
  const [start, end] = [object.offset, object.offset + object.length]
  const last = object.children?.at(-1)
  const inside = text.slice(start, end)
  const isInline = !inside.includes('\n') && (last !== undefined || !isBare(text))
  const label = JSON.stringify(name)
  if (isInline) {
    const member = `${label}${colon(text)}${onOneLine(text, value)}`
    if (!last) return splice(text, [start + 1, end - 1], member)
    const at = last.offset + last.length
    return splice(text, [at, at], `,${isCompact(text) ? '' : ' '}${member}`)
  }
  const eol = lineEndOf(text)
  const outer = indentOf(text, start)
  const indent =
    last && isFirstOnLine(text, last) ? indentOf(text, last.offset) : outer + unit(text)
  const body = laidOut(JSON.stringify(value, null, unit(text)), indent, eol)
  const member = `${eol}${indent}${label}: ${body}`
  if (!last) {
    const at = start + 1 + inside.slice(1, -1).trimEnd().length
    const closing = text.slice(at, end - 1).includes('\n') ? '' : `${eol}${outer}`
    const put = text.slice(at, end - 1).includes('\n') ? [at, at] : [at, end - 1]
    return splice(text, put as [number, number], `${member}${closing}`)
  }
  const { comma, after } = whatFollows(text, last.offset + last.length)
  if (comma !== null) return splice(text, [after, after], `${member},`)
  const at = last.offset + last.length
  return splice(splice(text, [after, after], member), [at, at], ',')
}

/**
 * What stands behind a member: its comma, and where the comments end that are on the same line, which
 * belong to it.
 */
function whatFollows(text: string, offset: number): { comma: number | null; after: number } {
  const token = /\s+|\/\/[^\r\n]*|\/\*[^]*?\*\/|,/y
  token.lastIndex = offset
  let comma: number | null = null
  let after = offset
  for (let found = token.exec(text); found; found = token.exec(text)) {
    const [source] = found
    const end = found.index + source.length
    const isSameLine = !text.slice(after, found.index).includes('\n')
    if (source === ',') {
      if (comma !== null) break
      comma = found.index
      after = end
    } else if (source.startsWith('/') && isSameLine) after = end
  }
  return { comma, after }
}

function withoutProperty(text: string, object: Node, property: Node): string {
  const members = object.children ?? []
  const index = members.indexOf(property)
  const end = property.offset + property.length
  const { comma, after } = whatFollows(text, end)
  const isOwnLine = isFirstOnLine(text, property)
  if (comma !== null) {
    if (!isOwnLine) return splice(text, [property.offset, skipBlanks(text, comma + 1)], '')
    return splice(text, [lineStart(text, property.offset), restOfLine(text, after)], '')
  }
  if (members.length === 1) {
    const isAlone = /^\{\s*$/.test(text.slice(object.offset, property.offset))
    const isEnd = /^\s*\}$/.test(text.slice(after, object.offset + object.length))
    if (isAlone && isEnd)
      return splice(text, [object.offset + 1, object.offset + object.length - 1], '')
  }
  const above = endOfLineBefore(text, property.offset)
  // What closes the object on the same line may not end up behind a comment on the line above.
  const isOpen = restOfLine(text, after) === after && after < text.length
  const isBlocked = isOpen && text.slice(lineStart(text, above), above).includes('//')
  const from = isOwnLine && !isBlocked ? above : property.offset
  const without = splice(text, [from, after], '')
  const previous = members[index - 1]
  if (!previous) return without
  const between = whatFollows(text, previous.offset + previous.length).comma
  if (between === null) return without
  // Inline, the blank behind the comma goes as well.
  return splice(without, [between, isOwnLine ? between + 1 : Math.max(between + 1, from)], '')
}

function restOfLine(text: string, offset: number): number {
  const end = nextLine(text, offset)
  return text.slice(offset, end).trim() === '' ? end : offset
}

function endOfLineBefore(text: string, offset: number): number {
  const start = lineStart(text, offset)
  return text[start - 2] === '\r' ? start - 2 : Math.max(start - 1, 0)
}

function skipBlanks(text: string, offset: number): number {
  return offset + (/^[ \t]*/.exec(text.slice(offset))?.[0].length ?? 0)
}

function isFirstOnLine(text: string, node: Node): boolean {
  return text.slice(lineStart(text, node.offset), node.offset).trim() === ''
}

function lines(text: string, value: object, offset: number): string {
  return laidOut(JSON.stringify(value, null, unit(text)), indentOf(text, offset), lineEndOf(text))
}

function onOneLine(text: string, value: object): string {
  // A line break in the output is layout only: inside of strings it is written `\n`.
  return isCompact(text)
    ? JSON.stringify(value)
    : JSON.stringify(value, null, 1).replaceAll(/\n\s*/g, ' ')
}

/** `{}` alone, which says nothing of how its writer lays out a file. */
function isBare(text: string): boolean {
  return /^\s*\{\s*\}\s*$/.test(text) || text.includes('\n')
}

function isCompact(text: string): boolean {
  return !text.includes('": ')
}

function colon(text: string): string {
  return isCompact(text) ? ':' : ': '
}

/** One step of indentation: that of the first line that has any. */
function unit(text: string): string {
  return /\n([ \t]+)"/.exec(text)?.[1] ?? '  '
}
