import type { CoreConfig } from '../config.ts'
import { openHttpClient } from '../connections/http-client.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { openOAuth, type OAuth } from '../oauth/oauth.ts'
import type { Stores } from './stores.ts'

export type SignInsParts = {
  config: Pick<CoreConfig, 'env' | 'log'>
  stores: Stores
  /** Where browsers reach us, without a slash at its end. */
  url: string
  /** Asked for only once somebody has signed in or out. */
  gateway: () => Gateway
  /** `now` in ms since 1970: the clock, unless a test has another. */
  times: { now?: () => number }
}

/** Signing in to servers, with HTTP of its own; connections follow whoever signs in or out. */
export function openSignIns({
  config,
  stores,
  url,
  gateway,
  times,
}: SignInsParts): OAuth & AsyncDisposable {
  const { env, log } = config
  const http = openHttpClient(env)
  const oauth = openOAuth({
    ...{ env, log, url },
    store: stores.signIns,
    serverOf: (id) => stores.servers.get(id),
    fetch: http.fetch,
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
    async [Symbol.asyncDispose]() {
      await oauth.settle()
      await http.close()
    },
  }
}
