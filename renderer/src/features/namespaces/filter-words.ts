import type { OfferedServer, OfferedTool } from '../../../../shared/offer.ts'
import { hintsOf } from './hints.ts'
import { isHeld } from './held.ts'

/** A word of the filter that is more than text. */
type FilterWord =
  | { raw: string; kind: 'on' | 'off' | 'held' | 'changed' | 'read-only' | 'destructive' }
  | { raw: string; kind: 'server'; server: string }
  | { raw: string; kind: 'over' | 'under'; tokens: number }

export type Filter = { words: readonly FilterWord[]; terms: readonly string[] }

/** The words that stand for themselves, as they are offered. */
export const PLAIN_WORDS = ['on', 'off', 'held', 'changed', 'read-only', 'destructive'] as const

/** `server:github off >300 search`: known words narrow by what a tool is, the rest is sought in it. */
export function parseFilter(text: string): Filter {
  const words: FilterWord[] = []
  const terms: string[] = []
  for (const raw of text.toLowerCase().split(/\s+/).filter(Boolean)) {
    const word = wordOf(raw)
    if (word) words.push(word)
    else terms.push(raw)
  }
  return { words, terms }
}

export function isEmpty({ words, terms }: Filter): boolean {
  return words.length === 0 && terms.length === 0
}

/** The text without that word. */
export function withoutWord(text: string, raw: string): string {
  return text
    .split(/\s+/)
    .filter((part) => part.toLowerCase() !== raw)
    .join(' ')
    .trim()
}

export function matches(filter: Filter, server: OfferedServer, tool: OfferedTool): boolean {
  if (!filter.words.every((word) => holds(word, server, tool))) return false
  if (filter.terms.length === 0) return true
  const hay = hayOf(tool)
  return filter.terms.every((term) => hay.includes(term))
}

function wordOf(raw: string): FilterWord | null {
  const plain = PLAIN_WORDS.find((word) => word === raw)
  if (plain) return { raw, kind: plain }
  const server = /^server:(.+)$/.exec(raw)?.[1]
  if (server !== undefined) return { raw, kind: 'server', server }
  const size = /^([<>])(\d{1,6})$/.exec(raw)
  if (size) return { raw, kind: size[1] === '>' ? 'over' : 'under', tokens: Number(size[2]) }
  return null
}

function holds(word: FilterWord, server: OfferedServer, tool: OfferedTool): boolean {
  switch (word.kind) {
    case 'on':
      return tool.hiddenBy === null
    case 'off':
      return tool.hiddenBy !== null
    case 'held':
      return isHeld(tool)
    case 'changed':
      return tool.isChanged || Object.keys(tool.changed).length > 0
    case 'read-only':
      return hintsOf(tool).readOnlyHint === true
    case 'destructive':
      return hintsOf(tool).destructiveHint === true
    case 'server':
      return server.name.toLowerCase().includes(word.server)
    case 'over':
      return tool.tokens > word.tokens
    case 'under':
      return tool.tokens < word.tokens
  }
}

/** Made once for each tool: two thousand of them are sought through at every key. */
const hays = new WeakMap<OfferedTool, string>()

function hayOf(tool: OfferedTool): string {
  const known = hays.get(tool)
  if (known !== undefined) return known
  const { name, exposed, changed } = tool
  const title = changed.title ?? tool.title ?? ''
  const hay = [name, exposed, tool.tool, title, changed.description ?? tool.description ?? '']
    .join('\n')
    .toLowerCase()
  hays.set(tool, hay)
  return hay
}
