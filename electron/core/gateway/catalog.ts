import type { ServerCatalog } from '../../../shared/catalog.ts'
import type { JsonObject } from '../json-rpc.ts'
import { exposeNames } from './exposed-names.ts'
import { NO_ITEM_RULES, type ItemRules } from './item-rules.ts'
import { offResources } from './off-resources.ts'

/** Where a listed item comes from: the server, and the item's name or URI there. */
export type Origin = { serverId: string; server: string; name: string }

/** Carries an item's origin through the middlewares; a symbol is never serialised. */
export const ORIGIN = Symbol('origin')
export type Listed = JsonObject & { [ORIGIN]: Origin }

/** One server of a namespace, in the namespace's order. */
export type CatalogPart = {
  serverId: string
  server: string
  /** Whether the server is switched on, here and in general. */
  on: boolean
  catalog: ServerCatalog | null
}

export type LostUri = { uri: string; server: string; owner: string }

/**
 * What a namespace offers under which name. Names are resolved by looking them up, never by
 * splitting them. Tools and prompts that are off, or of servers that are, are in it too, so that a
 * switch never renames what others are called; the `filter` middleware hides them. Resources that
 * are off are not, since their URIs would otherwise own what other servers offer too.
 */
export type Catalog = {
  tools: readonly Listed[]
  prompts: readonly Listed[]
  resources: readonly Listed[]
  resourceTemplates: readonly Listed[]
  /** The name of a server that is on. */
  server(id: string): string | undefined
  tool(name: string): Origin | undefined
  /** The same with its definition. */
  listedTool(name: string): Listed | undefined
  prompt(name: string): Origin | undefined
  /** Resources that are hidden because a server earlier in the order has their URI. */
  lostUris: readonly LostUri[]
  /**
   * Servers that may know the URI, likeliest first: who lists it, else whose templates begin
   * like it, else who has its scheme; never one where it is off.
   */
  resource(uri: string): Origin[]
  isResourceOff(serverId: string, uri: string): boolean
}

/** How names are made: see `exposeNames`; `own` leaves those of a single server as they are. */
export type Naming = boolean | 'own'

export function buildCatalog(
  parts: readonly CatalogPart[],
  prefix: Naming,
  items: ItemRules = NO_ITEM_RULES,
): Catalog {
  const live = parts.filter((part) => part.on)
  const tools = expose(parts, 'tools', prefix)
  const prompts = expose(parts, 'prompts', prefix)
  const open = live.map((part) => withoutOff(part, items))
  const { owners: resources, lost } = firstOwners(open, 'resources', 'uri')
  const territories = open.filter(({ catalog }) => offersResources(catalog)).map(territoryOf)
  const templates = firstOwners(open, 'resourceTemplates', 'uriTemplate')
  const offAt = new Map(
    open.map(({ serverId, catalog }) => {
      return [serverId, offResources(items.offAt(serverId), templatesOf(catalog))]
    }),
  )
  const isResourceOff = (serverId: string, uri: string) => offAt.get(serverId)?.(uri) ?? false
  return {
    tools: [...tools.values()],
    prompts: [...prompts.values()],
    resources: [...resources.values()],
    resourceTemplates: [...templates.owners.values()],
    lostUris: [...lost, ...templates.lost],
    server: (id) => live.find((part) => part.serverId === id)?.server,
    tool: (name) => tools.get(name)?.[ORIGIN],
    listedTool: (name) => tools.get(name),
    prompt: (name) => prompts.get(name)?.[ORIGIN],
    resource(uri) {
      const owner = resources.get(uri) ?? templates.owners.get(uri)
      if (owner) return [{ ...owner[ORIGIN], name: uri }]
      return unlisted(territories, uri).filter(({ serverId }) => !isResourceOff(serverId, uri))
    },
    isResourceOff,
  }
}

function withoutOff(part: CatalogPart, items: ItemRules): CatalogPart {
  const { serverId, catalog } = part
  if (!catalog || items.offAt(serverId).length === 0) return part
  const isOn = (kind: 'resource' | 'template') => (item: JsonObject) =>
    items.isOn(serverId, kind, text(kind === 'resource' ? item.uri : item.uriTemplate))
  const resources = catalog.resources.filter(isOn('resource'))
  const resourceTemplates = catalog.resourceTemplates.filter(isOn('template'))
  return { ...part, catalog: { ...catalog, resources, resourceTemplates } }
}

