import type { CoreConfig } from '../config.ts'
import { openHttpClient, type Fetch } from '../connections/http-client.ts'
import { openOutbound } from '../outbound.ts'
import type { Stores } from './stores.ts'

/** HTTP to servers, and to where one signs in to them: as far as whoever defined them may reach. */
export interface HttpClients extends AsyncDisposable {
  /** For the messages of a server, whosever it is by then. */
  forServer(id: string): Fetch
  /** For what a sign-in to a server takes; `null` for one that was removed. */
  forSignIn(server: URL, id: string | null): Fetch
}

type Parts = {
  config: Pick<CoreConfig, 'env' | 'auth' | 'allowPrivate'>
  stores: Pick<Stores, 'servers' | 'handedOver'>
}

/**
 * Servers of accounts, and all that these name, are kept to the public internet and to what the
 * operator allows. The operator's own are wherever the operator says, on this machine above all; but
 * one that is public itself must not send a sign-in to what is inside. What an account has left behind
 * is as when it was its own, until somebody gives it another address.
 */
export function openHttpClients({ config, stores }: Parts): HttpClients {
  const { env, auth, allowPrivate = null } = config
  const anywhere = openHttpClient(env)
  const outbound = allowPrivate && openOutbound({ allow: allowPrivate })
  const kept = openHttpClient(env, outbound)

  /** Whose a removed server was is not known any more. */
  const isOfAccount = (id: string | null) => {
    const server = id === null ? undefined : stores.servers.get(id)
    if (!server) return auth === 'accounts'
    return server.ownerId !== null || stores.handedOver.hasGivenAddress(server)
  }
  return {
    forServer: (id) => (url, init) => (isOfAccount(id) ? kept : anywhere).fetch(url, init),
    forSignIn: (server, id) => async (url, init) => {
      const isFree = !isOfAccount(id) && (await outbound?.isInside(server.hostname)) !== false
      return (isFree ? anywhere : kept).fetch(url, init)
    },
    async [Symbol.asyncDispose]() {
      await anywhere.close()
      await kept.close()
    },
  }
}
