import type { Namespace } from '../../../shared/namespace.ts'
import type { ServerInput } from '../../../shared/server.ts'
import type { Database, Tx } from '../db/open.ts'
import { AppError } from '../errors.ts'
import type { Stores } from './stores.ts'

export type AddServersOptions = {
  db: Database
  stores: Pick<Stores, 'servers' | 'namespaces'>
  /** Makes live connections follow a server that is new. */
  follow: (id: string) => Promise<void>
}

/**
 * Creates all of them or none, and puts them at the end of a namespace if one is named. Rejects
 * with an AppError; the ids are in the order of the servers.
 */
export type AddServers = (servers: ServerInput[], namespaceId: string | null) => Promise<string[]>

export function openAddServers({ db, stores, follow }: AddServersOptions): AddServers {
  const { servers, namespaces } = stores

  return async (inputs, namespaceId) => {
    const ids = await db.write(async (tx) => {
      const created: string[] = []
      for (const input of inputs) created.push((await servers.createIn(tx, input)).id)
      if (namespaceId !== null) await join(tx, await namespaceIn(tx, namespaceId), created)
      return created
    })
    await servers.reload()
    await namespaces.reload()
    for (const id of ids) await follow(id)
    return ids
  }

  async function namespaceIn(tx: Tx, id: string): Promise<Namespace> {
    const namespace = (await namespaces.listIn(tx)).find((one) => one.id === id)
    if (!namespace) throw new AppError('not-found', `There is no namespace with the id "${id}".`)
    return namespace
  }

  async function join(tx: Tx, namespace: Namespace, ids: string[]): Promise<void> {
    const members = [
      ...namespace.servers.map(({ serverId }) => ({ serverId })),
      ...ids.map((serverId) => ({ serverId })),
    ]
    await namespaces.updateIn(tx, namespace.id, { servers: members })
  }
}
