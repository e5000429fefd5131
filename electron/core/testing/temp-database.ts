import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import { openDatabase } from '../db/open.ts'
import type { Database } from '../db/open.ts'
import { openLog } from '../log.ts'

export const migrationsDir = fileURLToPath(
  new URL('../../../resources/migrations', import.meta.url),
)

export type TempDatabase = Database & AsyncDisposable & { dataDir: string }

/** A new, empty, migrated database in a folder of its own, which goes with it. */
export async function openTempDatabase(): Promise<TempDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), 'metamcp-db-'))
  const remove = () => rm(dataDir, { recursive: true, force: true })
  const templateFile = inject('databaseTemplate')
  try {
    const log = openLog('silent')
    const database = await openDatabase({ dataDir, migrationsDir, templateFile, log })
    return {
      ...database,
      dataDir,
      async [Symbol.asyncDispose]() {
        await database.close()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}
