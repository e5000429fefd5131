import { inArray } from 'drizzle-orm'
import type { Database } from '../db/open.ts'
import { oauthResources } from '../db/schema.ts'

/** An endpoint that takes tokens. */
export type Resource = {
  /** Of the endpoint. */
  id: string
  /** Its address, which tokens name as their audience (RFC 8707). */
  identifier: string
  name: string
}

/** The endpoints that the authorization server gives tokens for, in step with those that there are. */
export interface Resources {
  list(): Resource[]
  byIdentifier(identifier: string): Resource | undefined
  /** Resolves with the identifiers that are no more. */
  set(resources: readonly Resource[]): Promise<ReadonlySet<string>>
  /** After another process has stored others. */
  reload(): Promise<void>
}

export async function openResources(db: Database): Promise<Resources> {
  const readAll = async () => {
    const stored = await db.read((tx) => tx.select().from(oauthResources))
    return new Map<string, Resource>(stored.map((row) => [row.identifier, row]))
  }
  let known = await readAll()
  let turn: Promise<unknown> = Promise.resolve()

  async function set(resources: readonly Resource[]): Promise<ReadonlySet<string>> {
    const next = new Map(resources.map((resource) => [resource.identifier, resource]))
    const gone = new Set([...known.keys()].filter((one) => !next.has(one)))
    const fresh = resources.filter(({ identifier }) => !known.has(identifier))
    if (gone.size > 0 || fresh.length > 0) {
      await db.write(async (tx) => {
        if (gone.size > 0) {
          await tx.delete(oauthResources).where(inArray(oauthResources.identifier, [...gone]))
        }
        const createdAt = new Date()
        const rows = fresh.map((resource) => ({ ...resource, createdAt, updatedAt: createdAt }))
        // Another process may have been first.
        if (rows.length > 0) await tx.insert(oauthResources).values(rows).onConflictDoNothing()
      })
    }
    known = next
    return gone
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work)
    turn = mine.catch(() => undefined)
    return mine
  }

  return {
    list: () => [...known.values()],
    byIdentifier: (identifier) => known.get(identifier),
    set: (resources) => inTurn(() => set(resources)),
    reload: () =>
      inTurn(async () => {
        known = await readAll()
      }),
  }
}
