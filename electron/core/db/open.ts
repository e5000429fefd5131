import { rm } from 'node:fs/promises'
import type { Logger } from '../log.ts'
import type { Ground } from './cluster.ts'
import { startDatabase } from './database.ts'
import type { Database } from './database.ts'
import { lockStore } from './lock.ts'
import { readMigrations } from './migrate.ts'
import { pathsIn } from './paths.ts'
import { openPostgres } from './postgres.ts'
import { openSoundStore } from './sound.ts'
import type { SpareThread } from './thread.ts'
import { upgrade } from './upgrade.ts'

export type { Database } from './database.ts'
export type { Tx } from './store.ts'

export type DatabaseOptions = {
  /** Made (0700) if missing; holds `db/`, `definitions.json`, `backups/` and the lock of the store. */
  dataDir: string
  /** `resources/migrations`. */
  migrationsDir: string
  /** What make-template.ts made; used for a new store if it fits this version. */
  templateFile: string | null
  log: Logger
  /** `DATABASE_URL`: the store is there instead. */
  url?: string | null
  /** Of that one: nobody else may be on it meanwhile, or come. */
  isOnly?: boolean
  /** How long PGlite may take to open a cluster before it is held to be stuck; default 60 s. */
  openTimeoutMs?: number
  /** A thread for PGlite that has been started already. */
  spareThread?: SpareThread | null
}

/**
 * Opens the store of a data folder, exclusively: makes it, brings it up to this version or rebuilds
 * it from its snapshot where that is needed. Rejects with an AppError whose message says what to do:
 * `in-use`, `conflict` (made by a newer version) or `unavailable`.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, migrationsDir, log, isOnly = false } = options
  if (url) return openPostgres({ url, migrationsDir, log, isOnly })
  await using opened = new AsyncDisposableStack()
  const lock = await lockStore(options.dataDir)
  opened.defer(() => lock.release())
  const ground = await survey(options)
  const sound = await openSoundStore(ground)
  opened.defer(() => sound.store.close())
  await upgrade(ground, sound)
  return startDatabase({ ...sound, ...ground, owned: opened.move() })
}

async function survey(options: DatabaseOptions): Promise<Ground> {
  const { dataDir, migrationsDir, templateFile, log, openTimeoutMs = 60_000 } = options
  const { spareThread: spare = null } = options
  const paths = pathsIn(dataDir)
  // What a start that was killed may have left.
  await rm(paths.staging, { recursive: true, force: true })
  const migrations = await readMigrations(migrationsDir)
  return { paths, migrations, templateFile, openTimeoutMs, spare, log }
}
