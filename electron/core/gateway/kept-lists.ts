import type { JsonObject } from '../json-rpc.ts'
import { writeOnce } from '../written-once.ts'
import { isListMethod, LISTS, type ListMethod, type Middleware } from './call.ts'

/**
 * Around all that makes lists what they are: each is made once, since whatever can change one makes
 * the offer anew. Clients ask for hundreds of tools again and again, and to write these is most of it.
 */
export function keepLists(): Middleware {
  const kept = new Map<ListMethod, JsonObject>()
  const keep = async (method: ListMethod, listing: Promise<JsonObject>) => {
    const result = await listing
    const items = result[LISTS[method]]
    if (Array.isArray(items)) writeOnce(items)
    kept.set(method, result)
    return result
  }
  return (next) =>
    function keepLists(call) {
      const { method } = call
      if (!isListMethod(method)) return next(call)
      const known = kept.get(method)
      return known ? Promise.resolve(known) : keep(method, next(call))
    }
}