function expose(
  parts: readonly CatalogPart[],
  key: 'tools' | 'prompts',
  prefix: Naming,
): Map<string, Listed> {
  const items = parts.flatMap((part) => distinct(part, key, 'name'))
  const origins = items.map((item) => item[ORIGIN])
  const names = prefix === 'own' ? origins.map(({ name }) => name) : exposeNames(origins, prefix)
  return new Map(
    items.map((item, index) => {
      const name = names[index] ?? ''
      return [name, { ...item, name }]
    }),
  )
}

/** Resource URIs stay as they are: the first server in order that lists one owns it. */
function firstOwners(
  parts: readonly CatalogPart[],
  key: 'resources' | 'resourceTemplates',
  idKey: 'uri' | 'uriTemplate',
) {
  const owners = new Map<string, Listed>()
  const lost: LostUri[] = []
  for (const item of parts.flatMap((part) => distinct(part, key, idKey))) {
    const { name: uri, server } = item[ORIGIN]
    const owner = owners.get(uri)
    if (owner) lost.push({ uri, server, owner: owner[ORIGIN].server })
    else owners.set(uri, item)
  }
  return { owners, lost }
}

/** A server's items that have a name, each once: of two with one name no client could tell them apart. */
function distinct(
  { serverId, server, catalog }: CatalogPart,
  key: 'tools' | 'prompts' | 'resources' | 'resourceTemplates',
  idKey: 'name' | 'uri' | 'uriTemplate',
): Listed[] {
  const items = new Map<string, Listed>()
  for (const item of catalog?.[key] ?? []) {
    const name = item[idKey]
    if (typeof name !== 'string' || name === '' || items.has(name)) continue
    items.set(name, { ...item, [ORIGIN]: { serverId, server, name } })
  }
  return [...items.values()]
}

/** What tells which servers may know a URI that nobody lists. */
type Territory = Origin & { prefixes: readonly string[]; schemes: ReadonlySet<string> }

function templatesOf(catalog: ServerCatalog | null): string[] {
  return (catalog?.resourceTemplates ?? []).map(({ uriTemplate }) => text(uriTemplate))
}

function territoryOf({ serverId, server, catalog }: CatalogPart): Territory {
  const uris = (catalog?.resources ?? []).map(({ uri }) => text(uri))
  const templates = templatesOf(catalog)
  // What stands before the first expression. To run a server's whole pattern (RFC 6570) on a
  // client's URI would let the two of them stop us for as long as they like.
  const prefixes = templates.map((template) => template.split('{', 1)[0] ?? '')
  const schemes = new Set([...uris, ...templates].map(schemeOf))
  return { serverId, server, name: '', prefixes: prefixes.filter((one) => one !== ''), schemes }
}

function unlisted(territories: readonly Territory[], uri: string): Origin[] {
  const byTemplate = territories
    .map((territory) => ({ territory, length: longestPrefix(territory, uri) }))
    .filter(({ length }) => length > 0)
    .sort((a, b) => b.length - a.length)
    .map(({ territory }) => territory)
  const scheme = schemeOf(uri)
  const byScheme = territories.filter(({ schemes }) => schemes.has(scheme))
  const candidates = [...new Set([...byTemplate, ...byScheme])]
  // With one server there is nobody else whom the URI could be meant for.
  const isOnly = candidates.length === 0 && territories.length === 1
  return (isOnly ? territories : candidates).map(({ serverId, server }) => ({
    serverId,
    server,
    name: uri,
  }))
}

function longestPrefix({ prefixes }: Territory, uri: string): number {
  return Math.max(0, ...prefixes.filter((one) => uri.startsWith(one)).map((one) => one.length))
}

function offersResources(catalog: ServerCatalog | null): boolean {
  const capabilities = catalog?.hello.capabilities
  return typeof capabilities === 'object' && capabilities !== null && 'resources' in capabilities
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function schemeOf(uri: string): string {
  const end = uri.indexOf(':')
  return end > 0 ? uri.slice(0, end).toLowerCase() : ''
}
