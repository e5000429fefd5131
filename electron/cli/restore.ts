import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { BackupView } from '../../shared/data.ts'
import { openBackups, takeBackup, type CoreConfig } from '../core/index.ts'
import type { RunningCore } from '../host/run-file.ts'
import { openWhereItIs } from './desk.ts'
import { EXIT, type Command } from './program.ts'
import { apiOf } from './running-api.ts'

const USAGE = `metamcp restore BACKUP: puts a backup in the place of all that is kept.

  --data-dir FOLDER   where everything is kept   METAMCP_DATA_DIR

BACKUP is a file, or the name of one in the folder "backups" of the data folder; without it those are
listed. It is put back at once where no MetaMCP runs on the data folder, else at its next start. What
was there stays, as db.replaced-… and definitions.replaced-….json. Its secrets need the key that was
there when it was made. What is in a database of DATABASE_URL is put back by pg_restore.

Exit codes: 0 put back, or to be put back, 1 not.`

/** Where backups are put back. */
interface Store extends AsyncDisposable {
  list(): Promise<BackupView[]>
  /** `file`: anywhere. Resolves with what happened, a sentence. */
  restore(backup: { name: string } | { file: string }): Promise<string>
}

export const restore: Command<Store> = {
  usage: USAGE,
  open: openStore,
  words: { least: 0, most: 1, missing: '' },
  failed: EXIT.failed,
  // On another machine there may be nothing yet.
  begins: true,
  async run(store, { words: [given] }, { tell, complain }) {
    const backups = await store.list()
    if (given === undefined) {
      for (const { name, bytes } of backups) await tell(`${name}  ${bytes} bytes`)
      await complain(backups.length > 0 ? 'Name one of them, or a file.' : 'There is no backup.')
      return EXIT.failed
    }
    const isOurs = backups.some(({ name }) => name === given)
    await tell(await store.restore(isOurs ? { name: given } : { file: resolve(given) }))
    return EXIT.done
  },
}

function openStore(config: CoreConfig, stopping: AbortSignal): Promise<Store> {
  return openWhereItIs<Store>(config, stopping, {
    atRunning: (running) => storeAt(running, config),
    inFolder: () => ownStore(config),
  })
}

async function ownStore(config: CoreConfig): Promise<Store> {
  const backups = await openBackups(config)
  return {
    list: backups.list,
    async restore(backup) {
      const { dataDir } = config
      const isOurs = 'name' in backup
      await backups.restore(isOurs ? join(dataDir, 'backups', backup.name) : backup.file)
      return `It is put back in "${dataDir}". What was there stays beside it, as db.replaced-….`
    },
    [Symbol.asyncDispose]: backups[Symbol.asyncDispose],
  }
}

function storeAt(running: RunningCore, { dataDir }: CoreConfig): Store {
  const { api, told } = apiOf(running)
  return {
    list: () => told(() => api.data.backups.query()),
    async restore(backup) {
      const name = 'name' in backup ? backup.name : await takeBackup(dataDir, backup.file)
      await told(() => api.data.restore.mutate({ name })).catch(async (error: unknown) => {
        if ('file' in backup) await rm(join(dataDir, 'backups', name), { force: true })
        throw error
      })
      return `MetaMCP runs (process ${running.pid}): it is put back at its next start.`
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}
