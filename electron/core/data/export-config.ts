import type { ApiKeyView } from '../../../shared/api-key.ts'
import type { ExportView } from '../../../shared/data.ts'
import { DIRECT, type Endpoint } from '../../../shared/endpoint.ts'
import type { MiddlewareEntry } from '../../../shared/middleware.ts'
import type { ItemRule, Namespace, ToolRule } from '../../../shared/namespace.ts'
import { serverDefinition, type OwnedServer } from '../../../shared/server.ts'
import { isDeepStrictEqual } from 'node:util'
import { openReferenceNames, type ReferenceNames } from './reference-names.ts'
import { hideInArgs, hideInUrl } from './secret-places.ts'

export type StoredDefinitions = {
  servers: readonly OwnedServer[]
  namespaces: readonly PinnedNamespace[]
  endpoints: readonly Endpoint[]
  apiKeys: readonly ApiKeyView[]
}

/** With the tools that were taken in, by `<server id>\n<tool>`. */
type PinnedNamespace = Namespace & { pins: { tools: ReadonlyMap<string, unknown> } }

/** All definitions as a `metamcp.json`, without what is so by default, and without secrets. */
export function exportConfig(stored: StoredDefinitions): ExportView {
  const names = openReferenceNames()
  const file = {
    mcpServers: sectionOf(stored.servers, (server) => serverEntry(server, names)),
    namespaces: sectionOf(stored.namespaces, (one) => namespaceEntry(one, stored, names)),
    endpoints: sectionOf(stored.endpoints, (one) => endpointEntry(one, stored)),
    apiKeys: sectionOf(stored.apiKeys.filter(isExportable), (one) => keyEntry(one, stored, names)),
  }
  return { text: `${JSON.stringify(file, null, 2)}\n`, references: names.list() }
}

/** A key without an endpoint opens nothing, and cannot be written down. */
function isExportable({ endpoints }: ApiKeyView): boolean {
  return endpoints === 'all' || endpoints.length > 0
}

function sectionOf<T extends { name: string }>(
  items: readonly T[],
  entry: (item: T) => Record<string, unknown>,
): Record<string, unknown> {
  return Object.fromEntries(items.map((item) => [item.name, entry(item)]))
}

const TYPES = { STDIO: 'stdio', SSE: 'sse', STREAMABLE_HTTP: 'streamable-http' } as const

function serverEntry(server: OwnedServer, names: ReferenceNames): Record<string, unknown> {
  // Whoever applies the file elsewhere is who approves of its commands there.
  const { id: _, ownerId: __, shared: ___, approved: ____, name, type, ...fields } = server
  const refer = (secret: string, ...wishes: string[]) => names.refer(secret, wishes)
  const referAll = (record: Record<string, string>, isOwn: boolean) =>
    Object.fromEntries(
      Object.entries(record).map(([key, value]) => {
        return [key, refer(value, ...(isOwn ? [key] : []), `${name}_${key}`)]
      }),
    )
  const hide = (value: string, wish: string) => refer(value, `${name}_${wish}`)
  const defaults: Record<string, unknown> = serverDefinition.parse(
    type === 'STDIO' ? { name, type, command: '-' } : { name, type, url: 'http://localhost' },
  )
  const changed = Object.fromEntries(
    Object.entries(fields).filter(([key, value]) => !isDeepStrictEqual(value, defaults[key])),
  )
  if (server.type === 'STDIO') {
    const { args, env } = server
    return {
      ...{ type: TYPES[type], command: server.command, ...changed },
      ...(args.length > 0 && { args: hideInArgs(args, hide) }),
      ...(Object.keys(env).length > 0 && { env: referAll(env, true) }),
    }
  }
  const { url, headers, bearerToken, oauth } = server
  return {
    ...{ type: TYPES[type], ...changed, url: hideInUrl(url, hide) },
    ...(Object.keys(headers).length > 0 && { headers: referAll(headers, false) }),
    ...(bearerToken !== null && { bearerToken: refer(bearerToken, `${name}_TOKEN`) }),
    ...(oauth?.clientSecret !== undefined && {
      oauth: { ...oauth, clientSecret: refer(oauth.clientSecret, `${name}_CLIENT_SECRET`) },
    }),
  }
}

function namespaceEntry(
  namespace: PinnedNamespace,
  stored: StoredDefinitions,
  names: ReferenceNames,
): Record<string, unknown> {
  const { description, enabled, servers, middleware, newTools, changedTools } = namespace
  const nameOf = (id: string) => stored.servers.find((server) => server.id === id)?.name
  return {
    ...common({ description, enabled }),
    servers: servers.flatMap(({ serverId, enabled: isOn, newTools: rule }) => {
      const name = nameOf(serverId)
      if (name === undefined) return []
      const said = { ...(!isOn && { enabled: false }), ...(rule !== null && { newTools: rule }) }
      return [Object.keys(said).length > 0 ? { name, ...said } : name]
    }),
    ...(newTools !== 'on' && { newTools }),
    ...(changedTools !== 'warn' && { changedTools }),
    ...(middleware.length > 0 && {
      middleware: middleware.map((one) => middlewareEntry(one, namespace.name, names)),
    }),
    ...rulesEntry(namespace, nameOf),
  }
}

