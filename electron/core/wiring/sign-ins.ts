import type { CoreConfig } from '../config.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { openOAuth, type OAuth } from '../oauth/oauth.ts'
import type { HttpClients } from './http-clients.ts'
import type { Stores } from './stores.ts'

export type SignInsParts = {
  config: Pick<CoreConfig, 'env' | 'log'>
  stores: Stores
  http: HttpClients
  /** Where browsers reach us, without a slash at its end. */
  url: string
  /** Asked for only once somebody has signed in or out. */
  gateway: () => Gateway
  /** `now` in ms since 1970: the clock, unless a test has another. */
  times: { now?: () => number }
}

/** Signing in to servers; connections follow whoever signs in or out. */
export function openSignIns({
  config,
  stores,
  http,
  url,
  gateway,
  times,
}: SignInsParts): OAuth & AsyncDisposable {
  const { env, log } = config
  const oauth = openOAuth({
    ...{ env, log, url },
    store: stores.signIns,
    serverOf: (id) => stores.servers.get(id),
    fetchFor: http.forSignIn,
    onChange(id) {
      const server = stores.servers.get(id)
      if (!server) return
      const { pools } = gateway()
      const goesOn = oauth.status(id) === 'signed-in' && pools.status(id).state === 'running'
      // As if it had been switched off and on: what failed for want of a sign-in is tried at once.
      if (!goesOn) pools.define({ ...server, enabled: false })
      gateway().updateServer(server)
    },
    ...(times.now && { now: times.now }),
  })
  return {
    ...oauth,
    [Symbol.asyncDispose]: () => oauth.settle(),
  }
}
