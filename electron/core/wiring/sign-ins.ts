import type { CoreConfig } from '../config.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { openOAuth, type OAuth } from '../oauth/oauth.ts'
import type { Database } from '../db/open.ts'
import { renew } from './following.ts'
import type { HttpClients } from './http-clients.ts'
import { rulesOver } from './rules.ts'
import type { Stores } from './stores.ts'

export type SignInsParts = {
  config: Pick<CoreConfig, 'env' | 'log'>
  stores: Stores
  db: Pick<Database, 'isShared' | 'alone'>
  http: HttpClients
  /** Where browsers reach us, without a slash at its end. */
  url: string
  /** Our name among several on one database. */
  replica: string | null
  /** Asked for only once somebody has signed in or out. */
  gateway: () => Gateway
  /** `now` in ms since 1970: the clock, unless a test has another. */
  times: { now?: () => number }
}

/** Signing in to servers; connections follow whoever signs in or out. */
export function openSignIns({
  config,
  stores,
  db,
  http,
  url,
  replica,
  gateway,
  times,
}: SignInsParts): OAuth & AsyncDisposable {
  const { env, log } = config
  const rules = rulesOver(stores)
  const oauth = openOAuth({
    ...{ log, url, replica },
    envOf({ id }) {
      const server = stores.servers.get(id)
      return server && rules.mayReadEnvironment(server.ownerId) ? env : {}
    },
    store: stores.signIns,
    serverOf: (id) => stores.servers.get(id),
    fetchFor: http.forSignIn,
    onChange(id) {
      const server = stores.servers.get(id)
      if (!server) return
      const state = gateway().pools.status(id).state
      if (oauth.status(id) === 'signed-in' && state === 'running') gateway().updateServer(server)
      // What failed for want of a sign-in is tried at once.
      else renew(gateway(), server)
    },
    ...(db.isShared && { alone: (work, about) => db.alone(work, about) }),
    ...(times.now && { now: times.now }),
  })
  return {
    ...oauth,
    [Symbol.asyncDispose]: () => oauth.settle(),
  }
}
