import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  AppError,
  loadSecretKey,
  messageOf,
  PLAIN_KEY_FILE,
  SEALED_KEY_FILE,
  type Logger,
} from '../core/index.ts'

const KEY_BYTES = 32

/** The part of Electron's `safeStorage` that is used. */
export type Keychain = {
  isAsyncEncryptionAvailable(): Promise<boolean>
  encryptStringAsync(text: string): Promise<Buffer>
  decryptStringAsync(sealed: Buffer): Promise<{ result: string }>
  /** Of Linux alone. */
  getSelectedStorageBackend?(): string
}

export type SecretKeyOptions = {
  dataDir: string
  /** METAMCP_SECRET_KEY, which wins. */
  given: string | null
  keychain: Keychain
  platform: NodeJS.Platform
  log: Logger
}

/** The keychain refused: asked again, it may not. */
export class KeychainRefused extends AppError {
  constructor(options?: ErrorOptions) {
    const sentence = 'The keychain refused the key that protects your secrets. Nothing was changed.'
    super('unavailable', sentence, options)
    this.name = 'KeychainRefused'
  }
}

/**
 * The key that secrets are sealed with, for `CoreConfig`: kept in the data folder as only the
 * system's keychain can open it. A key file of before is taken over. Where the keychain is none, it
 * stays in its file (`null`). Rejects with `KeychainRefused`, or an `AppError`.
 */
export async function openSecretKey(
  options: SecretKeyOptions,
): Promise<string | Uint8Array | null> {
  const { dataDir, given, log } = options
  if (given !== null) return given
  const sealedFile = join(dataDir, SEALED_KEY_FILE)
  const plainFile = join(dataDir, PLAIN_KEY_FILE)
  if (!(await isSafe(options))) {
    if (existsSync(sealedFile) && !existsSync(plainFile)) throw new KeychainRefused()
    const words = 'this system has no keychain: the key of stored secrets is in a file'
    log.warn({ file: plainFile }, words)
    return null
  }
  if (!existsSync(sealedFile)) return sealFirst(options, { sealedFile, plainFile })
  const key = await openSealed(sealedFile, options)
  if (existsSync(plainFile)) await dropPlain(plainFile, { dataDir, key })
  return key
}

/** Without a keyring Linux "encrypts" with a password that everybody knows. */
async function isSafe({ keychain, platform }: SecretKeyOptions): Promise<boolean> {
  if (!(await keychain.isAsyncEncryptionAvailable())) return false
  const backend = platform === 'linux' ? keychain.getSelectedStorageBackend?.() : undefined
  return backend !== 'basic_text' && backend !== 'unknown'
}

type Files = { sealedFile: string; plainFile: string }

async function sealFirst(options: SecretKeyOptions, files: Files): Promise<Uint8Array> {
  const { dataDir, keychain, log } = options
  const isThere = existsSync(files.plainFile)
  const key = isThere
    ? await loadSecretKey({ dataDir, secretKey: null })
    : new Uint8Array(randomBytes(KEY_BYTES))
  const text = Buffer.from(key).toString('base64url')
  const sealed = await asked(() => keychain.encryptStringAsync(text))
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  await writeNew(files.sealedFile, sealed)
  // As it is on the disk, and perhaps of another process that was quicker.
  const kept = await openSealed(files.sealedFile, options)
  if (!isThere) return kept
  await dropPlain(files.plainFile, { dataDir, key: kept })
  log.info({ file: files.sealedFile }, 'the key of stored secrets is in the keychain from now on')
  return kept
}

async function openSealed(path: string, { keychain }: SecretKeyOptions): Promise<Uint8Array> {
  const sealed = await readFile(path)
  const { result } = await asked(() => keychain.decryptStringAsync(sealed))
  const key = new Uint8Array(Buffer.from(result, 'base64url'))
  if (key.length === KEY_BYTES) return key
  throw new AppError(
    'invalid',
    `"${path}" does not hold a key of ours. Put the original file back.`,
  )
}

/** The same key in the open would make the keychain worth nothing; another one is somebody's. */
async function dropPlain(
  path: string,
  { dataDir, key }: { dataDir: string; key: Uint8Array },
): Promise<void> {
  const plain = await loadSecretKey({ dataDir, secretKey: null })
  if (Buffer.compare(plain, key) === 0) return rm(path)
  throw new AppError(
    'conflict',
    `The data folder holds two different keys: ${PLAIN_KEY_FILE} and ${SEALED_KEY_FILE}. Move the one away that it was not made with.`,
  )
}

async function asked<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question()
  } catch (error) {
    throw new KeychainRefused({ cause: messageOf(error) })
  }
}

/** All of it or nothing, on the disk, and never over one that is there. */
async function writeNew(path: string, content: Buffer): Promise<void> {
  const made = `${path}.${randomBytes(6).toString('hex')}`
  try {
    const file = await open(made, 'wx', 0o600)
    await file.writeFile(content)
    await file.sync()
    await file.close()
    await link(made, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    await rm(made, { force: true })
  }
}
