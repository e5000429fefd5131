import type { TrustCount } from '../../shared/trust.ts'

type Waiting = {
  /** Tools to look at, by their servers. */
  servers: TrustCount['servers']
  /** Servers whose commands nobody has approved. */
  commands: readonly { id: string; name: string }[]
}

export type TrustNotice =
  | { kind: 'tools'; serverId: string; name: string; count: number }
  | { kind: 'command'; serverId: string; name: string }

/**
 * Decides of what a person is notified that waits on the page Trust: of what is more than before.
 * What waited already when the app came up is shown in tray and window alone.
 */
export function openTrustNotices() {
  let told: { tools: ReadonlyMap<string, number>; commands: ReadonlySet<string> } | null = null
  return {
    look({ servers, commands }: Waiting): TrustNotice[] {
      const before = told
      told = {
        tools: new Map(servers.map(({ serverId, tools }) => [serverId, tools])),
        commands: new Set(commands.map(({ id }) => id)),
      }
      if (!before) return []
      const more = servers.filter(
        ({ serverId, tools }) => tools > (before.tools.get(serverId) ?? 0),
      )
      const fresh = commands.filter(({ id }) => !before.commands.has(id))
      return [
        ...fresh.map(({ id: serverId, name }) => ({ kind: 'command' as const, serverId, name })),
        ...more.map(({ serverId, server: name, tools: count }) => {
          return { kind: 'tools' as const, serverId, name, count }
        }),
      ]
    },
  }
}

/** Where the window shows the tools of a server that wait, or its command. */
export function pathOfTools(server: string): string {
  return `/trust?${new URLSearchParams({ server }).toString()}`
}

export function pathOfCommand(serverId: string): string {
  return `/trust?${new URLSearchParams({ selected: `run:${serverId}` }).toString()}`
}
