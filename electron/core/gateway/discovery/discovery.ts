import type { Discovery } from '../../../../shared/endpoint.ts'
import type { JsonObject } from '../../json-rpc.ts'
import type { ToolTokens } from '../../tool-tokens.ts'
import type { Call, Handler } from '../call.ts'
import { ORIGIN, type Listed } from '../catalog.ts'
import { UnknownName } from '../unknown.ts'
import {
  foundResult,
  maybeOwn,
  noSuchTool,
  ownNames,
  ownTools,
  readCall,
  readSearch,
  refused,
  type OwnNames,
} from './own-tools.ts'
import type { ToolSearch } from './tool-search.ts'

/** What a client said of itself; `undefined`: nothing. */
export type ClientInfo = JsonObject | undefined

/** What is known of clients and tools beyond the endpoint. */
export type DiscoveryParts = {
  tokens: ToolTokens
  /** Whether a client gives its model few tools of many by itself. */
  searchesTools(info: ClientInfo): boolean
}

/** Of names for one that nobody has. */
const MOST_ALIKE = 3

export type Discovering = {
  handle: Handler
  /** What clients that have to search are told of it at the start; `null` for the others. */
  introduction(info: ClientInfo): Promise<string | null>
}

type Parts = DiscoveryParts & {
  discovery: Discovery
  search: ToolSearch
  /** All tools as clients see them, by name. */
  tools: () => Promise<ReadonlyMap<unknown, JsonObject>>
}

/**
 * The outermost of an endpoint: shows clients two tools, one that searches and one that calls, for
 * all that `handle` would list. What is off or held is neither found nor called, and has the name
 * that it has there. Tools that are not listed answer to their names as well.
 */
export function discover(handle: Handler, parts: Parts): Discovering {
  const { discovery, tools, search } = parts
  const pinned = new Set(discovery.pinned.map(({ serverId, tool }) => `${serverId}\n${tool}`))
  const named = kept(async () => ownNames(new Set((await tools()).keys())))
  const isSearched = openChoice(parts)

  async function shortList(call: Call): Promise<JsonObject> {
    const result = await handle(call)
    const all = listOf(result)
    if (all.length === 0) return result
    const own = ownTools(await named(), all)
    // What middlewares add is of no server, and belongs to what other tools answer.
    const kept = all.filter((tool) => !tool[ORIGIN] || pinned.has(keyOf(tool)))
    return { ...result, tools: [...own, ...kept] }
  }

  const { find, callFound } = openOwnCalls(handle, search)

  return {
    async handle(call) {
      if (call.method === 'tools/list') {
        return (await isSearched(call.client.info)) ? shortList(call) : handle(call)
      }
      const { name } = call.params
      if (call.method !== 'tools/call' || !maybeOwn(name)) return handle(call)
      const own = await named()
      if (name === own.call) return callFound(call, own)
      return name === own.search ? find(call, own) : handle(call)
    },
    async introduction(info) {
      try {
        const isNeeded = (await isSearched(info)) && (await tools()).size > 0
        return isNeeded ? introductionTo(await named()) : null
      } catch {
        // Where tools cannot be listed, asking for the list says why.
        return null
      }
    },
  }
}

/** What our two tools do. */
function openOwnCalls(handle: Handler, search: ToolSearch) {
  /** As this caller may see them. */
  const listFor = async (call: Call) =>
    listOf(await handle({ ...call, method: 'tools/list', params: {} }))

  return {
    async find(call: Call, own: OwnNames): Promise<JsonObject> {
      const asked = readSearch(call.params)
      if (!asked) return refused(own, own.search)
      const found = await search.search(await listFor(call), asked.query, asked.limit)
      return foundResult(found, asked)
    },
    async callFound(call: Call, own: OwnNames): Promise<JsonObject> {
      const params = readCall(call.params)
      if (!params) return refused(own, own.call)
      const { name } = params
      if (call.route) call.route.meant = { name, arguments: params.arguments }
      try {
        return await handle({ ...call, params })
      } catch (error) {
        if (!(error instanceof UnknownName)) throw error
        throw noSuchTool(name, await search.search(await listFor(call), name, MOST_ALIKE), own)
      }
    },
  }
}

/** Whether a client has to search, found out once for all of them. */
function openChoice({ discovery, tokens, tools, searchesTools }: Parts) {
  const { mode, aboveTokens } = discovery

  const isDear = kept(async () => {
    const all = [...(await tools()).values()]
    // No text has more tokens than bytes: most lists need not be counted.
    if (Buffer.byteLength(JSON.stringify(all)) <= aboveTokens) return false
    return (await tokens.sum(all)) > aboveTokens
  })

  return async (info: ClientInfo): Promise<boolean> => {
    if (mode !== 'auto') return mode === 'search'
    if (searchesTools(info)) return false
    return isDear()
  }
}

function introductionTo({ search, call }: OwnNames): string {
  return (
    `Most tools here are not listed. Find them with the tool ${search}, by what they do, and call ` +
    `what it finds with ${call}.`
  )
}

/** Made when it is first asked for, and again only where that failed. */
export function kept<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
}

function listOf({ tools }: JsonObject): Listed[] {
  return Array.isArray(tools) ? (tools as Listed[]) : []
}

function keyOf(tool: Listed): string {
  const { serverId, name } = tool[ORIGIN]
  return `${serverId}\n${name}`
}
