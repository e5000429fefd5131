import type { Namespace, NewTools } from '../../../shared/namespace.ts'
import { pinnedPart, toolHash } from '../tool-hash.ts'

/** What a namespace knows of the tools of its servers. */
export type Pins = {
  /** The tools that were taken in, by `toolKey`; `null` for one that is still to be seen. */
  tools: ReadonlyMap<string, string | null>
  /** Servers whose tools were seen here: one that comes later is a new one. */
  known: ReadonlySet<string>
}

/** A tool of a server, with the hash of what it says of itself; see `toolHash`. */
export type Pin = { serverId: string; tool: string; hash: string | null }

/** What is to be written down: pins, the definitions they refer to, and servers seen now. */
export type Sighting = {
  namespaceId: string
  pins: Pin[]
  definitions: Map<string, Record<string, unknown>>
  known: string[]
}

export type Tool = Readonly<Record<string, unknown>>

/** The tools that a server has; `null` when it was never seen. */
export type ToolsOf = (serverId: string) => readonly Tool[] | null

export const NO_PINS: Pins = { tools: new Map(), known: new Set() }

export function toolKey(serverId: string, tool: string): string {
  return `${serverId}\n${tool}`
}

/**
 * What becomes of a server's tools that were not taken in. Those that it has when it comes into a
 * namespace are no new ones, unless single ones of it are to be picked.
 */
export function newcomersOf(
  { newTools: rule }: Namespace,
  { serverId, newTools }: Namespace['servers'][number],
  { known }: Pins,
): NewTools {
  if (known.has(serverId)) return newTools ?? rule
  return newTools === 'off' ? 'off' : 'on'
}

/**
 * What a namespace has to write down of what its servers offer now; `null` when it knows it all.
 * What is off or waits for a person is left as it is.
 */
export function sight(namespace: Namespace, pins: Pins, toolsOf: ToolsOf): Sighting | null {
  const sighting: Sighting = {
    ...{ namespaceId: namespace.id, pins: [], known: [] },
    definitions: new Map(),
  }
  for (const member of namespace.servers) {
    const { serverId } = member
    const tools = toolsOf(serverId)
    if (!tools) continue
    if (!pins.known.has(serverId)) sighting.known.push(serverId)
    const takesIn = newcomersOf(namespace, member, pins) === 'on'
    for (const tool of tools) {
      const name = String(tool.name)
      const hash = toolHash(tool)
      const pinned = pins.tools.get(toolKey(serverId, name))
      if (pinned === hash) continue
      const isFirst = pinned === undefined ? takesIn : pinned === null
      const isFollowed = typeof pinned === 'string' && namespace.changedTools === 'off'
      if (!isFirst && !isFollowed) continue
      sighting.pins.push({ serverId, tool: name, hash })
      sighting.definitions.set(hash, pinnedPart(tool))
    }
  }
  return sighting.pins.length + sighting.known.length > 0 ? sighting : null
}
