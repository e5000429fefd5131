import { z } from 'zod'
import { itemRule, toolRule, type ItemRule, type ToolRule } from '../../../../shared/namespace.ts'
import { isObject, RpcError, type JsonObject } from '../../json-rpc.ts'
import { completedPrompt, type Call, type Handler, type Middleware } from '../call.ts'
import { ORIGIN, type Catalog, type Listed } from '../catalog.ts'
import { hashed } from '../exposed-names.ts'
import type { ItemRules } from '../item-rules.ts'
import { unknownPrompt, unknownTool } from '../unknown.ts'

/** The names and words of a namespace. */
export const overridesOptions = z.strictObject({
  tools: z.array(toolRule.omit({ enabled: true })),
  items: z.array(itemRule.omit({ enabled: true })),
})

type Renaming = {
  /** The name a client uses → the catalog's name. */
  toCatalog: Map<string, string>
  /** The catalog's name → the name a client uses. */
  toClient: Map<string, string>
}

/** How the tools or the prompts of a catalog are shown to clients. */
export type Presentation<Rule extends Words = ToolRule> = Renaming & {
  /** The item as clients see it; one that is of no server stays as it is. */
  show(item: Listed): Listed
  ruleOf(item: Listed): Rule | undefined
}

type Words = Pick<ToolRule, 'name' | 'title' | 'description'>

/** What the namespace's rules make of a catalog's tools: one answer for lists, calls and people. */
export function presentTools(catalog: Catalog, rules: readonly ToolRule[]): Presentation {
  const byTool = new Map(rules.map((rule) => [keyOf(rule.serverId, rule.tool), rule]))
  const ruleOf = (tool: Listed) => byTool.get(keyOf(tool[ORIGIN].serverId, tool[ORIGIN].name))
  return present(catalog.tools, ruleOf, withAnnotations)
}

export function presentPrompts(catalog: Catalog, items: ItemRules): Presentation<ItemRule> {
  const ruleOf = ({ [ORIGIN]: { serverId, name } }: Listed) =>
    items.ruleOf(serverId, 'prompt', name)
  return present(catalog.prompts, ruleOf, withWords)
}

function present<Rule extends Words>(
  items: readonly Listed[],
  ruleOf: (item: Listed) => Rule | undefined,
  apply: (item: Listed, rule: Rule) => Listed,
): Presentation<Rule> {
  const renaming = rename(items, ruleOf)
  const origins = new Map(items.map((item) => [item.name, item[ORIGIN]]))

  function show(given: Listed): Listed {
    // A copy that somebody's own middleware has made may have lost where it comes from.
    const origin = given[ORIGIN] ?? origins.get(given.name)
    if (!origin) return given
    const item = given[ORIGIN] ? given : { ...given, [ORIGIN]: origin }
    const rule = ruleOf(item)
    const name = renaming.toClient.get(String(item.name))
    const renamed = name === undefined ? item : { ...item, name }
    return rule ? apply(renamed, rule) : renamed
  }

  return { ...renaming, show, ruleOf }
}

export type Presentations = {
  tools: Presentation
  prompts: Presentation<ItemRule>
  items: ItemRules
}

/**
 * Shows what is offered under the name, title, description and annotations that the namespace gives
 * it. A renamed tool or prompt answers to its new name only; URIs stay as they are.
 */
export function overrides({ tools, prompts, items }: Presentations): Middleware {
  const shown = new Map<string, readonly [key: string, show: (item: Listed) => Listed]>([
    ['tools/list', ['tools', tools.show]],
    ['prompts/list', ['prompts', prompts.show]],
    ['resources/list', ['resources', showResources('resource', items)]],
    ['resources/templates/list', ['resourceTemplates', showResources('template', items)]],
  ])
  return (next) =>
    function overrides(call) {
      const named = nameIn(call)
      if (named) {
        const { toCatalog, toClient } = named.kind === 'tool' ? tools : prompts
        const known = toCatalog.get(named.name)
        if (known !== undefined) return callRenamed(next, call, { ...named, known })
        if (toClient.has(named.name)) return Promise.reject(UNKNOWN[named.kind](named.name))
      }
      const list = shown.get(call.method)
      return list ? showing(next(call), list) : next(call)
    }
}

