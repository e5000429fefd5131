import type { Gateway } from '../gateway/gateway.ts'
import type { Standing } from '../metrics/standing.ts'
import type { Stores } from './stores.ts'
import type { Watching } from './watching.ts'

type Parts = {
  gateway: Pick<Gateway, 'pools' | 'sessions' | 'endpoint'>
  stores: Pick<Stores, 'servers'>
  watching: Pick<Watching, 'calls'>
  inFlight: () => number
}

/** How it is now, in numbers. */
export function standingOf({ gateway, stores, watching, inFlight }: Parts): Standing {
  const { sessions, pools } = gateway
  const client = sessions.countWhere(({ endpoint }) => gateway.endpoint(endpoint.name) === endpoint)
  return {
    servers: stores.servers.list().map(({ id, name }) => {
      return { id, name, state: pools.status(id).state, connections: pools.counts(id) }
    }),
    sessions: { client, inspector: sessions.size - client },
    inFlight: inFlight(),
    calls: watching.calls.health(),
  }
}
