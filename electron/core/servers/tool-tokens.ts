import type { ServerCatalog } from '../../../shared/catalog.ts'

const CHARACTERS_PER_TOKEN = 4
const PREFIX_SEPARATOR = '__'

const measured = new WeakMap<object, number>()

/** About how many tokens a tool costs a client: its definition as it is listed, by four. */
export function toolTokens(tool: Readonly<Record<string, unknown>>, server: string): number {
  let length = measured.get(tool)
  if (length === undefined) {
    length = JSON.stringify(tool).length
    // Stored catalogs are frozen: what was measured once stays true.
    if (Object.isFrozen(tool)) measured.set(tool, length)
  }
  const prefix = server.length + PREFIX_SEPARATOR.length
  return Math.ceil((length + prefix) / CHARACTERS_PER_TOKEN)
}

/** Of all its tools; `null` for a server that was never seen. */
export function catalogTokens(catalog: ServerCatalog | null, server: string): number | null {
  if (!catalog) return null
  return catalog.tools.reduce((sum, tool) => sum + toolTokens(tool, server), 0)
}
