import type { BackupView } from '../../../shared/data.ts'
import type { CoreConfig } from '../config.ts'
import { backupsIn } from '../data/folder.ts'
import { refuseOthers } from '../data/router.ts'
import { restoreBackup } from '../db/backup.ts'
import { lockDataDir } from '../db/lock.ts'
import { databaseOptions } from './stores.ts'

/** What a data folder that nobody runs on can be put back to; its store need not open. */
export interface Backups extends AsyncDisposable {
  list(): Promise<BackupView[]>
  /** See `restoreBackup`. */
  restore(file: string): Promise<void>
}

/** Rejects with an AppError: `in-use` where somebody runs on it, `unavailable` with DATABASE_URL. */
export async function openBackups(config: CoreConfig): Promise<Backups> {
  refuseOthers(Boolean(config.databaseUrl))
  const { dataDir } = config
  const lock = await lockDataDir(dataDir)
  return {
    list: () => backupsIn(dataDir),
    restore: (file) => restoreBackup({ ...databaseOptions(config), file }),
    [Symbol.asyncDispose]: () => lock.release(),
  }
}
