import { and, eq, isNull } from 'drizzle-orm'
import { requireOther } from '../accounts/people.ts'
import type { Database, Tx } from '../db/open.ts'
import { apiKeys, callLog, endpoints, namespaces, servers, users } from '../db/schema.ts'
import type { Removals } from '../removals/removals.ts'
import type { Following } from './following.ts'
import type { Stores } from './stores.ts'

export type LeavingParts = {
  db: Database
  stores: Stores
  follow: Following
  removals: Pick<Removals, 'forget'>
}

/**
 * Takes leave of an account. What it has kept to itself goes with it, what is live of that too; what
 * it has shared stays as the instance's, under another name where the instance has that one. Servers
 * of a member are off then: the instance's run programs, and read the environment, which nobody has
 * allowed this one; and none of an account's reaches inside the network before it is given another
 * address. What of its things was deleted a short while ago cannot be put back: secrets are in there.
 * Rejects with an AppError for the last administrator.
 */
export function leavingFrom({ db, stores, follow, removals }: LeavingParts) {
  return async (accountId: string): Promise<void> => {
    const own = stores.servers.list().filter(({ ownerId }) => ownerId === accountId)
    const isMember = stores.directory.get(accountId)?.role !== 'admin'
    await stores.handedOver.add(own.filter(({ shared }) => shared))
    await db.write(async (tx) => {
      await requireOther(tx, accountId, 'member')
      await handOver(tx, accountId, isMember)
      // In this order: what refers to another thing goes first.
      for (const table of [apiKeys, endpoints, namespaces, servers]) {
        await tx.delete(table).where(eq(table.ownerId, accountId))
      }
      await tx.delete(callLog).where(eq(callLog.ownerId, accountId))
      await tx.delete(users).where(eq(users.id, accountId))
    })
    for (const store of [stores.servers, stores.namespaces, stores.endpoints, stores.apiKeys]) {
      await store.reload()
    }
    for (const { id } of own) {
      await follow.server(id)
      if (!stores.servers.get(id)) stores.catalogs.forget(id)
    }
    await follow.endpoints()
    await removals.forget(accountId)
  }
}

/** The tables of what can be shared. */
const SHARED = [
  { table: servers, longest: 32 },
  { table: namespaces, longest: 64 },
  { table: endpoints, longest: 64 },
]

async function handOver(tx: Tx, accountId: string, isMember: boolean): Promise<void> {
  for (const { table, longest } of SHARED) {
    const rows = await tx
      .select({ id: table.id, name: table.name })
      .from(table)
      .where(and(eq(table.ownerId, accountId), eq(table.shared, true)))
    const taken = await tx.select({ name: table.name }).from(table).where(isNull(table.ownerId))
    const names = new Set(taken.map(({ name }) => name))
    for (const { id, name } of rows) {
      const free = freeName(name, names, longest)
      names.add(free)
      const isOff = isMember && table === servers
      const left = { ownerId: null, name: free, ...(isOff && { enabled: false }) }
      await tx.update(table).set(left).where(eq(table.id, id))
    }
  }
}

function freeName(name: string, taken: ReadonlySet<string>, longest: number): string {
  for (let number = 1; ; number++) {
    const ending = number === 1 ? '' : `-${number}`
    const candidate = name.slice(0, longest - ending.length) + ending
    if (!taken.has(candidate)) return candidate
  }
}
