import { readFileSync } from 'node:fs'
import { ORIGIN } from '../../electron/core/gateway/catalog.ts'
import { indexTools } from '../../electron/core/gateway/discovery/tool-index.ts'
import type { JsonObject } from '../../electron/core/json-rpc.ts'

/** A question in a person's words, and the tools of which any is right. */
type Question = readonly [ask: string, tools: readonly string[]]

/** How many of the questions have a right tool among the first 1, 5 and 10. */
export type Recall = {
  questions: number
  at1: number
  at5: number
  at10: number
  /** Questions without one among the first five. */
  misses: { ask: string; wanted: readonly string[]; found: string[] }[]
}

/** Those that the weights were chosen by, and those that were written afterwards: see README.md here. */
export const SETS = ['questions', 'held-out', 'drawn', 'drawn-later'] as const

const here = (name: string) => new URL(name, import.meta.url)

/** Real definitions, called as an endpoint calls them: see README.md here. */
export function readTools(): JsonObject[] {
  const lines = readFileSync(here('tools.jsonl'), 'utf8').trim().split('\n')
  return lines.map((line) => {
    const { source, tool } = JSON.parse(line) as { source: string; tool: JsonObject }
    const name = String(tool.name)
    const origin = { serverId: source, server: source, name }
    return { ...tool, name: `${source}__${name}`, [ORIGIN]: origin }
  })
}

export async function measureRecall(set: (typeof SETS)[number]): Promise<Recall> {
  const tools = readTools()
  const names = tools.map(({ name }) => String(name))
  const questions = JSON.parse(readFileSync(here(`${set}.json`), 'utf8')) as Question[]
  const index = await indexTools(tools)
  const answers = questions.map(([ask, wanted]) => {
    const unknown = wanted.filter((name) => !names.includes(name))
    if (unknown.length > 0) throw new Error(`There is no tool ${unknown.join(', ')}`)
    const found = index.search(ask, 10).map((at) => names[at] ?? '')
    return { ask, wanted, found, rank: found.findIndex((name) => wanted.includes(name)) }
  })
  const within = (count: number) =>
    answers.filter(({ rank }) => rank >= 0 && rank < count).length / questions.length
  return {
    questions: questions.length,
    ...{ at1: within(1), at5: within(5), at10: within(10) },
    misses: answers.filter(({ rank }) => rank < 0 || rank >= 5),
  }
}