async function showing(
  listing: Promise<JsonObject>,
  [key, show]: readonly [key: string, show: (item: Listed) => Listed],
): Promise<JsonObject> {
  const result = await listing
  return { ...result, [key]: (result[key] as Listed[]).map(show) }
}

const UNKNOWN = { tool: unknownTool, prompt: unknownPrompt }

type Named = {
  kind: keyof typeof UNKNOWN
  name: string
  /** The parameters with another name. */
  rename(name: string): JsonObject
}

/** The tool or the prompt that a request is about. */
function nameIn(call: Call): Named | null {
  const { method, params } = call
  const { name } = params
  if ((method === 'tools/call' || method === 'prompts/get') && typeof name === 'string') {
    const kind = method === 'tools/call' ? 'tool' : 'prompt'
    return { kind, name, rename: (other) => ({ ...params, name: other }) }
  }
  const prompt = completedPrompt(call)
  if (typeof prompt !== 'string' || !isObject(params.ref)) return null
  const { ref } = params
  return {
    ...{ kind: 'prompt', name: prompt },
    rename: (other) => ({ ...params, ref: { ...ref, name: other } }),
  }
}

/** Asks by the catalog's name; a refusal names the thing as the client did. */
async function callRenamed(
  next: Handler,
  call: Call,
  { kind, name, known, rename: renamed }: Named & { known: string },
): Promise<JsonObject> {
  try {
    return await next({ ...call, params: renamed(known) })
  } catch (error) {
    // Made only here: an error that nobody sees costs as much as all else of a call.
    const refused = error instanceof RpcError && error.message === UNKNOWN[kind](known).message
    throw refused ? UNKNOWN[kind](name) : error
  }
}

/** A name that a person chose wins; what had it already gets the treatment of a collision. */
function rename(items: readonly Listed[], ruleOf: (item: Listed) => Words | undefined): Renaming {
  const toClient = new Map<string, string>()
  for (const item of items) {
    const name = ruleOf(item)?.name
    if (name && name !== item.name) toClient.set(String(item.name), name)
  }
  const chosen = new Set(toClient.values())
  // What a server calls a tool so that it is made of another's name, is no name to give to that.
  const taken = new Set([...chosen, ...items.map(({ name }) => String(name))])
  for (const item of items) {
    const name = String(item.name)
    if (!chosen.has(name) || toClient.has(name)) continue
    const other = freeName(item[ORIGIN], taken)
    taken.add(other)
    toClient.set(name, other)
  }
  const toCatalog = new Map([...toClient].map(([catalogName, name]) => [name, catalogName]))
  return { toCatalog, toClient }
}

function freeName({ server, name, serverId }: Listed[typeof ORIGIN], taken: Set<string>): string {
  const full = `${server}__${name}`
  let other = hashed(full)
  for (let more = 0; taken.has(other); more += 1) {
    other = hashed(full, { digits: 12, seed: `${full}\n${serverId}\n${more}` })
  }
  return other
}

function showResources(kind: 'resource' | 'template', items: ItemRules) {
  return (item: Listed): Listed => {
    if (!item[ORIGIN]) return item
    const { serverId, name } = item[ORIGIN]
    const rule = items.ruleOf(serverId, kind, name)
    return rule ? withWords(item, rule) : item
  }
}

function withWords(item: Listed, { title, description }: Words): Listed {
  const shown: Listed = { ...item }
  if (title !== null) shown.title = title
  if (description !== null) shown.description = description
  return shown
}

function withAnnotations(tool: Listed, rule: ToolRule): Listed {
  const shown = withWords(tool, rule)
  if (rule.annotations !== null) {
    shown.annotations = {
      ...(isObject(tool.annotations) ? tool.annotations : {}),
      ...rule.annotations,
    }
  }
  return shown
}

function keyOf(serverId: string, tool: string): string {
  return `${serverId}\n${tool}`
}
