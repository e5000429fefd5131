import type { ServerCatalog } from '../../../shared/catalog.ts'

type Definition = Readonly<Record<string, unknown>>

/** What a definition costs a model that is told of it. */
export type TokensOf = (tool: Definition) => number

const CHARACTERS_PER_TOKEN = 4
const PREFIX_SEPARATOR = '__'

/** About how many tokens a tool costs a client: as it is listed, its server's name before its own. */
export function toolTokens(tool: Definition, server: string, tokensOf: TokensOf): number {
  const prefix = server.length + PREFIX_SEPARATOR.length
  return tokensOf(tool) + Math.ceil(prefix / CHARACTERS_PER_TOKEN)
}

/** Of all its tools; `null` for a server that was never seen. */
export function catalogTokens(
  catalog: ServerCatalog | null,
  server: string,
  tokensOf: TokensOf,
): number | null {
  if (!catalog) return null
  return catalog.tools.reduce((sum, tool) => sum + toolTokens(tool, server, tokensOf), 0)
}
