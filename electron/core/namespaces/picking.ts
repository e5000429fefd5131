import type { Namespace, ToolRulePatch } from '../../../shared/namespace.ts'
import { toolKey, type Pins } from './pins.ts'

/** A tool of a server, by its own name there. */
export type PickedTool = { serverId: string; tool: string }

/** What is to be said of servers and tools so that of theirs clients get the picked ones. */
type Picking = { servers: Namespace['servers']; patches: ToolRulePatch[] }

/**
 * Of a server that is not in the namespace, or off in it, only what is picked is on afterwards: it
 * comes with its new tools off, and what was taken in of it earlier is switched off. Of others the
 * picked tools are switched on, and nothing else changes.
 */
export function pick(namespace: Namespace, pins: Pins, picked: readonly PickedTool[]): Picking {
  const wanted = new Set(picked.map(({ serverId, tool }) => toolKey(serverId, tool)))
  const members = new Map(namespace.servers.map((member) => [member.serverId, member]))
  const joining = new Set(
    picked.map(({ serverId }) => serverId).filter((id) => members.get(id)?.enabled !== true),
  )
  const added = [...joining].filter((id) => !members.has(id))
  const present = namespace.servers.map((member) =>
    joining.has(member.serverId) ? { ...member, enabled: true, newTools: 'off' as const } : member,
  )
  const others = [...pins.tools.keys()].filter((key) => !wanted.has(key)).map(partsOf)
  return {
    servers: [
      ...present,
      ...added.map((serverId) => ({ serverId, enabled: true, newTools: 'off' as const })),
    ],
    patches: [
      ...others
        .filter(({ serverId }) => joining.has(serverId))
        .map((tool) => ({ ...tool, enabled: false })),
      ...picked.map((tool) => ({ ...tool, enabled: true })),
    ],
  }
}

/** The reverse of `toolKey`. */
function partsOf(key: string): PickedTool {
  const at = key.indexOf('\n')
  return { serverId: key.slice(0, at), tool: key.slice(at + 1) }
}
