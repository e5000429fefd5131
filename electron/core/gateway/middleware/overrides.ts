import type { ToolRule } from '../../../../shared/namespace.ts'
import { isObject, RpcError, type JsonObject } from '../../json-rpc.ts'
import type { Call, Handler, Middleware } from '../call.ts'
import { ORIGIN, type Catalog, type Listed } from '../catalog.ts'
import { hashed } from '../exposed-names.ts'
import { unknownTool } from '../unknown.ts'

type Renaming = {
  /** The name a client uses → the catalog's name. */
  toCatalog: Map<string, string>
  /** The catalog's name → the name a client uses. */
  toClient: Map<string, string>
}

/** How the tools of a catalog are shown to clients. */
export type Presentation = Renaming & {
  /** The tool as clients see it; one that is of no server stays as it is. */
  show(tool: Listed): Listed
  ruleOf(tool: Listed): ToolRule | undefined
}

/** What the namespace's rules make of a catalog's tools: one answer for lists, calls and people. */
export function presentTools(catalog: Catalog, rules: readonly ToolRule[]): Presentation {
  const byTool = new Map(rules.map((rule) => [keyOf(rule.serverId, rule.tool), rule]))
  const ruleOf = (tool: Listed) => byTool.get(keyOf(tool[ORIGIN].serverId, tool[ORIGIN].name))
  const renaming = rename(catalog.tools, ruleOf)

  function show(tool: Listed): Listed {
    if (!tool[ORIGIN]) return tool
    const rule = ruleOf(tool)
    const name = renaming.toClient.get(String(tool.name))
    const renamed = name === undefined ? tool : { ...tool, name }
    return rule ? applyRule(renamed, rule) : renamed
  }

  return { ...renaming, show, ruleOf }
}

/**
 * Shows tools under the name, title, description and annotations that the namespace gives them.
 * A renamed tool answers to its new name only.
 */
export function overrides({ show, toCatalog, toClient }: Presentation): Middleware {
  return (next) =>
    async function overrides(call) {
      if (call.method === 'tools/call' && typeof call.params.name === 'string') {
        const { name } = call.params
        const known = toCatalog.get(name)
        if (known !== undefined) return callRenamed(next, call, known)
        if (toClient.has(name)) throw unknownTool(name)
      }
      const result = await next(call)
      if (call.method !== 'tools/list') return result
      return { ...result, tools: (result.tools as Listed[]).map(show) }
    }
}

/** Calls a tool by the catalog's name; a refusal names the tool as the client did. */
async function callRenamed(next: Handler, call: Call, known: string): Promise<JsonObject> {
  const refusal = unknownTool(known)
  try {
    return await next({ ...call, params: { ...call.params, name: known } })
  } catch (error) {
    const refused = error instanceof RpcError && error.message === refusal.message
    throw refused ? unknownTool(call.params.name) : error
  }
}

/** A name that a person chose wins; a tool that had it already gets the treatment of a collision. */
function rename(
  tools: readonly Listed[],
  ruleOf: (tool: Listed) => ToolRule | undefined,
): Renaming {
  const toClient = new Map<string, string>()
  for (const tool of tools) {
    const name = ruleOf(tool)?.name
    if (name && name !== tool.name) toClient.set(String(tool.name), name)
  }
  const chosen = new Set(toClient.values())
  for (const tool of tools) {
    const name = String(tool.name)
    const { server, name: own } = tool[ORIGIN]
    if (chosen.has(name) && !toClient.has(name)) toClient.set(name, hashed(`${server}__${own}`))
  }
  const toCatalog = new Map([...toClient].map(([catalogName, name]) => [name, catalogName]))
  return { toCatalog, toClient }
}

function applyRule(tool: Listed, rule: ToolRule): Listed {
  const shown: Listed = { ...tool }
  if (rule.title !== null) shown.title = rule.title
  if (rule.description !== null) shown.description = rule.description
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
