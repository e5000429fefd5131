import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { openDatabase } from '../db/open.ts'
import type { Database } from '../db/open.ts'
import { openLog } from '../log.ts'
import { migrationsDir } from './migrations-dir.ts'
import { openTempPostgres } from './temp-postgres.ts'

export type TempDatabase = Database & AsyncDisposable & { dataDir: string }

/** A new, empty, migrated database, and a folder, which go together: embedded, or of a PostgreSQL. */
export async function openTempDatabase(): Promise<TempDatabase> {
  await using made = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'metamcp-db-'))
  made.defer(() => rm(dataDir, { recursive: true, force: true }))
  const url = inject('storesOn') === 'embedded' ? null : made.use(await openTempPostgres()).url
  const templateFile = inject('databaseTemplate')
  const log = openLog('silent')
  const database = await openDatabase({ dataDir, migrationsDir, templateFile, url, log })
  made.defer(() => database.close())
  const owned = made.move()
  return { ...database, dataDir, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
