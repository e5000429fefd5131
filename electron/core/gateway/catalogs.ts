import type { ServerCatalog } from '../../../shared/catalog.ts'
import type { Connection } from '../connections/connection.ts'
import type { Pools } from '../connections/pools.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import { readParamFields } from '../param-headers.ts'
import { NOT_KEPT, type Caching } from './caching.ts'
import type { ListKind, ListMethod } from './call.ts'
import { ReadingPace } from './reading-pace.ts'
import { readCatalog, type CatalogReading } from './read-catalog.ts'

/** A server that makes up new mistakes all the time must not fill the log. */
const MAX_TOLD = 1_000
const ALL_KINDS: ReadonlySet<ListKind> = new Set(['tools', 'prompts', 'resources'])

/** Where catalogs outlive the process; reading is from memory and never waits. */
export interface StoredCatalogs {
  get(serverId: string): { catalog: ServerCatalog | null; triedAt: string | null }
  /** In memory at once. Resolves, once it is stored, with whether anything was different. */
  save(serverId: string, catalog: ServerCatalog): Promise<boolean>
  saveFailure(serverId: string, error: string): Promise<void>
}

export type CatalogsOptions = {
  stored: StoredCatalogs
  pools: Pools
  log: Logger
  /** Told after what a server offers or says of itself differs; `kinds` are the lists that do. */
  onChange: (serverId: string, kinds: ReadonlySet<ListKind>) => void
  /** Milliseconds that lists wait for servers which were never tried. */
  firstTryMs?: number
  /** Milliseconds until a live connection that could not be read is read again. */
  retryMs?: number
  /** Milliseconds before a third reading in a row; each further one waits longer. */
  pauseMs?: number
}

type Source = { connection: Connection; readAt: Map<ListMethod, number> }

/** What each server offers: the stored answer at once, the live one as soon as it differs. */
export class Catalogs {
  readonly #options: CatalogsOptions
  /** Servers whose first try is running: lists wait for these, each for `firstTryMs` once. */
  readonly #firstTries = new Map<string, Promise<void>>()
  /** The reading that runs on a connection, and what has to be read again after it. */
  readonly #readings = new WeakMap<Connection, { again: Set<ListKind>; done: Promise<void> }>()

  readonly #welcomes = new WeakMap<Connection, Promise<void>>()
  /** How long the lists of a server may be kept; unknown after a restart until they are read. */
  readonly #caching = new Map<string, Map<ListMethod, Caching>>()
  /** The connection that a modern server's lists were read from last, and when each was. */
  readonly #sources = new Map<string, Source>()
  readonly #paces = new WeakMap<Connection, ReadingPace>()
  /** Tools that were left out, and why. */
  readonly #toldFaults = new Set<string>()
  /** How often in a row a connection could not be read. */
  readonly #setbacks = new WeakMap<Connection, number>()
  /** We end: that a server does not answer any more is no fault of its. */
  isEnding = false

  constructor(options: CatalogsOptions) {
    this.#options = options
  }

  get(serverId: string): ServerCatalog | null {
    return this.#options.stored.get(serverId).catalog
  }

  caching(serverId: string, method: ListMethod): Caching {
    return this.#caching.get(serverId)?.get(method) ?? NOT_KEPT
  }

  /**
   * Asks modern servers again, in the background, for a list that somebody wants and whose time is
   * over (2026-07-28, "Caching"); what differs is told by list_changed. Nothing is asked unwanted.
   */
  revalidate(serverIds: readonly string[], method: ListMethod): void {
    for (const id of serverIds) {
      const [source, kept] = [this.#sources.get(id), this.#caching.get(id)?.get(method)]
      const readAt = source?.readAt.get(method)
      if (!source || !kept || readAt === undefined) continue
      if (performance.now() - readAt < kept.ttlMs) continue
      void this.learn(id, source.connection, new Set([method.split('/')[0] as ListKind]))
    }
  }

  /** Starts a server to learn what it offers, unless that is known. Never rejects. */
  async tryOnce(serverId: string): Promise<void> {
    if (!this.get(serverId)) await this.refresh(serverId)
  }

  /** Starts a server, if it is not running, and asks it anew. Never rejects. */
  refresh(serverId: string): Promise<void> {
    const { stored, firstTryMs = 10_000 } = this.#options
    const { triedAt } = stored.get(serverId)
    const attempt = this.#startAndLearn(serverId)
    // One that was tried and failed is tried again, but nobody waits for it.
    const isFirst = triedAt === null || this.#firstTries.has(serverId)
    if (!isFirst) return attempt
    // An edit in the first try ends that one: what is waited for is always the newest.
    const wait = this.#waitOnce(serverId, attempt, firstTryMs).finally(() => {
      if (this.#firstTries.get(serverId) === wait) this.#firstTries.delete(serverId)
    })
    this.#firstTries.set(serverId, wait)
    return attempt
  }

