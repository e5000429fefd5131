/** Where clients keep servers, and what those refer to. */
const HOLDERS = ['mcpServers', 'servers', 'mcp', 'inputs', 'context_servers', 'amp.mcpServers']

/**
 * Of a file that holds far more than servers, as the one in which Claude Code also keeps what was
 * said, the servers alone; what is no such file stays as it is.
 */
export function onlyServers(text: string): string {
  const root = objectIn(parsed(text))
  if (!root) return text
  const kept = HOLDERS.flatMap((name) => (Object.hasOwn(root, name) ? [[name, root[name]]] : []))
  const projects = Object.entries(objectIn(root['projects']) ?? {}).flatMap(([folder, project]) => {
    const mcpServers = objectIn(project)?.['mcpServers']
    return mcpServers === undefined ? [] : [[folder, { mcpServers }] as const]
  })
  const all = { ...Object.fromEntries(kept), projects: Object.fromEntries(projects) }
  return JSON.stringify(all, null, 2)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function objectIn(value: unknown): Record<string, unknown> | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as Record<string, unknown>) : undefined
}
