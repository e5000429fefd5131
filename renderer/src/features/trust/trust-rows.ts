import type { TrustedTool, TrustList, WaitingCommand } from '../../../../shared/trust.ts'

/** One tool as it is in all namespaces for which the same has to be decided. */
export type ToolRow = TrustedTool & { kind: 'tool'; id: string; places: TrustedTool[] }
export type CommandRow = WaitingCommand & { kind: 'command'; id: string }
export type TrustRow = ToolRow | CommandRow

/** Commands first: without theirs a server does nothing at all. */
export function rowsOf({ tools, commands }: TrustList): TrustRow[] {
  const same = Map.groupBy(tools, ({ serverId, tool, why }) => `${why}:${serverId}:${tool}`)
  const all = [...same].flatMap(([id, places]): ToolRow[] => {
    // What is held is the more urgent one.
    const first = places.find(({ held }) => held) ?? places[0]
    return first ? [{ ...first, kind: 'tool', id, places }] : []
  })
  return [
    ...commands.map((one): CommandRow => ({ ...one, kind: 'command', id: `run:${one.serverId}` })),
    ...groupsOf(all).flatMap(({ rows }) => rows),
  ]
}

/** Whether all the words of a filter are in it. */
export function fits(row: TrustRow, filter: string, server: string | undefined): boolean {
  if (server !== undefined && row.serverId !== server) return false
  const text = row.kind === 'tool' ? `${row.server} ${row.tool} ${row.why}` : row.server
  const words = filter.toLowerCase().split(/\s+/)
  return words.every((word) => text.toLowerCase().includes(word))
}

export type ServerGroup = { serverId: string; server: string; rows: ToolRow[] }

/** Tools by their servers, in the order of the list. */
export function groupsOf(rows: readonly TrustRow[]): ServerGroup[] {
  const tools = rows.filter((row) => row.kind === 'tool')
  return [...Map.groupBy(tools, ({ serverId }) => serverId)].map(([serverId, own]) => ({
    ...{ serverId, server: own[0]?.server ?? '', rows: own },
  }))
}
