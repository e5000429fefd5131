import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { standInDir } from './browser.ts'

/** How the keychain of this run behaves: `refuse` while there is a file of that name beside it. */
const isRefused = () => existsSync(join(standInDir(), 'keychain-refuses'))

/** The keychain of the person, which outlives the app. */
function ownKey(): Buffer {
  const path = join(standInDir(), 'keychain')
  if (!existsSync(path)) writeFileSync(path, randomBytes(32))
  return readFileSync(path)
}

export const safeStorage = {
  isAsyncEncryptionAvailable: () => Promise.resolve(true),

  getSelectedStorageBackend: () => process.env.METAMCP_STAND_IN_KEYRING ?? 'gnome_libsecret',

  async encryptStringAsync(text: string): Promise<Buffer> {
    if (isRefused()) throw new Error('The keychain is locked.')
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', ownKey(), nonce)
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed])
  },

  async decryptStringAsync(sealed: Buffer) {
    if (isRefused()) throw new Error('The keychain is locked.')
    const decipher = createDecipheriv('aes-256-gcm', ownKey(), sealed.subarray(0, 12))
    decipher.setAuthTag(sealed.subarray(12, 28))
    const text = Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()])
    return { shouldReEncrypt: false, result: text.toString('utf8') }
  },
}
