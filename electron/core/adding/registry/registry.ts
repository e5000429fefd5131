import { readFile } from 'node:fs/promises'
import type { RegistryAnswer } from '../../../../shared/add-server.ts'
import { messageOf } from '../../errors.ts'
import type { Logger } from '../../log.ts'
import { readCopy, writeCopy } from './copy-file.ts'
import { fetchPages, type Fetch, type RegistryEntry } from './fetch-pages.ts'
import { serverJson, type ServerJson } from './server-json.ts'
import { Shelves } from './shelves.ts'

export type RegistryOptions = {
  /** Its base address, without a slash at the end. */
  source: string
  /** Where our copy is kept. */
  file: string
  /** A list that we ship: `{"servers": [server.json, …]}`. */
  starterFile: string
  fetch: Fetch
  log: Logger
  /** Told when there is more to find, or when the copy's state changed. */
  publish: () => void
  now?: () => number
}

/** Servers that others have published, found in a copy on this machine. */
export interface Registry {
  /** Reads the copy at the first call; asks nobody else. */
  search(text: string): Promise<RegistryAnswer>
  get(id: string): Promise<{ server: ServerJson; deprecated: boolean } | null>
  /** Brings the copy up to date in the background, if it is older than an hour. */
  freshen(): Promise<void>
  /** Resolves when what `freshen` began has ended. */
  settled(): Promise<void>
  close(): Promise<void>
}

const GOOD_FOR_MS = 60 * 60_000
/** After a failure, so that a search with every letter does not ask each time. */
const RETRY_MS = 60_000
/** What was changed while we last asked must not be missed. */
const OVERLAP_MS = 10 * 60_000

export function openRegistry(options: RegistryOptions): Registry {
  const { now = Date.now, publish } = options
  const copy = new Copy(options)
  const abort = new AbortController()
  let refreshing: Promise<void> | null = null
  let problem: string | null = null
  let triedAt = Number.NEGATIVE_INFINITY

  function begin(): Promise<void> {
    triedAt = now()
    problem = null
    const refreshed = copy.refresh(abort.signal).catch((error: unknown) => {
      if (abort.signal.aborted) return
      problem = messageOf(error)
      options.log.warn({ error: problem }, 'the copy of the registry is not up to date')
    })
    return refreshed.finally(() => {
      refreshing = null
      publish()
    })
  }

  return {
    async search(text) {
      await copy.ready()
      const { shelves, fetchedAt } = copy
      const state = { servers: shelves.size, fetchedAt, refreshing: refreshing !== null, problem }
      return { text, results: shelves.search(text), copy: state }
    },
    async get(id) {
      await copy.ready()
      return copy.shelves.get(id)
    },
    async freshen() {
      await copy.ready()
      const isTried = now() - triedAt < RETRY_MS
      if (copy.isFresh() || refreshing || isTried || abort.signal.aborted) return
      refreshing = begin()
      publish()
    },
    settled: async () => refreshing ?? undefined,
    async close() {
      abort.abort()
      await refreshing
    },
  }
}

/** What is on the disk and in memory of the registry. */
class Copy {
  readonly shelves = new Shelves()
  fetchedAt: string | null = null
  readonly #options: RegistryOptions
  #loaded: Promise<void> | null = null

  constructor(options: RegistryOptions) {
    this.#options = options
  }

  ready(): Promise<void> {
    return (this.#loaded ??= this.#load())
  }

  isFresh(): boolean {
    if (this.fetchedAt === null) return false
    return this.#now() - Date.parse(this.fetchedAt) < GOOD_FOR_MS
  }

  /** Asks the registry for what is new; keeps it when all of it has come. */
  async refresh(signal: AbortSignal): Promise<void> {
    const { source, file, fetch, publish } = this.#options
    const fetchedAt = new Date(this.#now()).toISOString()
    const last = this.fetchedAt
    const since = last && new Date(Date.parse(last) - OVERLAP_MS).toISOString()
    for await (const entries of fetchPages(source, { fetch, since, signal })) {
      await this.shelves.put(entries, 'copy')
      publish()
    }
    await writeCopy(file, { source, fetchedAt }, this.shelves.lines())
    this.fetchedAt = fetchedAt
  }

  async #load(): Promise<void> {
    const { source, file } = this.#options
    await this.shelves.put(await readStarters(this.#options), 'starter')
    const entries: RegistryEntry[] = []
    const onLine = (value: unknown) => void entries.push(...readLine(value))
    const head = await readCopy(file, { source, onLine })
    if (!head) return
    await this.shelves.put(entries, 'copy')
    this.fetchedAt = head.fetchedAt
  }

  #now(): number {
    return (this.#options.now ?? Date.now)()
  }
}

async function readStarters({ starterFile, log }: RegistryOptions): Promise<RegistryEntry[]> {
  try {
    const { servers } = JSON.parse(await readFile(starterFile, 'utf8')) as { servers: unknown[] }
    return servers.map((server) => ({ server: serverJson.parse(server), status: 'active' }))
  } catch (error) {
    log.error({ error: messageOf(error) }, 'the list of well-known servers could not be read')
    return []
  }
}

function readLine(value: unknown): RegistryEntry[] {
  if (typeof value !== 'object' || value === null || !('server' in value)) return []
  const server = serverJson.safeParse(value.server)
  if (!server.success) return []
  const isDeprecated = 'status' in value && value.status === 'deprecated'
  return [{ server: server.data, status: isDeprecated ? 'deprecated' : 'active' }]
}
