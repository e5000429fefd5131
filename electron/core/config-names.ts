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
      strayRules(name, namespace, stored.namespaces.get(name) ?? []),
    ),
    ...Object.entries(file.endpoints).flatMap(([name, { namespace }]) => {
      const path = ['endpoints', name, 'namespace']
      if (namespace !== undefined) {
        return isNamespace(namespace) ? [] : unknown(path, 'namespace', namespace)
      }
      return stored.endpoints.has(name) ? [] : [{ path, message: 'is missing' }]
    }),
    ...Object.entries(file.endpoints).flatMap(([name, { discovery }]) =>
      (discovery?.pinned ?? []).flatMap((key, index) => {
        const path = ['endpoints', name, 'discovery', 'pinned', index]
        const server = splitToolKey(key)?.server
        if (server === undefined) return [{ path, message: 'is not of the form <server>__<tool>' }]
        return isServer(server) ? [] : unknown(path, 'server', server)
      }),
    ),
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

function strayRules(
  name: string,
  { servers, tools = {}, prompts = {}, resources = [] }: ConfigNamespace,
  stored: readonly string[],
): Problem[] {
  const members = new Set(servers?.map((server) => server.name) ?? stored)
  const stray = (path: Problem['path'], server: string) =>
    members.has(server)
      ? []
      : [{ path, message: `the server "${server}" is not in this namespace` }]
  const strayKeys = (section: 'tools' | 'prompts', rules: object) =>
    Object.keys(rules).flatMap((key) => {
      const path = ['namespaces', name, section, key]
      const parts = splitToolKey(key)
      const form = section === 'tools' ? '<server>__<tool>' : '<server>__<prompt>'
      if (!parts) return [{ path, message: `is not of the form ${form}` }]
      return stray(path, parts.server)
    })
  return [
    ...strayKeys('tools', tools),
    ...strayKeys('prompts', prompts),
    ...resources.flatMap(({ server }, index) =>
      stray(['namespaces', name, 'resources', index, 'server'], server),
    ),
  ]
}

function unknown(path: Problem['path'], kind: string, name: string): Problem[] {
  return [{ path, message: `there is no ${kind} named "${name}"` }]
}
