import type { Endpoint } from '../../../shared/endpoint.ts'
import type { Namespace, NewTools } from '../../../shared/namespace.ts'
import type { Server } from '../../../shared/server.ts'
import type { Stores } from '../wiring/stores.ts'
import { someServer } from './temp-stores.ts'

type Definitions = Pick<Stores, 'servers' | 'namespaces' | 'endpoints'>
type Member = { enabled: boolean; newTools: NewTools | null }

/** What stores should say, so simple that it cannot lose anything. */
export type Model = {
  servers: Server[]
  namespaces: Namespace[]
  endpoints: Endpoint[]
  /** By namespace and server: what was last said of it there. */
  members: Map<string, Member>
  /** By namespace: tools that were taken in, with the hash of what they said of themselves. */
  pins: Map<string, Map<string, string | null>>
  /** By namespace and server: those of which tools were taken in, so that others are new. */
  known: Set<string>
}

/** Changes one thing in the model at once, and returns how to change it in stores. */
export type Edit = (model: Model) => (stores: Definitions) => Promise<unknown>

export const SERVERS = ['a', 'b', 'c']
export const NOTHING = () => Promise.resolve()

/** Three servers, two namespaces with all of them, and an endpoint for each. */
export async function openModel(stores: Definitions): Promise<Model> {
  const model: Model = {
    ...{ servers: [], namespaces: [], endpoints: [], members: new Map(), pins: new Map() },
    known: new Set(),
  }
  for (const name of SERVERS) {
    const made = await stores.servers.create({ ...someServer(name), env: { KEY: `of ${name}` } })
    model.servers.push(structuredClone(made))
  }
  for (const name of ['one', 'two']) {
    const servers = model.servers.map(({ id: serverId }) => ({ serverId, enabled: true }))
    const made = await stores.namespaces.create({ name, servers })
    model.namespaces.push(structuredClone(made))
    model.pins.set(made.id, new Map())
    for (const { serverId, enabled, newTools } of made.servers) {
      model.members.set(made.id + serverId, { enabled, newTools })
    }
    const endpoint = await stores.endpoints.create({ name, namespaceId: made.id })
    model.endpoints.push(structuredClone(endpoint))
  }
  return model
}
