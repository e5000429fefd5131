import type { NewTools } from '../../../../shared/namespace.ts'
import type {
  HiddenBy,
  NamespaceOffer,
  OfferedServer,
  OfferedTool,
} from '../../../../shared/offer.ts'
import { isHeld } from './held.ts'
import { toolId, type ToolNode } from './tree-model.ts'

/** A change to one tool, as `namespaces.setTools` takes it. */
export type ToolPatch = {
  serverId: string
  tool: string
  enabled?: boolean
  name?: string | null
  title?: string | null
  description?: string | null
  annotations?: Record<string, unknown> | null
}

/** A server's place in the namespace: its switch, and what becomes of its new tools. */
export type ServerSwitch = { serverId: string; enabled: boolean; newTools?: NewTools | null }

/** What is about to be so, shown before the core has said it; names and sizes follow with its answer. */
export function withTools(offer: NamespaceOffer, patches: readonly ToolPatch[]): NamespaceOffer {
  const byId = new Map(patches.map((patch) => [toolId(patch.serverId, patch.tool), patch]))
  const touched = new Set(patches.map((patch) => patch.serverId))
  const servers = offer.servers.map((server) => {
    if (!touched.has(server.id)) return server
    const tools = server.tools.map((tool) => {
      const on = byId.get(toolId(server.id, tool.tool))?.enabled
      return on === undefined || on === tool.on ? tool : shown(server, { ...tool, on })
    })
    return { ...server, tools }
  })
  return { ...offer, servers }
}

/** The servers in this order, with these switches. */
export function withServers(
  offer: NamespaceOffer,
  members: readonly ServerSwitch[],
): NamespaceOffer {
  const servers = members.flatMap(({ serverId, enabled, newTools }) => {
    const server = offer.servers.find((one) => one.id === serverId)
    if (!server) return []
    const rule = newTools === undefined ? server.newTools : newTools
    if (server.on === enabled && server.newTools === rule) return [server]
    const changed = { ...server, on: enabled, newTools: rule }
    return [{ ...changed, tools: server.tools.map((tool) => shown(changed, tool)) }]
  })
  return { ...offer, servers }
}

export function membersOf(offer: NamespaceOffer): ServerSwitch[] {
  return offer.servers.map(({ id, on, newTools }) => ({ serverId: id, enabled: on, newTools }))
}

/** The same servers with one at another place, counted from 0. */
export function moved(offer: NamespaceOffer, serverId: string, to: number): ServerSwitch[] | null {
  const members = membersOf(offer)
  const from = members.findIndex((member) => member.serverId === serverId)
  const [member] = from < 0 ? [] : members.splice(from, 1)
  if (!member || to < 0 || to > members.length || to === from) return null
  members.splice(to, 0, member)
  return members
}

/** What brings the switches of these tools back to what they are now. */
export function switchesOf(nodes: readonly ToolNode[]): ToolPatch[] {
  return nodes.map(({ server, tool }) => ({
    ...{ serverId: server.id, tool: tool.tool, enabled: tool.on },
  }))
}

/** What brings the overrides of these tools back to what they are now. */
export function overridesOf(nodes: readonly ToolNode[]): ToolPatch[] {
  return nodes.map(({ server, tool: { tool, changed } }) => ({
    serverId: server.id,
    tool,
    name: changed.name ?? null,
    title: changed.title ?? null,
    description: changed.description ?? null,
    annotations: changed.annotations ?? null,
  }))
}

/** What takes every override of these tools away. */
export function resetsOf(nodes: readonly ToolNode[]): ToolPatch[] {
  const none = { name: null, title: null, description: null, annotations: null }
  return nodes
    .filter(({ tool }) => Object.keys(tool.changed).length > 0)
    .map(({ server, tool }) => ({ serverId: server.id, tool: tool.tool, ...none }))
}

function shown(server: OfferedServer, tool: OfferedTool): OfferedTool {
  return { ...tool, hiddenBy: hiddenBy(server, tool) }
}

function hiddenBy(server: OfferedServer, tool: OfferedTool): HiddenBy {
  if (!server.enabled) return 'server-off-everywhere'
  if (!server.on) return 'server-off'
  if (tool.on) return null
  return isHeld(tool) ? tool.hiddenBy : 'tool-off'
}
