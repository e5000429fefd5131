import type { Discovery } from '../../../../shared/endpoint.ts'
import { isObject, type JsonObject } from '../../json-rpc.ts'
import type { ToolTokens } from '../../tool-tokens.ts'
import { ownCall, type Handler } from '../call.ts'
import { discover, kept, type ClientInfo, type DiscoveryParts } from './discovery.ts'
import type { ToolSearch } from './tool-search.ts'

/** How clients of an endpoint find its tools. */
export type Finding = {
  handle: Handler
  /** What a client that has to search for tools is told of it; `null` for one that sees them. */
  introduction(info: ClientInfo): Promise<string | null>
  /** Tools by the names that clients call them by, listed or not; made when first asked for. */
  tools(): Promise<ReadonlyMap<unknown, JsonObject>>
}

type Place = { name: string; discovery?: Discovery }
type Parts = { discovery: DiscoveryParts; search: ToolSearch }

/** Lists all tools, or lets clients search for them; `handle` answers as if nothing were searched. */
export function openFinding({ name, discovery }: Place, parts: Parts, handle: Handler): Finding {
  const tools = kept(() => listTools(handle, name))
  if (!discovery || discovery.mode === 'direct') {
    return { handle, tools, introduction: () => Promise.resolve(null) }
  }
  const { search } = parts
  return { tools, ...discover(handle, { ...parts.discovery, discovery, search, tools }) }
}

/** Tokens of what clients see in their list, and of all that they can call. */
export type ToolCost = { listed: number; all: number }

export async function costOf(
  { handle, tools }: Finding,
  endpoint: string,
  tokens: ToolTokens,
): Promise<ToolCost> {
  const sumOf = (all: ReadonlyMap<unknown, JsonObject>) =>
    all.values().reduce((sum, tool) => sum + tokens.of(tool), 0)
  return { listed: sumOf(await listTools(handle, endpoint)), all: sumOf(await tools()) }
}

async function listTools(handle: Handler, endpoint: string) {
  const { tools } = await handle(ownCall(endpoint, 'tools/list'))
  return new Map<unknown, JsonObject>(
    (Array.isArray(tools) ? tools : []).filter(isObject).map((one) => [one.name, one]),
  )
}
