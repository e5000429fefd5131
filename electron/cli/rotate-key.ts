import { resolve } from 'node:path'
import { openLog, rotateKey } from '../core/index.ts'
import { failureText } from '../host/failure-text.ts'
import { readStart } from '../host/read-start.ts'

export type RotateKeyProgram = {
  args: string[]
  env: Record<string, string | undefined>
  resourcesDir: string
  /** A line for a person: what was done. */
  tell(sentence: string): Promise<void>
  /** The same: why it was not. */
  complain(sentence: string): Promise<void>
}

const USAGE = `metamcp rotate-key: seals all stored secrets with a new key. MetaMCP must not run.

  --data-dir FOLDER   where everything is kept   METAMCP_DATA_DIR

The key is the file secret.key of the data folder, which is replaced. Where METAMCP_SECRET_KEY is the
key, METAMCP_NEW_SECRET_KEY is to hold the next one. With DATABASE_URL no replica may run. What the old key sealed before, backups and
copies, can still be opened with it: delete them, or change the secrets themselves.`

const ON_OTHERS =
  'The key is in the file secret.key of this data folder: copy it to where the other replicas have theirs.'

const MORE = [
  'Backups that were made before hold the old secrets and need the old key: delete them in its folder "backups" unless you keep that key.',
  'If somebody may have had the old key and a copy of the data, change the secrets themselves, too.',
]

/** Changes the key of a data folder that nobody runs on. Returns the exit code. */
export async function runRotateKey(program: RotateKeyProgram): Promise<number> {
  const { args, env, tell, complain, resourcesDir } = program
  const start = readStart({ args, env, foreignSwitches: 'refuse' })
  if (start.kind === 'help') {
    await tell(USAGE)
    return 0
  }
  if (start.kind !== 'start') {
    await complain(start.text)
    return 1
  }
  const { dataDir, secretKey, databaseUrl } = start.config
  try {
    const { count, hasBackups } = await rotateKey({
      ...{ dataDir, databaseUrl, secretKey, newSecretKey: env.METAMCP_NEW_SECRET_KEY || null },
      migrationsDir: resolve(resourcesDir, 'migrations'),
      log: openLog('warn'),
    })
    const where = databaseUrl === null ? `in "${dataDir}"` : 'in the database of DATABASE_URL'
    await tell(`${count} stored secrets are sealed with a new key ${where}.`)
    if (databaseUrl !== null && secretKey === null) await tell(ON_OTHERS)
    if (secretKey !== null) await tell('From now on METAMCP_SECRET_KEY must be the new key.')
    for (const line of hasBackups ? MORE : MORE.slice(1)) await tell(line)
    return 0
  } catch (error) {
    await complain(failureText(error))
    return 1
  }
}
