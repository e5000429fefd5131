import { ServerDown, type Connection } from '../connections/connection.ts'
import type { Pools } from '../connections/pools.ts'
import { isObject, RpcCode, RpcError, type JsonObject } from '../json-rpc.ts'
import { isListMethod, LISTS, type Call, type Handler } from './call.ts'
import type { Catalog, Origin } from './catalog.ts'
import { unknownMethod, unknownPrompt, unknownResource, unknownTool } from './unknown.ts'

/**
 * The innermost handler: answers lists from the catalog, and sends everything else to the server
 * that the catalog names, untouched but for the name.
 */
export function forward(catalog: Catalog, pools: Pools): Handler {
  return async function forward(call) {
    const { method, params } = call
    if (isListMethod(method)) return list(catalog, call)
    if (method === 'tools/call') {
      const origin = find(catalog.tool, params.name)
      if (!origin) throw unknownTool(params.name)
      return send(pools, origin, { ...call, params: { ...params, name: origin.name } })
    }
    if (method === 'prompts/get') {
      const origin = find(catalog.prompt, params.name)
      if (!origin) throw unknownPrompt(params.name)
      return send(pools, origin, { ...call, params: { ...params, name: origin.name } })
    }
    if (method === 'resources/read') return readResource(catalog, pools, call)
    if (method === 'completion/complete') return complete(catalog, pools, call)
    throw unknownMethod(method)
  }
}

/** Only text is a name. A list of one text looks like it once it is made one, and passed the filter. */
function find(resolve: (name: string) => Origin | undefined, name: unknown): Origin | undefined {
  return typeof name === 'string' ? resolve(name) : undefined
}

function list(catalog: Catalog, { method, params }: Call): JsonObject {
  if (!isListMethod(method)) return {}
  // Every list is one page, so no cursor that a client can hold was made by us.
  if (params.cursor !== undefined) throw new RpcError(RpcCode.invalidParams, 'Invalid cursor')
  const key = LISTS[method]
  return { [key]: [...catalog[key]] }
}

/** Asks the servers that may know the URI in turn; the last one's answer stands. */
async function readResource(catalog: Catalog, pools: Pools, call: Call): Promise<JsonObject> {
  const { uri } = call.params
  const candidates = typeof uri === 'string' ? catalog.resource(uri) : []
  let refusal: RpcError = unknownResource(uri)
  for (const origin of candidates) {
    try {
      return await send(pools, origin, call)
    } catch (error) {
      if (!isNotFound(error)) throw error
      refusal = error
    }
  }
  throw refusal
}

function complete(catalog: Catalog, pools: Pools, call: Call): Promise<JsonObject> {
  const ref = isObject(call.params.ref) ? call.params.ref : {}
  if (ref.type === 'ref/prompt') {
    const origin = find(catalog.prompt, ref.name)
    if (!origin) throw unknownPrompt(ref.name)
    const params = { ...call.params, ref: { ...ref, name: origin.name } }
    return send(pools, origin, { ...call, params })
  }
  const [origin] = typeof ref.uri === 'string' ? catalog.resource(ref.uri) : []
  if (!origin) throw unknownResource(ref.uri)
  return send(pools, origin, call)
}

async function send(pools: Pools, origin: Origin, call: Call): Promise<JsonObject> {
  try {
    const lease = await pools.lease(origin.serverId, call.signal)
    try {
      return await request(lease.connection, call)
    } finally {
      lease.release()
    }
  } catch (error) {
    throw error instanceof ServerDown ? serverDown(error) : error
  }
}

function request(connection: Connection, call: Call): Promise<JsonObject> {
  const { method, params, signal, owner, notify } = call
  return connection.request(method, params, { signal, owner, notify })
}

function serverDown({ server, reason }: ServerDown): RpcError {
  return new RpcError(RpcCode.internalError, `${server}: ${reason}`, { server, reason })
}

function isNotFound(error: unknown): error is RpcError {
  // The modern era, and servers that never knew better, say -32602 for an unknown resource.
  return (
    error instanceof RpcError &&
    (error.code === RpcCode.resourceNotFound || error.code === RpcCode.invalidParams)
  )
}
