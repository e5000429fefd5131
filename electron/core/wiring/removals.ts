import type { RemovalKind } from '../../../shared/removal.ts'
import type { Database } from '../db/open.ts'
import type { Following } from './following.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { Logger } from '../log.ts'
import type { OAuth } from '../oauth/oauth.ts'
import { openRemovals, type Removals } from '../removals/removals.ts'
import type { Stores } from './stores.ts'

export type RemovalParts = {
  stores: Stores
  db: Database
  gateway: Gateway
  oauth: OAuth
  follow: Following
  log: Logger
  /** In ms since 1970. */
  now?: (() => number) | undefined
}

/** Removals over the stores, which what is live follows there and back. */
export async function openStoredRemovals(parts: RemovalParts): Promise<Removals & AsyncDisposable> {
  const { stores, db, gateway, oauth, log, now } = parts
  const { servers, namespaces, endpoints, apiKeys, secrets } = stores
  const followers = followersIn(parts)
  const removals = await openRemovals({
    ...{ db, log, secrets, now },
    farewellOf: oauth.farewellOf,
    sayFarewell: oauth.sayFarewell,
    deleteIn: {
      servers: servers.deleteIn,
      namespaces: namespaces.deleteIn,
      endpoints: endpoints.deleteIn,
      apiKeys: apiKeys.deleteIn,
    },
    async follow(kind, ids) {
      const before = gateway.sessions.size
      await followers[kind](ids)
      return Math.max(0, before - gateway.sessions.size)
    },
  })
  return { ...removals, [Symbol.asyncDispose]: () => removals.close() }
}

type Follower = (ids: readonly string[]) => Promise<void>

function followersIn({ stores, follow }: RemovalParts): Record<RemovalKind, Follower> {
  return {
    async servers(ids) {
      await stores.servers.reload()
      // Their members may be others now: people are told.
      await stores.namespaces.reload()
      for (const id of ids) {
        const isBack = stores.servers.get(id) !== undefined
        if (isBack) {
          await stores.catalogs.reload(id)
          await stores.signIns.recall(id)
        }
        await follow.server(id)
        if (!isBack) stores.catalogs.forget(id)
      }
    },
    async namespaces() {
      await stores.namespaces.reload()
      // Those of other people go with it.
      await stores.endpoints.reload()
      await stores.apiKeys.reload()
      await follow.endpoints()
    },
    async endpoints() {
      await stores.endpoints.reload()
      await stores.apiKeys.reload()
      await follow.endpoints()
    },
    async apiKeys(ids) {
      await stores.apiKeys.reload()
      for (const id of ids) await follow.apiKey(id)
    },
  }
}
