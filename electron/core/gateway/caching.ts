import type { JsonObject } from '../json-rpc.ts'

/** How long a result may be kept, and by whom (2026-07-28, "Caching"). */
export type Caching = { ttlMs: number; cacheScope: 'public' | 'private' }

/** Of what says nothing, and of everything that a switch of ours may change at any moment. */
export const NOT_KEPT: Caching = { ttlMs: 0, cacheScope: 'private' }

/** What a server said of one of its results. */
export function cachingOf({ ttlMs, cacheScope }: JsonObject): Caching {
  const isTime = typeof ttlMs === 'number' && ttlMs >= 0
  return {
    ttlMs: isTime ? ttlMs : NOT_KEPT.ttlMs,
    cacheScope: cacheScope === 'public' ? 'public' : 'private',
  }
}

/** A whole is as fresh as its oldest part, and private if any part is. */
export function mergeCaching(parts: readonly Caching[]): Caching {
  if (parts.length === 0) return NOT_KEPT
  const isPublic = parts.every(({ cacheScope }) => cacheScope === 'public')
  return {
    ttlMs: Math.min(...parts.map(({ ttlMs }) => ttlMs)),
    cacheScope: isPublic ? 'public' : 'private',
  }
}

/** An endpoint that asks who calls gives nothing that may be shown to others. */
export function restrict(result: JsonObject, isOpen: boolean): JsonObject {
  if (isOpen || result.cacheScope !== 'public') return result
  return { ...result, cacheScope: 'private' }
}
