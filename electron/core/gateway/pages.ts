import { parseJson } from '../json.ts'
import { isObject, RpcCode, RpcError, type JsonObject } from '../json-rpc.ts'
import type { Secrets } from '../secrets.ts'
import { isListMethod, LISTS, type Call } from './call.ts'

/** Many clients never ask for a second page: almost every list is one. */
const PAGE_SIZE = 1_000

/**
 * Cuts lists into pages by cursors of our own: servers' cursors mean nothing to a merged list. A
 * cursor is sealed for its caller, endpoint and list.
 */
export class Pages {
  readonly #secrets: Secrets
  readonly #size: number

  constructor(secrets: Secrets, size = PAGE_SIZE) {
    this.#secrets = secrets
    this.#size = size
  }

  /** Where the page that `call` asks for begins. Throws `RpcError` for a cursor that is not ours. */
  start(call: Call): number {
    const { cursor } = call.params
    if (!isListMethod(call.method) || cursor === undefined) return 0
    try {
      const place = parseJson(this.#secrets.open(String(cursor), contextOf(call)))
      if (isObject(place) && Number.isSafeInteger(place.from)) return Number(place.from)
    } catch {
      // Said below, in the words of the protocol.
    }
    throw new RpcError(RpcCode.invalidParams, 'Invalid cursor')
  }

  cut(call: Call, result: JsonObject, from: number): JsonObject {
    if (!isListMethod(call.method)) return result
    const key = LISTS[call.method]
    const items = result[key]
    if (!Array.isArray(items) || (from === 0 && items.length <= this.#size)) return result
    const end = from + this.#size
    const page = { ...result, [key]: items.slice(from, end) as unknown[] }
    if (end >= items.length) return page
    const nextCursor = this.#secrets.seal(JSON.stringify({ from: end }), contextOf(call))
    return { ...page, nextCursor }
  }
}

function contextOf({ endpoint, caller, method }: Call): string {
  return JSON.stringify(['cursor', endpoint, caller, method])
}
