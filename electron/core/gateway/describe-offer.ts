import type { ServerCatalog } from '../../../shared/catalog.ts'
import type {
  HiddenBy,
  OfferedPrompt,
  OfferedResource,
  OfferedServer,
  OfferedTool,
  ToolChanges,
} from '../../../shared/offer.ts'
import type { ToolRule } from '../../../shared/namespace.ts'
import { isObject, type JsonObject } from '../json-rpc.ts'
import { assemble, type AssembledView, type Assembly } from './assemble.ts'
import { ORIGIN, type Listed, type LostUri } from './catalog.ts'
import { exposeNames } from './exposed-names.ts'
import { jsonLength } from './json-length.ts'
import { presentTools, type Presentation } from './middleware/overrides.ts'

/** A namespace whose servers' two switches are told apart. */
export type DescribedView = Omit<AssembledView, 'servers' | 'prefix'> & {
  prefix: boolean
  /** `on`: here; `enabled`: in general. */
  servers: readonly (AssembledView['servers'][number] & { enabled: boolean })[]
}

const CHARACTERS_PER_TOKEN = 4

type CatalogOf = (serverId: string) => ServerCatalog | null

/**
 * What a namespace offers and what it hides, for people. Made of the parts that answer a client's
 * `tools/list`, so the two cannot disagree. Reads memory only.
 */
export function describeOffer(view: DescribedView, catalogOf: CatalogOf): OfferedServer[] {
  const servers = view.servers.map((one) => ({ ...one, on: one.on && one.enabled }))
  const assembly = assemble({ ...view, servers }, catalogOf)
  const toolsOf = Map.groupBy(assembly.catalog.tools, (tool) => tool[ORIGIN].serverId)
  const promptsOf = Map.groupBy(assembly.catalog.prompts, (prompt) => prompt[ORIGIN].serverId)
  const presentation = presentTools(assembly.catalog, view.rules)
  const names = nameReasons(assembly, presentation, view.prefix)
  const lost = new Map<string, LostUri>(
    assembly.catalog.lostUris.map((one) => [`${one.server}\n${one.uri}`, one]),
  )
  return view.servers.map(({ id, name, on, enabled }) => {
    const catalog = catalogOf(id)
    const hiddenBy = (tool: Listed): HiddenBy => {
      if (!enabled) return 'server-off-everywhere'
      if (!assembly.rules.isServerOn(id)) return 'server-off'
      const hold = assembly.holdOf(id, tool[ORIGIN].name)
      return hold && (`tool-${hold}` as const)
    }
    const describe = (tool: Listed): OfferedTool => ({
      ...describeTool(tool, presentation),
      on: assembly.rules.isToolOn(id, tool[ORIGIN].name),
      hiddenBy: hiddenBy(tool),
      isChanged: assembly.isChanged(id, tool[ORIGIN].name),
      renamed: names(tool),
    })
    return {
      ...{ id, name, on, enabled, seen: catalog !== null },
      tools: (toolsOf.get(id) ?? []).map(describe),
      prompts: (promptsOf.get(id) ?? []).map(describePrompt),
      resources: catalog
        ? describeResources(catalog, (uri) => lost.get(`${name}\n${uri}`)?.owner ?? null)
        : [],
    }
  })
}

function describeTool(tool: Listed, { show, ruleOf }: Presentation) {
  const shown = show(tool)
  return {
    tool: tool[ORIGIN].name,
    title: textOrNull(tool.title),
    description: textOrNull(tool.description),
    annotations: isObject(tool.annotations) ? tool.annotations : null,
    exposed: String(tool.name),
    name: String(shown.name),
    changed: changesOf(ruleOf(tool)),
    tokens: Math.ceil(jsonLength(shown) / CHARACTERS_PER_TOKEN),
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

/** Tells why a tool has another name than the one it would have alone. */
function nameReasons({ catalog }: Assembly, presentation: Presentation, prefix: boolean) {
  const alone = new Map<Listed, string>()
  const wanting = new Map<string, Listed[]>()
  const holders = new Map<string, Listed>()
  for (const tool of catalog.tools) {
    const wish = presentation.ruleOf(tool)?.name ?? exposeNames([tool[ORIGIN]], prefix)[0] ?? ''
    alone.set(tool, wish)
    wanting.set(wish, [...(wanting.get(wish) ?? []), tool])
    holders.set(presentation.toClient.get(String(tool.name)) ?? String(tool.name), tool)
  }
  return (tool: Listed): OfferedTool['renamed'] => {
    const wish = alone.get(tool) ?? ''
    const { server, name } = tool[ORIGIN]
    const shown = presentation.toClient.get(String(tool.name)) ?? String(tool.name)
    if (shown !== wish) {
      const rival = holders.get(wish) ?? wanting.get(wish)?.find((other) => other !== tool)
      return { why: 'taken', rival: rival?.[ORIGIN].server ?? server }
    }
    const plain = presentation.ruleOf(tool)?.name ?? (prefix ? `${server}__${name}` : name)
    if (shown === plain) return null
    return { why: plain.length > 64 ? 'too-long' : 'characters' }
  }
}

function describePrompt(prompt: Listed): OfferedPrompt {
  return {
    prompt: prompt[ORIGIN].name,
    name: String(prompt.name),
    title: textOrNull(prompt.title),
    description: textOrNull(prompt.description),
  }
}

function describeResources(
  { resources, resourceTemplates }: ServerCatalog,
  ownerOf: (uri: string) => string | null,
): OfferedResource[] {
  const describe = (item: JsonObject, key: 'uri' | 'uriTemplate') => {
    const uri = textOrNull(item[key])
    if (uri === null) return []
    const [name, description] = [textOrNull(item.name), textOrNull(item.description)]
    const rest = { isTemplate: key === 'uriTemplate', lostTo: ownerOf(uri) }
    return [{ uri, name, description, mimeType: textOrNull(item.mimeType), ...rest }]
  }
  return [
    ...resources.flatMap((item) => describe(item, 'uri')),
    ...resourceTemplates.flatMap((item) => describe(item, 'uriTemplate')),
  ]
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
