import { chmod, copyFile, rename, rm, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { AppError, messageOf } from '../core/index.ts'
import { openDesk, type Desk } from './desk.ts'
import { EXIT, type Command } from './program.ts'

const USAGE = `metamcp backup [FILE]: packs all that is kept into one file, also while MetaMCP runs.

  --data-dir FOLDER   where everything is kept   METAMCP_DATA_DIR

It is made in the folder "backups" of the data folder, which keeps the newest three, and copied to FILE,
or into it if that is a folder. The path is written to stdout. Secrets in it are sealed: keep their key
as well, the file secret.key or METAMCP_SECRET_KEY. A database of DATABASE_URL is backed up by pg_dump.

Exit codes: 0 backed up, 1 not.`

export const backup: Command<Desk> = {
  usage: USAGE,
  open: openDesk,
  words: { least: 0, most: 1, missing: '' },
  failed: EXIT.failed,
  async run(desk, { words: [given] }, { tell }) {
    const made = await desk.backUp()
    await tell(given === undefined ? made : await copyTo(resolve(given), made))
    return EXIT.done
  },
}

/** All of it or nothing: what stood there before is a backup, too. */
async function copyTo(given: string, made: string): Promise<string> {
  const isFolder = await stat(given).then(
    (found) => found.isDirectory(),
    () => false,
  )
  const path = isFolder ? join(given, basename(made)) : given
  const part = `${path}.part`
  try {
    await copyFile(made, part)
    await chmod(part, 0o600)
    await rename(part, path)
    return path
  } catch (cause) {
    await rm(part, { force: true })
    const words = `The backup is "${made}", and could not be copied to "${path}": ${messageOf(cause)}.`
    throw new AppError('invalid', words, { cause })
  }
}
