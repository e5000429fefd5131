import type { ServerCatalog } from '../../../shared/catalog.ts'
import type { Changes } from '../changes.ts'
import type { Database } from '../db/open.ts'
import { deepFreeze } from '../shelf.ts'
import { canonicalJson } from '../canonical-json.ts'
import { readCatalogs, writeAttempt, type CatalogEntry } from './catalog-rows.ts'

/** Last seen catalogs. Memory comes first: `get` never waits, and shows a `save` at once. */
export interface CatalogStore {
  get(serverId: string): CatalogEntry
  /**
   * Takes the catalog over (it is frozen) and resolves, once it is stored, with whether anything in
   * it differs from the last good one. That a server was deleted meanwhile is no error.
   */
  save(serverId: string, catalog: ServerCatalog): Promise<boolean>
  /** Remembers that the server was asked in vain; its last good catalog stays. */
  saveFailure(serverId: string, error: string): Promise<void>
  /** Remembers whether the server's clients get connections of their own. */
  setOwnConnections(serverId: string, value: boolean): Promise<void>
  /** For a server that is deleted: its rows go with it, this is its memory. */
  forget(serverId: string): void
  /** For a server that was put back, or whose catalog another process has stored. */
  reload(serverId: string): Promise<void>
}

export type CatalogStoreOptions = { db: Database; changes: Changes }

/** Characters. PostgreSQL keeps no key of more than 2,700 bytes; the protocol asks for 128. */
const MAX_NAME = 512

const NEVER_TRIED: CatalogEntry = Object.freeze({
  catalog: null,
  triedAt: null,
  error: null,
  ownConnections: false,
})

export async function openCatalogStore(options: CatalogStoreOptions): Promise<CatalogStore> {
  const { db, changes } = options
  const entries = deepFreezeEntries(await db.read((tx) => readCatalogs(tx)))
  let lastWrite: Promise<unknown> = Promise.resolve()

  const get = (serverId: string) => entries.get(serverId) ?? NEVER_TRIED

  /** One write after the other: the last in memory must be the last in the database. */
  async function remember(serverId: string, entry: CatalogEntry, catalog?: ServerCatalog) {
    const before = get(serverId)
    entries.set(serverId, deepFreeze(entry))
    const { error, ownConnections } = entry
    const attempt = { triedAt: entry.triedAt ?? now(), error, ownConnections, catalog }
    const write = lastWrite.then(() => db.record((tx) => writeAttempt(tx, serverId, attempt)))
    lastWrite = write.catch(() => undefined)
    const isTold = catalog || error !== before.error || ownConnections !== before.ownConnections
    if (isTold) changes.publish({ kind: 'catalog', serverId })
    const isKnown = await write
    if (!isKnown) entries.delete(serverId)
    else if (isTold) db.news.tell('catalog', serverId)
  }

  return {
    get,
    async save(serverId, offered) {
      const catalog = { ...offered, tools: distinctTools(offered.tools) }
      const { catalog: before, ownConnections } = get(serverId)
      const differs = canonicalJson(before) !== canonicalJson(catalog)
      const kept = differs ? catalog : before
      const entry = { catalog: kept, triedAt: now(), error: null, ownConnections }
      await remember(serverId, entry, differs ? catalog : undefined)
      return differs
    },
    async saveFailure(serverId, error) {
      // Error texts quote what a server wrote; PostgreSQL takes no NUL.
      const words = error.replaceAll('\0', '')
      await remember(serverId, { ...get(serverId), triedAt: now(), error: words })
    },
    async setOwnConnections(serverId, ownConnections) {
      const entry = get(serverId)
      if (entry.ownConnections === ownConnections) return
      await remember(serverId, { ...entry, triedAt: entry.triedAt ?? now(), ownConnections })
    },
    forget: (serverId) => void entries.delete(serverId),
    async reload(serverId) {
      await lastWrite
      const entry = (await db.read((tx) => readCatalogs(tx, serverId))).get(serverId)
      if (!entry) return
      const { catalog, ownConnections, error } = get(serverId)
      // One that is the same stays the object that it was: what was made of it is kept by it.
      const isSame = canonicalJson(catalog) === canonicalJson(entry.catalog)
      entries.set(serverId, deepFreeze(isSame ? { ...entry, catalog } : entry))
      if (isSame && ownConnections === entry.ownConnections && error === entry.error) return
      changes.publish({ kind: 'catalog', serverId })
    },
  }
}

/**
 * A tool is called by its name: one without a name, or a second of the same name, never can be. One
 * whose name the database would not give back as it was could not be told from others there, and
 * what was taken in of it would not be known again.
 */
function distinctTools(tools: ServerCatalog['tools']): ServerCatalog['tools'] {
  const names = new Set<unknown>()
  return tools.filter(({ name }) => {
    if (typeof name !== 'string' || names.has(name)) return false
    if (name.length > MAX_NAME || name.includes('\0') || !name.isWellFormed()) return false
    names.add(name)
    return true
  })
}

function deepFreezeEntries(entries: Map<string, CatalogEntry>): Map<string, CatalogEntry> {
  entries.forEach((entry) => deepFreeze(entry))
  return entries
}

function now(): string {
  return new Date().toISOString()
}
