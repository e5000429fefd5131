import type { Namespace } from '../../../shared/namespace.ts'
import { serverDefinition, type NewServer } from '../../../shared/server.ts'
import { isShared, ownedBy, requirePart, type Access } from '../access.ts'
import type { AddServers } from '../adding/adding.ts'
import type { Database, Tx } from '../db/open.ts'
import { AppError } from '../errors.ts'
import { parseInput } from '../problems.ts'
import type { ServerRules } from '../server-rules.ts'
import type { Stores } from './stores.ts'

export type AddServersOptions = {
  db: Database
  stores: Pick<Stores, 'servers' | 'namespaces'>
  rules: ServerRules
  /** Makes live connections follow a server that is new. */
  follow: (id: string) => Promise<void>
}

/** Adds them at the end of the namespace. What joins one that all may use is shared, too. */
export function openAddServers({ db, stores, rules, follow }: AddServersOptions): AddServers {
  const { servers, namespaces } = stores

  return async (access, given, namespaceId) => {
    const { accountId } = access
    const namespace = namespaceId === null ? null : namespaceFor(access, namespaceId)
    const inputs = given.map((input) => prepared(access, input, namespace))
    const ids = await db.write(async (tx) => {
      const created: string[] = []
      for (const input of inputs) created.push((await servers.createIn(tx, input, accountId)).id)
      if (namespace) await join(tx, await namespaceIn(tx, namespace.id), created)
      return created
    })
    await servers.reload()
    await namespaces.reload()
    for (const id of ids) await follow(id)
    return ids
  }

  function namespaceFor(access: Access, id: string): Namespace {
    return access.requireChanged(namespaces.get(id), () => noNamespace(id))
  }

  function prepared(access: Access, input: NewServer, namespace: Namespace | null): NewServer {
    const joins = namespace !== null && isShared(namespace)
    const { approve, ...definition } = { ...input, shared: input.shared ?? joins }
    const { accountId } = access
    rules.refuse(access, { after: parseInput(serverDefinition, definition), ownerId: accountId })
    const owned = ownedBy(accountId, definition.shared)
    if (namespace) requirePart(namespace, { ...owned, name: definition.name, noun: 'server' })
    return { ...definition, approve }
  }

  async function namespaceIn(tx: Tx, id: string): Promise<Namespace> {
    const namespace = (await namespaces.listIn(tx)).find((one) => one.id === id)
    if (!namespace) throw noNamespace(id)
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

function noNamespace(id: string): AppError {
  return new AppError('not-found', `There is no namespace with the id "${id}".`)
}
