import type { ServerCatalog } from '../../../shared/catalog.ts'
import type { ToolRule } from '../../../shared/namespace.ts'
import { buildCatalog, type Catalog, type CatalogPart, type Naming } from './catalog.ts'
import type { FilterRules } from './middleware/filter.ts'

/** What decides what is offered, under which names. */
export type AssembledView = {
  prefix: Naming
  /** In the namespace's order; `on` tells whether it is switched on here and in general. */
  servers: readonly { id: string; name: string; on: boolean }[]
  rules: readonly ToolRule[]
}

/** The catalog of a namespace with its switches: what clients are served, and people are shown. */
export type Assembly = { parts: readonly CatalogPart[]; catalog: Catalog; rules: FilterRules }

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
  const off = new Set(
    view.rules.filter((rule) => !rule.enabled).map((rule) => `${rule.serverId}\n${rule.tool}`),
  )
  return {
    parts,
    catalog: buildCatalog(parts, view.prefix),
    rules: {
      isServerOn: (serverId) => on.has(serverId),
      isToolOn: (serverId, tool) => !off.has(`${serverId}\n${tool}`),
    },
  }
}