  /** Asks a new connection for everything, once. Never rejects. */
  welcome(serverId: string, connection: Connection): Promise<void> {
    const known = this.#welcomes.get(connection)
    if (known) return known
    const reading = this.learn(serverId, connection, ALL_KINDS)
    this.#welcomes.set(connection, reading)
    return reading
  }

  /**
   * Resolves when those of the servers that were never tried have been, at the latest after 10 s,
   * with whether there was anything to wait for.
   */
  async settled(serverIds: readonly string[]): Promise<boolean> {
    let hasWaited = false
    for (;;) {
      const waits = serverIds.map((id) => this.#firstTries.get(id)).filter((wait) => !!wait)
      if (waits.length === 0) return hasWaited
      hasWaited = true
      // An edit meanwhile puts a newer try in the place of one that was waited for.
      await Promise.all(waits)
    }
  }

  /** Asks a live connection for some lists. Never rejects. */
  learn(serverId: string, connection: Connection, kinds: ReadonlySet<ListKind>): Promise<void> {
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

  async #waitOnce(serverId: string, attempt: Promise<void>, ms: number): Promise<void> {
    if (await finishes(attempt, ms)) return
    // Kept at once: should we be killed meanwhile, the next start does not wait for it again.
    if (!this.get(serverId)) await this.#saveFailure(serverId, 'It has not answered yet.')
  }

  async #saveFailure(serverId: string, error: string): Promise<void> {
    const { stored, log } = this.#options
    if (this.isEnding) return
    await stored.saveFailure(serverId, error).catch((cause: unknown) => {
      log.error({ serverId, error: messageOf(cause) }, 'could not store that a server failed')
    })
  }

