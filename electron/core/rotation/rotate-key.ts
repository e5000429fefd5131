import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { listBackups } from '../db/backup.ts'
import { lockDataDir } from '../db/lock.ts'
import { moveDurably, replaceFile } from '../db/durable.ts'
import { openDatabase, type Database } from '../db/open.ts'
import { pathsIn } from '../db/paths.ts'
import { AppError } from '../errors.ts'
import type { Logger } from '../log.ts'
import { loadSecretKey, openSecrets, PLAIN_KEY_FILE, SEALED_KEY_FILE } from '../secrets.ts'
import { NEXT_KEY_FILE, settlePendingKey } from './pending-key.ts'
import { resealAll } from './reseal.ts'

export type RotationOptions = {
  dataDir: string
  /** DATABASE_URL; `null` for the store in the data folder. */
  databaseUrl?: string | null
  /** METAMCP_SECRET_KEY; `null` where the key is in a file of the data folder. */
  secretKey: string | null
  /** METAMCP_NEW_SECRET_KEY, which is to be METAMCP_SECRET_KEY from then on. */
  newSecretKey: string | null
  migrationsDir: string
  log: Logger
  /** Told after each step that changes something on the disk. */
  onStep?: (step: RotationStep) => Promise<void>
}

type RotationStep = 'key-written' | 'resealed' | 'key-moved'

export type Rotation = {
  /** How many texts are sealed with the new key now. */
  count: number
  /** Whether older backups are there, which need the old key. */
  hasBackups: boolean
}

/**
 * Seals everything in a data folder that nobody runs on with a new key. Broken off at any moment,
 * the folder opens with the old key or the new one, whichever its file holds at the next start.
 * Rejects with an AppError: `in-use`, `conflict` (the key is in a keychain, or another one).
 */
export async function rotateKey(options: RotationOptions): Promise<Rotation> {
  const { dataDir, databaseUrl: url = null, migrationsDir, log } = options
  const { onStep = () => Promise.resolve() } = options
  refuse(options)
  await using opened = new AsyncDisposableStack()
  const lock = await lockDataDir(dataDir)
  opened.defer(() => lock.release())
  const place = { dataDir, url, isOnly: true }
  const db = await openDatabase({ ...place, migrationsDir, templateFile: null, log })
  opened.defer(() => db.close())
  await settlePendingKey(dataDir, db)
  const { count } = await changeKey(options, db, onStep)
  await onStep('key-moved')
  await db.scrub()
  return { count, hasBackups: (await listBackups(pathsIn(dataDir))).length > 0 }
}

type OnStep = NonNullable<RotationOptions['onStep']>

async function changeKey(options: RotationOptions, db: Database, onStep: OnStep) {
  const { dataDir, secretKey, newSecretKey } = options
  const from = openSecrets(await loadSecretKey({ dataDir, secretKey }))
  const next = join(dataDir, NEXT_KEY_FILE)
  const isInFile = secretKey === null
  const key = isInFile
    ? randomBytes(32)
    : await loadSecretKey({ dataDir, secretKey: newSecretKey ?? '' })
  // Before anything is sealed with it: a key that nobody has any more opens nothing.
  const text = `${Buffer.from(key).toString('base64url')}\n`
  if (isInFile) await replaceFile(next, (file) => file.writeFile(text))
  await onStep('key-written')
  const to = openSecrets(key)
  const count = await db.write((tx) => resealAll(tx, from, to)).catch(refuseOtherKey)
  await onStep('resealed')
  if (isInFile) await moveDurably(next, join(dataDir, PLAIN_KEY_FILE))
  return { count }
}

function refuse({ dataDir, databaseUrl, secretKey, newSecretKey }: RotationOptions): void {
  const { store, snapshot } = pathsIn(dataDir)
  if (!databaseUrl && !existsSync(store) && !existsSync(snapshot)) {
    throw new AppError('not-found', `There is nothing of MetaMCP in "${dataDir}".`)
  }
  const keys = [PLAIN_KEY_FILE, SEALED_KEY_FILE].map((name) => join(dataDir, name))
  if (databaseUrl && secretKey === null && !keys.some((path) => existsSync(path))) {
    const message = `The key is neither in "${dataDir}" nor in METAMCP_SECRET_KEY.`
    throw new AppError('not-found', message)
  }
  if (secretKey === null && existsSync(join(dataDir, SEALED_KEY_FILE))) {
    const where = `The key of "${dataDir}" is in this computer's keychain`
    throw new AppError('conflict', `${where}, and cannot be changed without it.`)
  }
  if (secretKey === null && newSecretKey !== null) {
    const message = `The key of "${dataDir}" is in its file ${PLAIN_KEY_FILE}: unset METAMCP_NEW_SECRET_KEY.`
    throw new AppError('invalid', message)
  }
  if (secretKey !== null && newSecretKey === null) {
    const message = 'Set METAMCP_NEW_SECRET_KEY to the key that comes after METAMCP_SECRET_KEY.'
    throw new AppError('invalid', message)
  }
}

function refuseOtherKey(cause: unknown): never {
  if (!(cause instanceof AppError) || cause.code !== 'unavailable') throw cause
  const message = `${cause.message} Nothing was changed.`
  throw new AppError('conflict', message, { cause })
}
