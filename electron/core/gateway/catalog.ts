import { UriTemplate } from '@modelcontextprotocol/client'
import type { ServerCatalog } from '../../../shared/catalog.ts'
import type { JsonObject } from '../json-rpc.ts'
import { exposeNames } from './exposed-names.ts'

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

/**
 * What a namespace offers under which name. Names are resolved by looking them up, never by
 * splitting them. Tools and prompts of servers that are off are in it too, so that a switch never
 * renames what other servers offer; the `filter` middleware hides them.
 */
export type Catalog = {
  tools: readonly Listed[]
  prompts: readonly Listed[]
  resources: readonly Listed[]
  resourceTemplates: readonly Listed[]
  tool(name: string): Origin | undefined
  prompt(name: string): Origin | undefined
  /** Servers that may know the URI, likeliest first: who lists it, else by template, else by scheme. */
  resource(uri: string): Origin[]
}

export function buildCatalog(parts: readonly CatalogPart[], prefix: boolean): Catalog {
  const live = parts.filter((part) => part.on)
  const tools = expose(parts, 'tools', prefix)
  const prompts = expose(parts, 'prompts', prefix)
  const resources = firstOwners(live, 'resources', 'uri')
  const resourceTemplates = firstOwners(live, 'resourceTemplates', 'uriTemplate')
  return {
    tools: [...tools.values()],
    prompts: [...prompts.values()],
    resources: [...resources.values()],
    resourceTemplates: [...resourceTemplates.values()],
    tool: (name) => tools.get(name)?.[ORIGIN],
    prompt: (name) => prompts.get(name)?.[ORIGIN],
    resource(uri) {
      const owner = resources.get(uri) ?? resourceTemplates.get(uri)
      if (owner) return [{ ...owner[ORIGIN], name: uri }]
      return unlisted(live, uri)
    },
  }
}

function expose(
  parts: readonly CatalogPart[],
  key: 'tools' | 'prompts',
  prefix: boolean,
): Map<string, Listed> {
  const items = parts.flatMap((part) => distinct(part, key, 'name'))
  const names = exposeNames(
    items.map((item) => item[ORIGIN]),
    prefix,
  )
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
): Map<string, Listed> {
  const owners = new Map<string, Listed>()
  for (const item of parts.flatMap((part) => distinct(part, key, idKey))) {
    if (!owners.has(item[ORIGIN].name)) owners.set(item[ORIGIN].name, item)
  }
  return owners
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

function unlisted(parts: readonly CatalogPart[], uri: string): Origin[] {
  const offering = parts.filter((part) => offersResources(part.catalog))
  const byTemplate = offering.filter((part) =>
    part.catalog?.resourceTemplates.some((template) => matches(template.uriTemplate, uri)),
  )
  const scheme = schemeOf(uri)
  const byScheme = offering.filter((part) => schemesOf(part.catalog).has(scheme))
  const candidates = [...new Set([...byTemplate, ...byScheme])]
  // With one server there is nobody else whom the URI could be meant for.
  const asked = candidates.length === 0 && offering.length === 1 ? offering : candidates
  return asked.map(({ serverId, server }) => ({ serverId, server, name: uri }))
}

function offersResources(catalog: ServerCatalog | null): boolean {
  const capabilities = catalog?.hello.capabilities
  return typeof capabilities === 'object' && capabilities !== null && 'resources' in capabilities
}

function matches(template: unknown, uri: string): boolean {
  if (typeof template !== 'string') return false
  try {
    return new UriTemplate(template).match(uri) !== null
  } catch {
    // A template that does not parse (RFC 6570) is the server's own affair: it matches nothing here.
    return false
  }
}

function schemesOf(catalog: ServerCatalog | null): Set<string> {
  const uris = [
    ...(catalog?.resources ?? []).map((resource) => resource.uri),
    ...(catalog?.resourceTemplates ?? []).map((template) => template.uriTemplate),
  ]
  return new Set(uris.map((uri) => (typeof uri === 'string' ? schemeOf(uri) : '')))
}

function schemeOf(uri: string): string {
  return /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(uri)?.[1]?.toLowerCase() ?? uri
}
