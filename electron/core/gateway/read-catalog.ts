import type { ServerCatalog } from '../../../shared/catalog.ts'
import type { Connection } from '../connections/connection.ts'
import { isObject, RpcCode, RpcError, type JsonObject } from '../json-rpc.ts'
import { cachingOf, mergeCaching, type Caching } from './caching.ts'
import { LISTS, type ListKind, type ListMethod } from './call.ts'

/** Bounds for a server that never ends its pages. */
const MAX_PAGES = 1_000
const MAX_ITEMS = 100_000
const PAGE_TIMEOUT_MS = 60_000

const EMPTY = { tools: [], prompts: [], resources: [], resourceTemplates: [] }

/** What was read, and the lists that the server refused. */
export type CatalogReading = {
  catalog: ServerCatalog
  failures: ReadonlyMap<ListKind, RpcError>
  /** How long each list that was read may be kept. */
  caching: ReadonlyMap<ListMethod, Caching>
}

/**
 * Asks a server for everything it offers, all pages. With `kinds` only those lists are read anew
 * and the rest is taken from `known`.
 */
export async function readCatalog(
  connection: Connection,
  known: ServerCatalog | null,
  kinds: ReadonlySet<ListKind>,
): Promise<CatalogReading> {
  const { hello } = connection
  const failures = new Map<ListKind, RpcError>()
  const caching = new Map<ListMethod, Caching>()
  const declared = isObject(hello.capabilities) ? hello.capabilities : {}
  const read = async (method: ListMethod, kind: ListKind) => {
    if (declared[kind] === undefined) return []
    if (!kinds.has(kind) && known) return known[LISTS[method]]
    try {
      const { items, kept } = await readPages(connection, method)
      caching.set(method, kept)
      return items
    } catch (error) {
      // Its other lists are worth having: this one stays as it was known.
      if (!(error instanceof RpcError)) throw error
      failures.set(kind, error)
      return known?.[LISTS[method]] ?? []
    }
  }
  // One after the other: a server that has just started may still handle one request at a time.
  const catalog: ServerCatalog = { ...EMPTY, hello }
  catalog.tools = await read('tools/list', 'tools')
  catalog.prompts = await read('prompts/list', 'prompts')
  catalog.resources = await read('resources/list', 'resources')
  catalog.resourceTemplates = await read('resources/templates/list', 'resources')
  const [failure] = failures.values()
  const isEmpty = Object.values({ ...catalog, hello: [] }).every((list) => list.length === 0)
  // With nothing to show, the reason is all there is to tell.
  if (failure && isEmpty) throw failure
  return { catalog, failures, caching }
}

/** From the start again, once, where a cursor of the server's own is no longer good to it. */
async function readPages(connection: Connection, method: ListMethod) {
  return readAllPages(connection, method).catch((error: unknown) => {
    if (error instanceof LostCursor) return readAllPages(connection, method)
    throw error
  })
}

class LostCursor extends RpcError {}

async function readAllPages(connection: Connection, method: ListMethod) {
  const items: JsonObject[] = []
  const kept: Caching[] = []
  const cursors = new Set<string>()
  let cursor: string | undefined
  for (let page = 0; page < MAX_PAGES && items.length < MAX_ITEMS; page += 1) {
    const result = await readPage(connection, method, cursor)
    const list = result[LISTS[method]]
    kept.push(cachingOf(result))
    if (Array.isArray(list)) items.push(...list.filter(isObject))
    const next = result.nextCursor
    // An empty string is a cursor like any other; one that comes again would never end.
    if (typeof next !== 'string' || cursors.has(next)) break
    cursors.add(next)
    cursor = next
  }
  return { items, kept: mergeCaching(kept) }
}

async function readPage(
  connection: Connection,
  method: ListMethod,
  cursor: string | undefined,
): Promise<JsonObject> {
  try {
    const params = cursor === undefined ? undefined : { cursor }
    return await connection.request(method, params, { timeoutMs: PAGE_TIMEOUT_MS })
  } catch (error) {
    // Many servers declare `resources` and know only one of its two lists.
    if (error instanceof RpcError && error.code === RpcCode.methodNotFound) return {}
    const isLost = error instanceof RpcError && error.code === RpcCode.invalidParams
    if (isLost && cursor !== undefined) throw new LostCursor(error.code, error.message, error.data)
    throw error
  }
}
