import type { ServerCatalog } from '../../../shared/catalog.ts'
import type { ItemRule, NewTools, ToolRule } from '../../../shared/namespace.ts'
import { toolHash } from '../tool-hash.ts'
import { buildCatalog, type Catalog, type CatalogPart, type Naming } from './catalog.ts'
import { indexItems, type ItemRules } from './item-rules.ts'
import type { FilterRules } from './middleware/filter.ts'

/** What decides what is offered, under which names. */
export type AssembledView = {
  prefix: Naming
  /**
   * In the namespace's order; `on` tells whether it is switched on here and in general, `newTools`
   * what becomes of its tools that were not taken in.
   */
  servers: readonly { id: string; name: string; on: boolean; newTools: NewTools }[]
  rules: readonly ToolRule[]
  items: readonly ItemRule[]
  trust: Trust
}

/** Tools that were taken in, and what becomes of those that are others now. */
type Trust = {
  /** Whether a changed tool waits until a person has looked at it. */
  holdsChanged: boolean
  /** By `<server id>\n<tool>`: the hash of what was taken in; `null` before it was seen. */
  pins: ReadonlyMap<string, string | null>
}

/** Why clients do not see a tool of a server that is on; `null`: they do. */
type ToolHold = 'off' | 'new' | 'changed' | null

/** The catalog of a namespace with its switches: what clients are served, and people are shown. */
export type Assembly = {
  parts: readonly CatalogPart[]
  catalog: Catalog
  rules: FilterRules
  /** What is said of prompts, resources and templates. */
  items: ItemRules
  /** `tool` is the tool's own name at its server. */
  holdOf(serverId: string, tool: string): ToolHold
  /** Whether it is another than the one that was taken in, held back or not. */
  isChanged(serverId: string, tool: string): boolean
}

export function assemble(
  view: AssembledView,
  catalogOf: (serverId: string) => ServerCatalog | null,
): Assembly {
  const parts = view.servers.map(({ id, name, on }) => ({
    serverId: id,
    server: name,
    on,
    catalog: catalogOf(id),
  }))
  const on = new Set(view.servers.filter((server) => server.on).map((server) => server.id))
  const { holds, changed } = holdsOf(view, parts)
  const items = indexItems(view.items)
  const holdOf = (serverId: string, tool: string) => holds.get(keyOf(serverId, tool)) ?? null
  return {
    ...{ parts, items },
    catalog: buildCatalog(parts, view.prefix, items),
    holdOf,
    isChanged: (serverId, tool) => changed.has(keyOf(serverId, tool)),
    rules: {
      isServerOn: (serverId) => on.has(serverId),
      isToolOn: (serverId, tool) => holdOf(serverId, tool) === null,
      isPromptOn: (serverId, prompt) => items.isOn(serverId, 'prompt', prompt),
    },
  }
}

/** What is held back of the tools that servers list, or switched off, and what is another now. */
export function holdsOf(
  { servers, rules, trust }: Pick<AssembledView, 'servers' | 'rules' | 'trust'>,
  parts: readonly Pick<CatalogPart, 'serverId' | 'catalog'>[],
) {
  const holds = new Map<string, Exclude<ToolHold, null>>()
  const changed = new Set<string>()
  const newTools = new Map(servers.map((server) => [server.id, server.newTools]))
  for (const { serverId, catalog } of parts) {
    const rule = newTools.get(serverId) ?? 'on'
    for (const tool of catalog?.tools ?? []) {
      const key = keyOf(serverId, String(tool.name))
      const pinned = trust.pins.get(key)
      if (pinned === undefined && rule !== 'on') holds.set(key, rule === 'off' ? 'off' : 'new')
      if (typeof pinned !== 'string' || pinned === toolHash(tool)) continue
      changed.add(key)
      if (trust.holdsChanged) holds.set(key, 'changed')
    }
  }
  // Also of tools that are not listed: a server may answer to them all the same.
  for (const { enabled, serverId, tool } of rules) {
    if (!enabled) holds.set(keyOf(serverId, tool), 'off')
  }
  return { holds, changed }
}

export function keyOf(serverId: string, tool: string): string {
  return `${serverId}\n${tool}`
}
