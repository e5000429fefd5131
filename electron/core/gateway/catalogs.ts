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

export type CatalogsOptions = {
  stored: StoredCatalogs
  pools: Pools
  log: Logger
  /** Told after a server's lists differ from what they were. */
  onChange: (serverId: string, kinds: ReadonlySet<ListKind>) => void
  /** Milliseconds that lists wait for servers which were never tried. */
  firstTryMs?: number
}

/** What each server offers: the stored answer at once, the live one as soon as it differs. */
export class Catalogs {
  readonly #options: CatalogsOptions
  /** Servers whose first try is running: lists wait for these, each for `firstTryMs` once. */
  readonly #firstTries = new Map<string, Promise<void>>()
  /** The reading that runs on a connection, and what has to be read again after it. */
  readonly #readings = new WeakMap<Connection, { again: Set<ListKind>; done: Promise<void> }>()

  constructor(options: CatalogsOptions) {
    this.#options = options
  }

  get(serverId: string): ServerCatalog | null {
    return this.#options.stored.get(serverId).catalog
  }

  /** Starts a server to learn what it offers, unless that is known. Never rejects. */
  async tryOnce(serverId: string): Promise<void> {
    if (!this.get(serverId)) await this.refresh(serverId)
  }

  /** Starts a server, if it is not running, and asks it anew. Never rejects. */
  refresh(serverId: string): Promise<void> {
    const { stored, firstTryMs = 10_000 } = this.#options
    const running = this.#firstTries.get(serverId)
    if (running) return running
    const { triedAt } = stored.get(serverId)
    const attempt = this.#startAndLearn(serverId)
    // One that was tried and failed is tried again, but nobody waits for it.
    if (triedAt !== null) return attempt
    const wait = atMost(firstTryMs, attempt).finally(() => this.#firstTries.delete(serverId))
    this.#firstTries.set(serverId, wait)
    return attempt
  }

  /** Resolves when those of the servers that were never tried have been, at the latest after 10 s. */
  async settled(serverIds: readonly string[]): Promise<void> {
    if (this.#firstTries.size === 0) return
    await Promise.all(serverIds.map((id) => this.#firstTries.get(id)))
  }

  /** Asks a live connection, for all lists or some. Never rejects. */
  learn(serverId: string, connection: Connection, kinds = ALL_KINDS): Promise<void> {
    const running = this.#readings.get(connection)
    if (running) {
      // A burst of list_changed is read once more at its end, not once for each.
      for (const kind of kinds) running.again.add(kind)
      return running.done
    }
    const again = new Set(kinds)
    const reading = { again, done: Promise.resolve() }
    this.#readings.set(connection, reading)
    reading.done = this.#readUntilQuiet(serverId, connection, again)
    return reading.done
  }

  async #readUntilQuiet(serverId: string, connection: Connection, again: Set<ListKind>) {
    const { stored, log } = this.#options
    try {
      while (again.size > 0) {
        const kinds = new Set(again)
        again.clear()
        await this.#readNow(serverId, connection, kinds)
      }
    } catch (error) {
      log.warn({ serverId, error: messageOf(error) }, 'could not read what a server offers')
      await stored.saveFailure(serverId, messageOf(error)).catch(() => undefined)
    } finally {
      this.#readings.delete(connection)
    }
  }

  async #readNow(serverId: string, connection: Connection, kinds: ReadonlySet<ListKind>) {
    const { stored, onChange } = this.#options
    const known = stored.get(serverId).catalog
    const catalog = await readCatalog(connection, known, kinds)
    const changed = changedKinds(known, catalog)
    await stored.save(serverId, catalog)
    if (changed.size > 0) onChange(serverId, changed)
  }

  async #startAndLearn(serverId: string): Promise<void> {
    const { pools, stored } = this.#options
    try {
      const lease = await pools.lease(serverId)
      try {
        await this.learn(serverId, lease.connection)
      } finally {
        lease.release()
      }
    } catch (error) {
      await stored.saveFailure(serverId, messageOf(error)).catch(() => undefined)
    }
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
