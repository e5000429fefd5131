import { LRUCache } from 'lru-cache'
import type { JsonObject } from '../../json-rpc.ts'
import type { Listed } from '../catalog.ts'

/** Characters of all that waits to be read on. */
const MAX_RESTS = 50_000_000
/** Characters of JSON, about, of all answers from before. */
const MAX_ANSWERS = 100_000_000

/** A result that was cut. */
type Rest = {
  endpointId: string
  caller: string
  /** What answered it; `null` for what is no server's. */
  tool: Listed | null
  text: string
}

/** What middlewares keep of results: with one bound for all, since anybody may make endpoints. */
export type Memory = {
  /** By their handles. */
  rests: LRUCache<string, Rest>
  answers: LRUCache<string, JsonObject>
  /** Grows with each definition of the server: what it answered before may not be true now. */
  versionOf(serverId: string): number
  defined(serverId: string): void
}

export function openMemory(): Memory {
  const versions = new Map<string, number>()
  const versionOf = (serverId: string) => versions.get(serverId) ?? 0
  return {
    rests: new LRUCache({ maxSize: MAX_RESTS }),
    answers: new LRUCache({ maxSize: MAX_ANSWERS }),
    versionOf,
    defined: (serverId) => void versions.set(serverId, versionOf(serverId) + 1),
  }
}
