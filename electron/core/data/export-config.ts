import type { ApiKeyView } from '../../../shared/api-key.ts'
import type { ExportView } from '../../../shared/data.ts'
import type { Endpoint } from '../../../shared/endpoint.ts'
import type { Namespace, ToolRule } from '../../../shared/namespace.ts'
import { serverDefinition, type OwnedServer } from '../../../shared/server.ts'
import { isDeepStrictEqual } from 'node:util'
import { openReferenceNames, type ReferenceNames } from './reference-names.ts'
import { hideInArgs, hideInUrl } from './secret-places.ts'

export type StoredDefinitions = {
  servers: readonly OwnedServer[]
  namespaces: readonly Namespace[]
  endpoints: readonly Endpoint[]
  apiKeys: readonly ApiKeyView[]
}

/** All definitions as a `metamcp.json`, without what is so by default, and without secrets. */
export function exportConfig(stored: StoredDefinitions): ExportView {
  const names = openReferenceNames()
  const file = {
    mcpServers: sectionOf(stored.servers, (server) => serverEntry(server, names)),
    namespaces: sectionOf(stored.namespaces, (one) => namespaceEntry(one, stored)),
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
  const { id: _, ownerId: __, shared: ___, name, type, ...fields } = server
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
  { description, enabled, servers, tools, middleware }: Namespace,
  stored: StoredDefinitions,
): Record<string, unknown> {
  const nameOf = (id: string) => stored.servers.find((server) => server.id === id)?.name
  const members = new Set(servers.map(({ serverId }) => serverId))
  // Rules of a server that was taken out are kept for its return here, and mean nothing elsewhere.
  const rules = tools.filter(({ serverId }) => members.has(serverId))
  return {
    ...common({ description, enabled }),
    servers: servers.flatMap(({ serverId, enabled: isOn }) => {
      const name = nameOf(serverId)
      if (name === undefined) return []
      return [isOn === false ? { name, enabled: false } : name]
    }),
    ...(middleware.length > 0 && { middleware }),
    ...(rules.length > 0 && {
      tools: Object.fromEntries(
        rules.map((rule) => [`${nameOf(rule.serverId)}__${rule.tool}`, ruleEntry(rule)]),
      ),
    }),
  }
}

function ruleEntry({ serverId: _, tool: __, enabled, ...overrides }: ToolRule) {
  const given = Object.entries(overrides).filter(([, value]) => value !== null)
  return { ...(!enabled && { enabled }), ...Object.fromEntries(given) }
}

function endpointEntry(
  { namespaceId, description, enabled, prefix, auth }: Endpoint,
  { namespaces }: StoredDefinitions,
): Record<string, unknown> {
  const namespace = namespaces.find(({ id }) => id === namespaceId)?.name
  return { namespace, ...common({ description, enabled }), auth, ...(!prefix && { prefix }) }
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
