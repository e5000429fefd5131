import {
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  stringify,
  type Document,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import type { Entry, Format, Place } from './format.ts'
import {
  BrokenFile,
  indentOf,
  laidOut,
  lineEnd,
  lineEndOf,
  lineStart,
  nextLine,
  splice,
} from './text.ts'

/** YAML, in the block layout that people write. */
export const YAML_FORMAT: Format = {
  parse(text) {
    const value: unknown = documentOf(text).toJS()
    if (value === null) return {}
    if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>
    throw new BrokenFile('it is not a mapping', 1)
  },
  put(text, place, entry) {
    const eol = lineEndOf(text)
    const added = place.isList ? [entry.value] : { [entry.name]: entry.value }
    const member = stringify(added, LAYOUT).trimEnd()
    const pair = pairOf(documentOf(text), place.key)
    if (!pair) {
      const start = text === '' || text.endsWith('\n') ? text : text + eol
      return `${start}${place.key}:${eol}  ${laidOut(member, '  ', eol)}${eol}`
    }
    const { servers, keyEnd } = pair
    if (servers === null || isEmptyFlow(servers)) {
      const at = servers === null ? lineEnd(text, keyEnd) : (servers.range?.[1] ?? keyEnd)
      const from = servers === null ? at : keyEnd
      const colon = servers === null ? '' : ':'
      return splice(text, [from, at], `${colon}${eol}  ${laidOut(member, '  ', eol)}`)
    }
    if (servers.flow) return intoFlow(text, place, { servers, entry })
    const old = itemsOf(servers, place).find(({ name }) => name === entry.name)
    const last = itemsOf(servers, place).at(-1)
    if (!last) throw new BrokenFile(`"${place.key}" cannot be read`)
    const indent = indentOf(text, (old ?? last).start)
    const body = laidOut(member, indent, eol)
    if (old)
      return splice(
        text,
        [lineStart(text, old.start) + indent.length, contentEnd(text, old.end)],
        body,
      )
    const at = contentEnd(text, last.end)
    return splice(text, [at, at], `${eol}${indent}${body}`)
  },
  remove(text, place, name) {
    const pair = pairOf(documentOf(text), place.key)
    const servers = pair?.servers
    if (!pair || !servers) return text
    const items = itemsOf(servers, place)
    const item = items.find((one) => one.name === name)
    if (!item) return text
    if (servers.flow)
      throw new BrokenFile(`"${place.key}" is written in one line: change it by hand`)
    if (items.length === 1) {
      const end = contentEnd(text, item.end)
      return splice(text, [pair.keyEnd, end], place.isList ? ': []' : ': {}')
    }
    return splice(
      text,
      [lineStart(text, item.start), nextLine(text, contentEnd(text, item.end))],
      '',
    )
  },
  write: (value) => stringify(value, LAYOUT),
}

const LAYOUT = { indent: 2, lineWidth: 0, defaultStringType: 'PLAIN' } as const

function documentOf(text: string): Document.Parsed {
  const document = parseDocument(text)
  const [error] = document.errors
  if (error) {
    const reason = error.message.split(' at line ')[0]?.split('\n')[0] ?? 'it is not YAML'
    throw new BrokenFile(
      reason.charAt(0).toLowerCase() + reason.slice(1),
      error.linePos?.[0].line ?? null,
    )
  }
  // What follows the end of a document would be cut off from what is added to it.
  if (/^\.\.\.\s*$/m.test(text))
    throw new BrokenFile('it ends with "...", behind which nothing can be added')
  return document
}

type Servers = YAMLMap | YAMLSeq

/** The servers, `null` where the name stands without a value, and the end of that name. */
function pairOf(
  document: Document.Parsed,
  key: string,
): { servers: Servers | null; keyEnd: number } | null {
  const root = document.contents
  if (root === null) return null
  if (!isMap(root)) throw new BrokenFile('it is not a mapping', 1)
  const pair = root.items.find((item) => isScalar(item.key) && item.key.value === key) as
    Pair | undefined
  if (!pair) {
    if (root.flow) throw new BrokenFile('it is written in one line: add the entry by hand', 1)
    return null
  }
  const keyEnd = isScalar(pair.key) ? (pair.key.range?.[1] ?? 0) : 0
  const { value } = pair
  if (value === null || (isScalar(value) && value.value === null)) return { servers: null, keyEnd }
  if (isMap(value) || isSeq(value)) return { servers: value, keyEnd }
  throw new BrokenFile(`"${key}" is not a list of servers`)
}

type Item = { name: string; start: number; end: number }

function itemsOf(servers: Servers, { isList }: Place): Item[] {
  if (isList !== isSeq(servers)) throw new BrokenFile('its servers are not laid out as expected')
  return servers.items.flatMap((item) => {
    if (isList) {
      if (!isMap(item) || !item.range) return []
      return [{ name: String(item.get('name') ?? ''), start: item.range[0], end: item.range[1] }]
    }
    const { key, value } = item as Pair
    if (!isScalar(key) || !key.range) return []
    const range = (value as { range?: [number, number, number] } | null)?.range
    return [{ name: String(key.value), start: key.range[0], end: range?.[1] ?? key.range[1] }]
  })
}

/** The end of the last line of a value, with the comment behind it. */
function contentEnd(text: string, end: number): number {
  // The range of a block ends on the line below it.
  const trimmed = text.slice(0, end).trimEnd().length
  return lineEnd(text, trimmed)
}

function isEmptyFlow(servers: Servers): boolean {
  return servers.flow === true && servers.items.length === 0
}

function intoFlow(
  text: string,
  place: Place,
  { servers, entry }: { servers: Servers; entry: Entry },
): string {
  if (itemsOf(servers, place).some(({ name }) => name === entry.name)) {
    throw new BrokenFile(`"${place.key}" is written in one line: change it by hand`)
  }
  const value = JSON.stringify(entry.value)
  const member = place.isList ? value : `${JSON.stringify(entry.name)}: ${value}`
  const last = (servers.range?.[1] ?? 0) - 1
  const at = text.slice(0, last).trimEnd().length
  return splice(text, [at, at], `, ${member}`)
}
