import type { NamespaceOffer, OfferedServer, OfferedTool } from '../../../../shared/offer.ts'
import { isEmpty, matches, type Filter } from './filter-words.ts'

export type ServerNode = {
  kind: 'server'
  id: string
  server: OfferedServer
  /** Its place in the namespace, from 0. */
  index: number
  /** Tools that clients see. */
  listed: number
  tokens: number
  isFolded: boolean
}
export type ToolNode = { kind: 'tool'; id: string; server: OfferedServer; tool: OfferedTool }
export type Node = ServerNode | ToolNode

/** Up to so many servers, all of them are unfolded to begin with. */
const UNFOLDED_SERVERS = 8

export function toolId(serverId: string, tool: string): string {
  return `${serverId}/${tool}`
}

/** The server and the tool that an id is of; without a tool it is of the server itself. */
export function partsOf(id: string): { serverId: string; tool: string | null } {
  const at = id.indexOf('/')
  if (at < 0) return { serverId: id, tool: null }
  return { serverId: id.slice(0, at), tool: id.slice(at + 1) }
}

export type Folding = {
  /** Servers whose fold a person has changed, to that. */
  chosen: ReadonlyMap<string, boolean>
  /** While servers are moved, their tools are out of the way. */
  isAll: boolean
}

/** Servers and their tools, one after the other, as many as the filter leaves. */
export function nodesOf(offer: NamespaceOffer, filter: Filter, folding: Folding): Node[] {
  const isFiltered = !isEmpty(filter)
  return offer.servers.flatMap((server, index): Node[] => {
    const tools = isFiltered
      ? server.tools.filter((tool) => matches(filter, server, tool))
      : server.tools
    if (isFiltered && tools.length === 0) return []
    const isFolded =
      folding.isAll ||
      (!isFiltered && (folding.chosen.get(server.id) ?? offer.servers.length > UNFOLDED_SERVERS))
    const own: ServerNode = {
      kind: 'server',
      id: server.id,
      server,
      index,
      isFolded,
      ...sums(server),
    }
    if (isFolded) return [own]
    return [own, ...tools.map((tool) => toolNode(server, tool))]
  })
}

/** One row, also where a filter or a fold has it out of view. */
export function nodeOf(offer: NamespaceOffer, id: string): Node | null {
  const { serverId, tool } = partsOf(id)
  const index = offer.servers.findIndex((one) => one.id === serverId)
  const server = offer.servers[index]
  if (!server) return null
  if (tool === null) {
    return { kind: 'server', id, server, index, isFolded: false, ...sums(server) }
  }
  const found = server.tools.find((one) => one.tool === tool)
  return found ? toolNode(server, found) : null
}

export function countTools(nodes: readonly Node[]): number {
  return nodes.filter((node) => node.kind === 'tool').length
}

/** All tools of these rows: those of a server that is among them, too. */
export function toolsOf(offer: NamespaceOffer, ids: ReadonlySet<string>): ToolNode[] {
  return offer.servers.flatMap((server) => {
    const isWhole = ids.has(server.id)
    return server.tools
      .filter(({ tool }) => isWhole || ids.has(toolId(server.id, tool)))
      .map((tool) => toolNode(server, tool))
  })
}

/** Nodes are kept as long as what they show, so that a row can tell whether it is another one now. */
const nodes = new WeakMap<OfferedTool, ToolNode>()

function toolNode(server: OfferedServer, tool: OfferedTool): ToolNode {
  const known = nodes.get(tool)
  if (known?.server === server) return known
  const node: ToolNode = { kind: 'tool', id: toolId(server.id, tool.tool), server, tool }
  nodes.set(tool, node)
  return node
}

function sums(server: OfferedServer): { listed: number; tokens: number } {
  let [listed, tokens] = [0, 0]
  for (const tool of server.tools) {
    if (tool.hiddenBy !== null) continue
    listed += 1
    tokens += tool.tokens
  }
  return { listed, tokens }
}
