import type { JsonObject } from '../../json-rpc.ts'
import { indexTools, type ToolIndex } from './tool-index.ts'

/** Searches lists of tools; what it made of a list is there for the same list again. */
export interface ToolSearch {
  search(tools: readonly JsonObject[], question: string, limit: number): Promise<JsonObject[]>
}

/** Clients may see different lists, where a middleware of a person's own says so. */
const MAX_KEPT = 4

type Kept = { tools: readonly JsonObject[]; index: Promise<ToolIndex> }

export function openToolSearch(): ToolSearch {
  let kept: Kept[] = []

  function indexOf(tools: readonly JsonObject[]): Promise<ToolIndex> {
    const known = kept.find((one) => areSame(one.tools, tools)) ?? {
      ...{ tools, index: indexTools(tools) },
    }
    kept = [known, ...kept.filter((one) => one !== known)].slice(0, MAX_KEPT)
    return known.index
  }

  return {
    async search(tools, question, limit) {
      const index = await indexOf(tools)
      return index.search(question, limit).map((at) => tools[at] ?? {})
    },
  }
}

function areSame(before: readonly JsonObject[], now: readonly JsonObject[]): boolean {
  return before.length === now.length && before.every((tool, at) => isSame(tool, now[at]))
}

/** Lists are made anew all the time, of definitions that are not. */
function isSame(before: JsonObject, now: JsonObject | undefined): boolean {
  if (before === now) return true
  return (
    before.name === now?.name &&
    before.title === now?.title &&
    before.description === now?.description &&
    before.inputSchema === now?.inputSchema
  )
}