/** What is to be hidden may be a password. */
function middlewareEntry(entry: MiddlewareEntry, namespace: string, names: ReferenceNames) {
  const { words } = entry
  if (entry.use !== 'redact' || !Array.isArray(words)) return entry
  const refer = (word: unknown) => names.refer(String(word), [`${namespace}_WORD`])
  return { ...entry, words: words.map(refer) }
}

type NameOf = (serverId: string) => string | undefined

/**
 * In the order of the servers, since their ids are others elsewhere. Rules of a server that was taken
 * out are kept for its return here, and mean nothing elsewhere.
 */
function rulesEntry(namespace: PinnedNamespace, nameOf: NameOf) {
  const ofMembers = <T>(all: readonly T[], serverOf: (one: T) => string): T[] => {
    const byServer = Map.groupBy(all, serverOf)
    return namespace.servers.flatMap(({ serverId }) => byServer.get(serverId) ?? [])
  }
  const tools = ofMembers(toolEntries(namespace), ([{ serverId }]) => serverId)
  const items = ofMembers(namespace.items, ({ serverId }) => serverId)
  const prompts = items.filter(({ kind }) => kind === 'prompt')
  const resources = items.filter(({ kind }) => kind !== 'prompt')
  const key = (serverId: string, name: string) => `${nameOf(serverId)}__${name}`
  return {
    ...(tools.length > 0 && {
      tools: Object.fromEntries(
        tools.map(([{ serverId, tool }, entry]) => [key(serverId, tool), entry]),
      ),
    }),
    ...(prompts.length > 0 && {
      prompts: Object.fromEntries(
        prompts.map((rule) => [key(rule.serverId, rule.item), itemEntry(rule)]),
      ),
    }),
    ...(resources.length > 0 && {
      resources: resources.map((rule) => ({
        server: nameOf(rule.serverId),
        ...(rule.kind === 'resource' ? { uri: rule.item } : { template: rule.item }),
        ...itemEntry(rule),
      })),
    }),
  }
}

type ToolEntry = [{ serverId: string; tool: string }, Record<string, unknown>]

/**
 * Where new tools are not on by themselves, those that were taken in say so: elsewhere all would be
 * new.
 */
function toolEntries({ tools, servers, newTools, pins }: PinnedNamespace): ToolEntry[] {
  const asks = new Set(
    servers.filter((one) => (one.newTools ?? newTools) !== 'on').map(({ serverId }) => serverId),
  )
  const entries = new Map<string, ToolEntry>()
  for (const at of pins.tools.keys()) {
    const [serverId = '', tool = ''] = at.split(/\n(.*)/s)
    if (asks.has(serverId)) entries.set(at, [{ serverId, tool }, { enabled: true }])
  }
  for (const rule of tools) {
    const at = `${rule.serverId}\n${rule.tool}`
    const before = entries.get(at)?.[1]
    entries.set(at, [rule, { ...(rule.enabled && before), ...ruleEntry(rule) }])
  }
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry)
}

function ruleEntry({ serverId: _, tool: __, enabled, ...overrides }: ToolRule) {
  return { ...(!enabled && { enabled }), ...withoutNulls(overrides) }
}

function itemEntry({ serverId: _, kind: __, item: ___, enabled, ...overrides }: ItemRule) {
  return { ...(!enabled && { enabled }), ...withoutNulls(overrides) }
}

function withoutNulls(fields: object) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
}

function endpointEntry(
  { namespaceId, description, enabled, prefix, auth, discovery, rateLimit }: Endpoint,
  { namespaces, servers }: StoredDefinitions,
): Record<string, unknown> {
  const namespace = namespaces.find(({ id }) => id === namespaceId)?.name
  const pinned = discovery.pinned.flatMap(({ serverId, tool }) => {
    const server = servers.find(({ id }) => id === serverId)?.name
    return server === undefined ? [] : [`${server}__${tool}`]
  })
  return {
    namespace,
    ...common({ description, enabled }),
    auth,
    ...(!prefix && { prefix }),
    ...(!isDeepStrictEqual(discovery, DIRECT) && { discovery: { ...discovery, pinned } }),
    ...(rateLimit !== null && { rateLimit: withoutNulls(rateLimit) }),
  }
}

function keyEntry(
  { name, endpoints: scope, enabled, expiresAt }: ApiKeyView,
  { endpoints }: StoredDefinitions,
  names: ReferenceNames,
): Record<string, unknown> {
  const nameOf = (id: string) => endpoints.find((one) => one.id === id)?.name ?? []
  return {
    // Nobody has it any more: what is kept is its hash.
    key: names.refer(`the key ${name}`, [`${name}_KEY`]),
    endpoints: scope === 'all' ? scope : scope.flatMap(nameOf),
    ...(!enabled && { enabled }),
    ...(expiresAt !== null && { expiresAt }),
  }
}

function common({ description, enabled }: { description: string; enabled: boolean }) {
  return { ...(description !== '' && { description }), ...(!enabled && { enabled }) }
}
