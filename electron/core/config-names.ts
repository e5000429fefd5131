import type { ConfigFile, ConfigNamespace } from '../../shared/config-file.ts'
import type { Problem } from './problems.ts'

/** The names of what is stored; of each namespace, the names of its servers. */
export type StoredNames = {
  servers: ReadonlySet<string>
  namespaces: ReadonlyMap<string, readonly string[]>
  endpoints: ReadonlySet<string>
}

/** Names in a config file that neither the file nor what is stored knows. */
export function unknownNames(file: ConfigFile, stored: StoredNames): Problem[] {
  const isServer = (name: string) =>
    Object.hasOwn(file.mcpServers, name) || stored.servers.has(name)
  const isNamespace = (name: string) =>
    Object.hasOwn(file.namespaces, name) || stored.namespaces.has(name)
  const isEndpoint = (name: string) =>
    Object.hasOwn(file.endpoints, name) || stored.endpoints.has(name)

  return [
    ...Object.entries(file.namespaces).flatMap(([name, { servers = [] }]) =>
      servers.flatMap((server, index) =>
        isServer(server.name)
          ? []
          : unknown(['namespaces', name, 'servers', index], 'server', server.name),
      ),
    ),
    ...Object.entries(file.namespaces).flatMap(([name, namespace]) =>
      strayTools(name, namespace, stored.namespaces.get(name) ?? []),
    ),
    ...Object.entries(file.endpoints).flatMap(([name, { namespace }]) => {
      const path = ['endpoints', name, 'namespace']
      if (namespace !== undefined) {
        return isNamespace(namespace) ? [] : unknown(path, 'namespace', namespace)
      }
      return stored.endpoints.has(name) ? [] : [{ path, message: 'is missing' }]
    }),
    ...Object.entries(file.apiKeys).flatMap(([key, { endpoints = 'all' }]) =>
      (endpoints === 'all' ? [] : endpoints).flatMap((name, index) =>
        isEndpoint(name) ? [] : unknown(['apiKeys', key, 'endpoints', index], 'endpoint', name),
      ),
    ),
  ]
}

/**
 * `<server>__<tool>` in two. A server's name neither holds `__` nor ends in `_`, so that the first
 * `__` is the separator, whatever the tool is called.
 */
export function splitToolKey(key: string): { server: string; tool: string } | null {
  const at = key.indexOf('__')
  if (at <= 0 || at + 2 === key.length) return null
  return { server: key.slice(0, at), tool: key.slice(at + 2) }
}

function strayTools(
  name: string,
  { servers, tools = {} }: ConfigNamespace,
  stored: readonly string[],
): Problem[] {
  const members = new Set(servers?.map((server) => server.name) ?? stored)
  return Object.keys(tools).flatMap((key) => {
    const path = ['namespaces', name, 'tools', key]
    const parts = splitToolKey(key)
    if (!parts) return [{ path, message: 'is not of the form <server>__<tool>' }]
    if (members.has(parts.server)) return []
    return [{ path, message: `the server "${parts.server}" is not in this namespace` }]
  })
}

function unknown(path: Problem['path'], kind: string, name: string): Problem[] {
  return [{ path, message: `there is no ${kind} named "${name}"` }]
}
