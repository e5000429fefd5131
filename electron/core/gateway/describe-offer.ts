import type { ServerCatalog } from '../../../shared/catalog.ts'
import type { HiddenBy, OfferedServer, OfferedTool, ToolChanges } from '../../../shared/offer.ts'
import type { ToolRule } from '../../../shared/namespace.ts'
import { isObject, type JsonObject } from '../json-rpc.ts'
import { assemble, type AssembledView } from './assemble.ts'
import { ORIGIN, type Listed, type LostUri } from './catalog.ts'
import { describePrompt, describeResources } from './describe-items.ts'
import { presentPrompts, presentTools, type Presentation } from './middleware/overrides.ts'
import { nameReasons } from './name-reasons.ts'

/** A namespace whose servers' two switches are told apart. */
export type DescribedView = Omit<AssembledView, 'servers' | 'prefix'> & {
  prefix: boolean
  /** `on`: here; `enabled`: in general. */
  servers: readonly (AssembledView['servers'][number] & { enabled: boolean })[]
}

type CatalogOf = (serverId: string) => ServerCatalog | null

/** What a definition costs a model that is told of it. */
type TokensOf = (tool: JsonObject) => number

/**
 * What a namespace offers and what it hides, for people. Made of the parts that answer a client's
 * `tools/list`, so the two cannot disagree. Reads memory only.
 */
export function describeOffer(
  view: DescribedView,
  catalogOf: CatalogOf,
  tokensOf: TokensOf,
): Omit<OfferedServer, 'newTools'>[] {
  const servers = view.servers.map((one) => ({ ...one, on: one.on && one.enabled }))
  const assembly = assemble({ ...view, servers }, catalogOf)
  const { catalog: all, items } = assembly
  const toolsOf = Map.groupBy(all.tools, (tool) => tool[ORIGIN].serverId)
  const promptsOf = Map.groupBy(all.prompts, (prompt) => prompt[ORIGIN].serverId)
  const tools = presentTools(all, view.rules)
  const prompts = presentPrompts(all, items)
  const toolReasons = nameReasons(all.tools, tools, view.prefix)
  const promptReasons = nameReasons(all.prompts, prompts, view.prefix)
  const lost = new Map<string, LostUri>(
    all.lostUris.map((one) => [`${one.server}\n${one.uri}`, one]),
  )
  return view.servers.map(({ id, name, on, enabled }) => {
    const catalog = catalogOf(id)
    const place = { server: { id, on, enabled }, items }
    const hiddenBy = (tool: Listed): HiddenBy => {
      if (!enabled) return 'server-off-everywhere'
      if (!assembly.rules.isServerOn(id)) return 'server-off'
      const hold = assembly.holdOf(id, tool[ORIGIN].name)
      return hold && (`tool-${hold}` as const)
    }
    const describe = (tool: Listed): OfferedTool => ({
      ...describeTool(tool, tools, tokensOf),
      on: assembly.rules.isToolOn(id, tool[ORIGIN].name),
      hiddenBy: hiddenBy(tool),
      isChanged: assembly.isChanged(id, tool[ORIGIN].name),
      renamed: toolReasons(tool),
    })
    return {
      ...{ id, name, on, enabled, seen: catalog !== null },
      tools: (toolsOf.get(id) ?? []).map(describe),
      prompts: (promptsOf.get(id) ?? []).map((prompt) => ({
        ...describePrompt(prompt, place, prompts),
        renamed: promptReasons(prompt),
      })),
      resources: catalog
        ? describeResources(catalog, place, (uri) => lost.get(`${name}\n${uri}`)?.owner ?? null)
        : [],
    }
  })
}

function describeTool(tool: Listed, { show, ruleOf }: Presentation, tokensOf: TokensOf) {
  const shown = show(tool)
  return {
    tool: tool[ORIGIN].name,
    title: textOrNull(tool.title),
    description: textOrNull(tool.description),
    annotations: isObject(tool.annotations) ? tool.annotations : null,
    exposed: String(tool.name),
    name: String(shown.name),
    changed: changesOf(ruleOf(tool)),
    tokens: tokensOf(shown),
  }
}

function changesOf(rule: ToolRule | undefined): ToolChanges {
  if (!rule) return {}
  const { name, title, description, annotations } = rule
  return {
    ...(name !== null && { name }),
    ...(title !== null && { title }),
    ...(description !== null && { description }),
    ...(annotations !== null && { annotations }),
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
