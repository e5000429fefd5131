import { isObject, textOf, type Tab } from './offer.ts'

type JsonObject = Record<string, unknown>

/** One part of what came back, as it is shown; `raw` is it whole. */
export type Block = { role: string | null; raw: JsonObject } & (
  | { kind: 'text'; text: string; mimeType: string | null; uri: string | null }
  | { kind: 'image'; data: string; mimeType: string }
  | { kind: 'audio'; data: string; mimeType: string }
  | { kind: 'file'; data: string; mimeType: string | null; uri: string }
  | { kind: 'link'; uri: string; name: string; description: string | null }
  | { kind: 'unknown' }
)

/** The parts of a result: content of a tool, messages of a prompt, contents of a resource. */
export function blocksOf(tab: Tab, result: JsonObject): Block[] {
  if (tab === 'tools') return listOf(result['content']).map((one) => blockOf(one, null))
  if (tab === 'prompts') return listOf(result['messages']).flatMap(messageBlocks)
  return listOf(result['contents']).map((one) => resourceOf(one, one, null))
}

/** One message of a prompt or a sample, whose content is one part or several. */
export function messageBlocks({ role, content }: JsonObject): Block[] {
  const parts = Array.isArray(content) ? listOf(content) : isObject(content) ? [content] : []
  return parts.map((part) => blockOf(part, textOf(role)))
}

function blockOf(raw: JsonObject, role: string | null): Block {
  const { type, text, data, mimeType, resource, uri } = raw
  if (type === 'text' && typeof text === 'string') {
    return { kind: 'text', text, mimeType: null, uri: null, role, raw }
  }
  if ((type === 'image' || type === 'audio') && typeof data === 'string') {
    const media = mediaType(type, mimeType)
    if (media) return { kind: type, data, mimeType: media, role, raw }
  }
  if (type === 'resource' && isObject(resource)) return resourceOf(resource, raw, role)
  if (type === 'resource_link' && typeof uri === 'string') {
    const name = textOf(raw['title']) ?? textOf(raw['name']) ?? uri
    return { kind: 'link', uri, name, description: textOf(raw['description']), role, raw }
  }
  return { kind: 'unknown', role, raw }
}

function resourceOf(resource: JsonObject, raw: JsonObject, role: string | null): Block {
  const { text, blob } = resource
  const mimeType = textOf(resource['mimeType'])
  const uri = textOf(resource['uri']) ?? ''
  if (typeof text === 'string') return { kind: 'text', text, mimeType, uri, role, raw }
  if (typeof blob !== 'string') return { kind: 'unknown', role, raw }
  for (const kind of ['image', 'audio'] as const) {
    const media = mediaType(kind, mimeType)
    if (media) return { kind, data: blob, mimeType: media, role, raw }
  }
  return { kind: 'file', data: blob, mimeType, uri, role, raw }
}

/** Nothing but what it claims to be goes into an address. */
function mediaType(kind: 'image' | 'audio', mimeType: unknown): string | null {
  const type = typeof mimeType === 'string' ? mimeType.toLowerCase().trim() : ''
  return new RegExp(`^${kind}/[a-z0-9.+-]+$`).test(type) ? type : null
}

function listOf(value: unknown): JsonObject[] {
  return (Array.isArray(value) ? value : []).filter(isObject)
}

/** How a text is best shown. */
export type TextKind = 'json' | 'markdown' | 'plain'

const MARKDOWN =
  /^#{1,6} \S|^\s*[-*] \S.*\n\s*[-*] \S|^\s*\d+\. \S.*\n\s*\d+\. |^```|\[[^\]\n]+\]\([^)\n]+\)|\*\*[^*\n]+\*\*|^\|.+\|\s*\n\|[ :|-]+\|/m

export function textKind({ text, mimeType }: { text: string; mimeType: string | null }): TextKind {
  if (mimeType?.includes('json') || /^\s*[[{]/.test(text)) {
    if (isJson(text)) return 'json'
  }
  if (mimeType === 'text/markdown') return 'markdown'
  if (mimeType !== null && mimeType !== 'text/plain') return 'plain'
  // A whole book is not drawn part by part.
  return text.length < 100_000 && MARKDOWN.test(text) ? 'markdown' : 'plain'
}

function isJson(text: string): boolean {
  if (text.length > 1_000_000) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Rows and columns; `name` is the field that they were in. */
export type Table = {
  name: string | null
  columns: string[]
  rows: readonly Record<string, unknown>[]
}

const MAX_COLUMNS = 12

/** A list of flat objects is a table; so is an object that holds nothing but one. */
export function tableOf(value: unknown): Table | null {
  if (isObject(value)) {
    const [only, ...others] = Object.entries(value)
    if (!only || others.length > 0 || !Array.isArray(only[1])) return null
    const table = tableOf(only[1])
    return table && { ...table, name: only[0] }
  }
  if (!Array.isArray(value) || value.length === 0) return null
  const rows = value.filter(isObject)
  if (rows.length < value.length) return null
  const columns = [...new Set(rows.slice(0, 500).flatMap((row) => Object.keys(row)))]
  const isFlat = rows.every((row) => Object.values(row).every(isPlain))
  return isFlat && columns.length > 0 && columns.length <= MAX_COLUMNS
    ? { name: null, columns, rows }
    : null
}

function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null
}
