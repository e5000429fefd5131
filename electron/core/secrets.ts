import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from './errors.ts'
import { readOrCreatePrivateFile } from './private-file.ts'

const VERSION = 'v1'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const MIN_SECRET_KEY_LENGTH = 32

/**
 * Encryption at rest: AES-256-GCM with a fresh random nonce for each text. `context` says what a
 * text belongs to (`server:<id>`) and is authenticated with it, so that a sealed text which was
 * copied to another row does not open there.
 */
export interface Secrets {
  /** Returns `v1.` and nonce, ciphertext and tag in base64url. */
  seal(text: string, context: string): string
  /** Throws an AppError without the text or the key in it. */
  open(sealed: string, context: string): string
  /** A key of 32 bytes for one purpose: the same one after a restart, and no way back to ours. */
  derive(purpose: string): Uint8Array
}

/** `key` is 32 bytes, as `loadSecretKey` returns it. */
export function openSecrets(key: Uint8Array): Secrets {
  return {
    seal(text, context) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
      cipher.setAAD(Buffer.from(context))
      const sealed = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]
      return `${VERSION}.${Buffer.concat(sealed).toString('base64url')}`
    },
    open(sealed, context) {
      const [version, body = ''] = sealed.split('.', 2)
      if (version !== VERSION) throw cannotOpen(context, 'it was sealed by another version')
      try {
        return decrypt(key, Buffer.from(body, 'base64url'), context)
      } catch {
        throw cannotOpen(context, 'the key is another one, or it was damaged')
      }
    },
    derive: (purpose) => new Uint8Array(hkdfSync('sha256', key, '', purpose, KEY_BYTES)),
  }
}

export type SecretKeyOptions = {
  dataDir: string
  /** METAMCP_SECRET_KEY, at least 32 characters, or the key itself; `null` for one in a file. */
  secretKey: string | Uint8Array | null
}

/** In the data folder: the key as only the keychain of the desktop app can open it. */
export const SEALED_KEY_FILE = 'secret-key.sealed'
/** In the data folder, mode 0600: the key as it is. */
export const PLAIN_KEY_FILE = 'secret.key'

/** The key that secrets are sealed with: derived from the given one, or kept in `secret.key`. */
export async function loadSecretKey({ dataDir, secretKey }: SecretKeyOptions): Promise<Uint8Array> {
  if (typeof secretKey === 'string') return deriveKey(secretKey)
  if (secretKey !== null) return secretKey
  const path = join(dataDir, PLAIN_KEY_FILE)
  if (!existsSync(path)) refuseSealedFolder(dataDir)
  const { text } = await readOrCreatePrivateFile(path, () =>
    randomBytes(KEY_BYTES).toString('base64url'),
  )
  const key = Buffer.from(text, 'base64url')
  if (key.length === KEY_BYTES) return key
  throw new AppError(
    'invalid',
    `"${path}" does not hold a key of ours. Put the original file back: without it the stored secrets cannot be read.`,
  )
}

/** A new key would be another one than the secrets are sealed with. */
function refuseSealedFolder(dataDir: string): void {
  if (!existsSync(join(dataDir, SEALED_KEY_FILE))) return
  throw new AppError(
    'conflict',
    `The secrets in "${dataDir}" are sealed with a key in this computer's keychain, which only the desktop app gets. Start the desktop app, choose another data folder, or set METAMCP_SECRET_KEY if the folder was made with one.`,
  )
}

function deriveKey(secretKey: string): Uint8Array {
  if (secretKey.length < MIN_SECRET_KEY_LENGTH) {
    throw new AppError(
      'invalid',
      `METAMCP_SECRET_KEY must be at least ${MIN_SECRET_KEY_LENGTH} characters long; \`openssl rand -hex 32\` makes a good one.`,
    )
  }
  // RFC 5869. The given text is as random as it will get; a salt would have to be kept beside it.
  return new Uint8Array(hkdfSync('sha256', secretKey, '', 'metamcp secrets at rest', KEY_BYTES))
}

function decrypt(key: Uint8Array, bytes: Buffer, context: string): string {
  const nonce = bytes.subarray(0, NONCE_BYTES)
  const tag = bytes.subarray(-TAG_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(tag)
  const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES))
  return Buffer.concat([text, decipher.final()]).toString('utf8')
}

function cannotOpen(context: string, reason: string): AppError {
  return new AppError('unavailable', `The stored secret "${context}" cannot be read: ${reason}.`)
}
