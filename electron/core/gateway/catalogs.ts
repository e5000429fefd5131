import type { ServerCatalog } from '../../../shared/catalog.ts'
import type { Connection } from '../connections/connection.ts'
import type { Pools } from '../connections/pools.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { ListKind } from './call.ts'
import { readCatalog } from './read-catalog.ts'

const ALL_KINDS: ReadonlySet<ListKind> = new Set(['tools', 'prompts', 'resources'])

/** Where catalogs outlive the process; reading is from memory and never waits. */
export interface StoredCatalogs {
  get(serverId: string): { catalog: ServerCatalog | null; triedAt: string | null }
  /** Resolves with whether anything was different. */
  save(serverId: string, catalog: ServerCatalog): Promise<boolean>
  saveFailure(serverId: string, error: string): Promise<void>
}

/** What each server offers: the stored answer at once, the live one as soon as it differs. */
export interface Catalogs {
  get(serverId: string): ServerCatalog | null
  /** Starts a server to learn what it offers, unless that is known. Never rejects. */
  tryOnce(serverId: string): Promise<void>
  /** Resolves when those of the servers that were never tried have been, at the latest after 10 s. */
  settled(serverIds: readonly string[]): Promise<void>
  /** Asks a live connection, for all lists or some. Never rejects. */
  learn(serverId: string, connection: Connection, kinds?: ReadonlySet<ListKind>): Promise<void>
  /** Starts a server, if it is not running, and asks it anew. Never rejects. */
  refresh(serverId: string): Promise<void>
}

export type CatalogsOptions = {
  stored: StoredCatalogs
  pools: Pools
  log: Logger
  /** Told after a server's lists differ from what they were. */
  onChange: (serverId: string, kinds: ReadonlySet<ListKind>) => void
  /** Milliseconds that lists wait for servers which were never tried. */
  firstTryMs?: number
}

export function openCatalogs(options: CatalogsOptions): Catalogs {
  const { stored, log, onChange, firstTryMs = 10_000 } = options
  /** Servers whose first try is running: lists wait for these, each for `firstTryMs` once. */
  const firstTries = new Map<string, Promise<void>>()
  /** The reading that runs on a connection, and what has to be read again after it. */
  const readings = new WeakMap<Connection, { again: Set<ListKind>; done: Promise<void> }>()

  async function readNow(serverId: string, connection: Connection, kinds: ReadonlySet<ListKind>) {
    const known = stored.get(serverId).catalog
    const catalog = await readCatalog(connection, known, kinds)
    const changed = changedKinds(known, catalog)
    await stored.save(serverId, catalog)
    if (changed.size > 0) onChange(serverId, changed)
  }

  async function readUntilQuiet(serverId: string, connection: Connection, again: Set<ListKind>) {
    try {
      while (again.size > 0) {
        const kinds = new Set(again)
        again.clear()
        await readNow(serverId, connection, kinds)
      }
    } catch (error) {
      log.warn({ serverId, error: messageOf(error) }, 'could not read what a server offers')
      await stored.saveFailure(serverId, messageOf(error)).catch(() => undefined)
    } finally {
      readings.delete(connection)
    }
  }

  function learn(serverId: string, connection: Connection, kinds = ALL_KINDS): Promise<void> {
    const running = readings.get(connection)
    if (running) {
      // A burst of list_changed is read once more at its end, not once for each.
      for (const kind of kinds) running.again.add(kind)
      return running.done
    }
    const again = new Set(kinds)
    const reading = { again, done: Promise.resolve() }
    readings.set(connection, reading)
    reading.done = readUntilQuiet(serverId, connection, again)
    return reading.done
  }

  async function startAndLearn(serverId: string): Promise<void> {
    try {
      const lease = await options.pools.lease(serverId)
      try {
        await learn(serverId, lease.connection)
      } finally {
        lease.release()
      }
    } catch (error) {
      await stored.saveFailure(serverId, messageOf(error)).catch(() => undefined)
    }
  }

  return {
    get: (serverId) => stored.get(serverId).catalog,
    learn,
    tryOnce(serverId) {
      const { catalog, triedAt } = stored.get(serverId)
      if (catalog) return Promise.resolve()
      const running = firstTries.get(serverId)
      if (running) return running
      const attempt = startAndLearn(serverId)
      // One that was tried and failed is tried again, but nobody waits for it.
      if (triedAt === null) {
        const wait = atMost(firstTryMs, attempt).finally(() => firstTries.delete(serverId))
        firstTries.set(serverId, wait)
      }
      return attempt
    },
    async settled(serverIds) {
      const waits = serverIds.map((id) => firstTries.get(id)).filter((wait) => wait !== undefined)
      if (waits.length > 0) await Promise.all(waits)
    },
    refresh: startAndLearn,
  }
}

async function atMost(ms: number, work: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  timer.unref()
  await Promise.race([work, promise])
  clearTimeout(timer)
}

function changedKinds(before: ServerCatalog | null, after: ServerCatalog): Set<ListKind> {
  const differs = (key: keyof ServerCatalog) =>
    JSON.stringify(before?.[key] ?? []) !== JSON.stringify(after[key])
  const kinds = new Set<ListKind>()
  if (differs('tools')) kinds.add('tools')
  if (differs('prompts')) kinds.add('prompts')
  if (differs('resources') || differs('resourceTemplates')) kinds.add('resources')
  return kinds
}