  async #readUntilQuiet(serverId: string, connection: Connection, again: Set<ListKind>) {
    const pace = this.#paces.get(connection) ?? new ReadingPace(this.#options.pauseMs ?? 1_000)
    this.#paces.set(connection, pace)
    while (again.size > 0) {
      const waitMs = pace.begin()
      // One that is gone meanwhile is not read any more.
      if (waitMs > 0 && (await finishes(connection.closed, waitMs))) break
      const kinds = new Set(again)
      again.clear()
      const failed = await this.#readNow(serverId, connection, kinds)
      pace.ended()
      if (failed.size > 0) this.#readLater(serverId, connection, failed)
    }
    this.#readings.delete(connection)
  }

  /** Resolves with the lists that could not be read. */
  async #readNow(
    serverId: string,
    connection: Connection,
    kinds: ReadonlySet<ListKind>,
  ): Promise<ReadonlySet<ListKind>> {
    const { stored, log } = this.#options
    try {
      const known = stored.get(serverId).catalog
      const { catalog, failures, caching } = await readCatalog(connection, known, kinds)
      this.#keepCaching(serverId, caching, connection)
      if (connection.era === 'modern' && connection.pid === null)
        this.#dropFaulty(serverId, catalog)
      for (const [kind, error] of failures) {
        log.warn({ serverId, kind, error: error.message }, 'a server refused one of its lists')
      }
      await this.#keep(serverId, known, catalog)
      if (failures.size === 0) this.#setbacks.delete(connection)
      return new Set(failures.keys())
    } catch (error) {
      log.warn({ serverId, error: messageOf(error) }, 'could not read what a server offers')
      await this.#saveFailure(serverId, messageOf(error))
      return kinds
    }
  }

  /**
   * A client must not use tools whose headers cannot be made (2026-07-28, "Custom Headers from Tool
   * Parameters"); over stdio there are none.
   */
  #dropFaulty(serverId: string, catalog: ServerCatalog): void {
    catalog.tools = catalog.tools.filter(({ name, inputSchema }) => {
      const fields = readParamFields(inputSchema)
      if (!('fault' in fields)) return true
      this.#tellFault(serverId, String(name), fields.fault)
      return false
    })
  }

  /** Once: lists may be read again and again. */
  #tellFault(serverId: string, tool: string, fault: string): void {
    const key = JSON.stringify([serverId, tool, fault])
    if (this.#toldFaults.has(key) || this.#toldFaults.size >= MAX_TOLD) return
    this.#toldFaults.add(key)
    const words = 'a tool is left out: its headers are wrong'
    this.#options.log.warn({ serverId, tool, fault }, words)
  }

  #keepCaching(serverId: string, caching: CatalogReading['caching'], connection: Connection): void {
    const before = this.#caching.get(serverId) ?? []
    this.#caching.set(serverId, new Map([...before, ...caching]))
    // A legacy server tells of changes, and of no times.
    if (connection.era === 'legacy') return
    const known = this.#sources.get(serverId)
    const source =
      known?.connection === connection
        ? known
        : { connection, readAt: new Map<ListMethod, number>() }
    for (const method of caching.keys()) source.readAt.set(method, performance.now())
    if (source === known) return
    this.#sources.set(serverId, source)
    void connection.closed.then(() => {
      if (this.#sources.get(serverId) === source) this.#sources.delete(serverId)
    })
  }

  async #keep(serverId: string, known: ServerCatalog | null, catalog: ServerCatalog) {
    const { stored, onChange } = this.#options
    // In memory at once: nobody is served what was before while the database is slow.
    const saving = stored.save(serverId, catalog)
    const kept = stored.get(serverId).catalog ?? catalog
    const changed = changedKinds(known, kept)
    if (changed.size > 0 || differs(known?.hello, kept.hello)) onChange(serverId, changed)
    await saving
  }

  /** It runs, so nothing else would ever ask it again. Ever more rarely, if it goes on refusing. */
  #readLater(serverId: string, connection: Connection, kinds: ReadonlySet<ListKind>): void {
    const setbacks = (this.#setbacks.get(connection) ?? 0) + 1
    this.#setbacks.set(connection, setbacks)
    const { retryMs = 30_000 } = this.#options
    const again = () => void this.learn(serverId, connection, kinds)
    const timer = setTimeout(again, retryMs * 2 ** Math.min(setbacks - 1, 6)).unref()
    void connection.closed.then(() => clearTimeout(timer))
  }

  async #startAndLearn(serverId: string): Promise<void> {
    const { pools } = this.#options
    try {
      const lease = await pools.lease(serverId)
      try {
        await this.welcome(serverId, lease.connection)
      } finally {
        lease.release()
      }
    } catch (error) {
      await this.#saveFailure(serverId, messageOf(error))
    }
  }
}

/** Whether the work is done within that time. */
async function finishes(work: Promise<unknown>, ms: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>()
  const timer = setTimeout(() => resolve(false), ms)
  timer.unref()
  const isDone = await Promise.race([work.then(() => true), late])
  clearTimeout(timer)
  return isDone
}

function changedKinds(before: ServerCatalog | null, after: ServerCatalog): Set<ListKind> {
  const changed = (key: keyof ServerCatalog) => differs(before?.[key] ?? [], after[key])
  const kinds = new Set<ListKind>()
  if (changed('tools')) kinds.add('tools')
  if (changed('prompts')) kinds.add('prompts')
  if (changed('resources') || changed('resourceTemplates')) kinds.add('resources')
  return kinds
}

function differs(before: unknown, after: unknown): boolean {
  return JSON.stringify(before) !== JSON.stringify(after)
}
