import { KNOWN_CLIENTS } from './catalogue/index.ts'

/*
 * From where it is known that they search, by 2026:
 * - Claude Code: https://code.claude.com/docs/en/mcp.md#scale-with-mcp-tool-search
 * - Codex: https://github.com/openai/codex/pull/29486
 * - Cursor: https://cursor.com/blog/dynamic-context-discovery
 * - Hermes: https://github.com/NousResearch/hermes-agent/pull/31163. It may give no name but the
 *   SDK's, `mcp`: https://github.com/NousResearch/hermes-agent/pull/70074
 * - VS Code: https://github.com/microsoft/vscode-docs/pull/9695, "Solving MCP tool overload"
 */

const SEARCHING = new Set(
  KNOWN_CLIENTS.flatMap(({ searchesTools, clientNames }) => (searchesTools ? clientNames : [])),
)

/** Whether a client, by what it says of itself, gives its model few tools of many by itself. */
export function searchesTools(info: Readonly<Record<string, unknown>> | undefined): boolean {
  const name = info?.['name']
  return typeof name === 'string' && SEARCHING.has(name.toLowerCase())
}
