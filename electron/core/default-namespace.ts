import type { ConfigFile } from '../../shared/config-file.ts'

/** The namespace that the first start makes. */
export const DEFAULT_NAME = 'default'

export type Stored = {
  isServer(name: string): boolean
  /** Names of the servers that are in the namespace `default` now. */
  members: readonly string[]
}

/**
 * A client's own `mcp.json` knows no namespaces: those of its servers that are new join `default`,
 * or nobody could call them. One that a person has taken out there since stays out.
 */
export function withDefaultNamespace(file: ConfigFile, stored: Stored): ConfigFile {
  if (Object.keys(file.namespaces).length > 0) return file
  const fresh = Object.keys(file.mcpServers).filter((name) => !stored.isServer(name))
  if (fresh.length === 0) return file
  const servers = [...stored.members, ...fresh].map((name) => ({ name }))
  return { ...file, namespaces: { [DEFAULT_NAME]: { servers } } }
}
