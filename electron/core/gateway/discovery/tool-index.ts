import MiniSearch, { type SearchOptions, type SearchResult } from 'minisearch'
import { isObject, type JsonObject } from '../../json-rpc.ts'
import { ORIGIN, type Listed } from '../catalog.ts'
import { wordsAlike, wordsOf, wordsOfQuestion } from './search-words.ts'

/** Tools that can be asked for in words. */
export interface ToolIndex {
  /** Positions in the list that it was made of, the best first; the first of all is one so called. */
  search(question: string, limit: number): number[]
}

type Document = { id: number } & Record<keyof typeof FIELDS, string>

/** What a server may put into the index by one tool; also what of a question is looked for. */
const MAX_TEXT = 4_000
const MAX_PARAMETERS = 100
const MAX_VALUES = 20
const MAX_QUESTION = 1_000
const MAX_WORDS = 32

/** Others get their turn after so many tools. */
const AT_ONCE = 50

/*
 * `npm run bench:search` says what comes of these numbers. What a tool says first says most of it;
 * parameters are much alike everywhere.
 */
const FIELDS = {
  name: 3,
  title: 1,
  summary: 1.5,
  description: 1.5,
  parameters: 0.1,
  parameterTexts: 0.2,
}
const BM25 = { k: 0.6, b: 0.3, d: 0 }
/** What another word for the same counts, and a longer word that begins so, beside the word itself. */
const ALIKE_WEIGHT = 0.6
const PREFIX_WEIGHT = 0.5
/** What a tool counts whose server the question names, beside others. */
const MEANT_WEIGHT = 2

/** BM25 over what tools say of themselves, the more so the more of the question they answer to. */
export async function indexTools(tools: readonly JsonObject[]): Promise<ToolIndex> {
  const index = new MiniSearch<Document>({
    fields: Object.keys(FIELDS),
    tokenize: wordsOf,
    processTerm: (term) => term,
  })
  await index.addAllAsync(tools.map(documentOf), { chunkSize: AT_ONCE })
  const lookUp = (word: string, options: SearchOptions = {}) =>
    index.search(word, { boost: FIELDS, bm25: BM25, tokenize: (text) => [text], ...options })

  /** Each tool's score for one word of a question: that of the best of what stands for it. */
  function scoresOf(word: string): { scores: Map<number, number>; rarity: number } {
    const scores = new Map<number, number>()
    const note = (hits: readonly { id: unknown; score: number }[], weight: number) => {
      for (const { id, score } of hits) {
        const known = scores.get(Number(id)) ?? 0
        scores.set(Number(id), Math.max(known, score * weight))
      }
    }
    const exact = lookUp(word)
    const isKnown = exact.length > 0
    note(exact, 1)
    if (word.length > 3) {
      // A slip of the pen is looked for only where nobody has the word as it is.
      const fuzzy = !isKnown && word.length > 5 ? 0.2 : false
      note(lookUp(word, { prefix: true, fuzzy }), isKnown ? PREFIX_WEIGHT : 1)
    }
    for (const other of wordsAlike(word)) note(lookUp(other), ALIKE_WEIGHT)
    return { scores, rarity: Math.log(1 + tools.length / (exact.length || scores.size || 1)) }
  }

  const isMeant = openServerNames(tools, lookUp)
  const byName = new Map(tools.map(({ name }, id) => [textOf(name).toLowerCase(), id]))
  return {
    search(question, limit) {
      const asked = question.slice(0, MAX_QUESTION)
      const words = wordsOfQuestion(asked).slice(0, MAX_WORDS)
      const scored = sum(words.map(scoresOf).filter(({ scores }) => scores.size > 0))
      const found = best(scored, isMeant(words))
      const named = byName.get(asked.trim().toLowerCase())
      if (named === undefined) return found.slice(0, limit)
      return [named, ...found.filter((id) => id !== named)].slice(0, limit)
    },
  }
}

/** Tells of which tools the server is named by words: those that hardly any other server's tools say. */
function openServerNames(tools: readonly JsonObject[], lookUp: (word: string) => SearchResult[]) {
  const names = tools.map(
    (tool) => new Set(wordsOf((tool as Partial<Listed>)[ORIGIN]?.server ?? '')),
  )
  function isName(word: string): boolean {
    const own = names.filter((name) => name.has(word)).length
    return own > 0 && lookUp(word).filter(({ id }) => !names[Number(id)]?.has(word)).length <= own
  }
  return (words: readonly string[]) => {
    const said = words.filter(isName)
    return (id: number) => said.some((word) => names[id]?.has(word))
  }
}

type Scored = { id: number; score: number }
type WordScores = { scores: ReadonlyMap<number, number>; rarity: number }

function sum(words: readonly WordScores[]): Scored[] {
  const sums = new Map<number, { score: number; covered: number }>()
  for (const { scores, rarity } of words) {
    for (const [id, score] of scores) {
      const known = sums.get(id) ?? { score: 0, covered: 0 }
      sums.set(id, { score: known.score + score, covered: known.covered + rarity })
    }
  }
  return [...sums].map(([id, { score, covered }]) => ({ id, score: score * covered }))
}

function best(scored: readonly Scored[], isMeant: (id: number) => boolean): number[] {
  return scored
    .map(({ id, score }) => ({ id, score: isMeant(id) ? score * MEANT_WEIGHT : score }))
    .toSorted((a, b) => b.score - a.score || a.id - b.id)
    .map(({ id }) => id)
}

function documentOf(tool: JsonObject, id: number): Document {
  const { name, title, description, annotations, inputSchema } = tool
  const parameters = parametersOf(inputSchema)
  const hints = isObject(annotations) ? annotations : {}
  const said = textOf(description)
  return {
    id,
    name: textOf(name),
    title: textOf(title) || textOf(hints.title),
    summary: said.split(/(?<=[.!?])\s|\n/, 1)[0] ?? '',
    description: said,
    parameters: parameters.map(([parameter]) => parameter).join(' '),
    parameterTexts: parameters.map(([, text]) => text).join(' '),
  }
}

/** Names of parameters with what is said of them, also of those inside of others. */
function parametersOf(schema: unknown): [name: string, text: string][] {
  const found: [string, string][] = []
  const open = [schema]
  while (open.length > 0 && found.length < MAX_PARAMETERS) {
    const next = open.shift()
    if (!isObject(next)) continue
    const { properties, items } = next
    if (isObject(items)) open.push(items)
    if (!isObject(properties)) continue
    for (const [name, property] of Object.entries(properties)) {
      found.push([name, isObject(property) ? saidOf(property) : ''])
      open.push(property)
    }
  }
  return found.slice(0, MAX_PARAMETERS)
}

/** What is said of a parameter, and the words that it may be. */
function saidOf({ description, enum: values }: JsonObject): string {
  const words = Array.isArray(values) ? values.slice(0, MAX_VALUES).map(textOf) : []
  return [textOf(description), ...words].join(' ')
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MAX_TEXT) : ''
}
