import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { mkdtempDisposable, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadSecretKey, openLog } from '../core/index.ts'
import { openSecretKey, type Keychain } from './secret-key.ts'

/** A keychain with a key of its own, which `refuse` locks. */
function openKeychain(backend = 'gnome_libsecret') {
  const key = randomBytes(32)
  const state = { refuses: false }
  const keychain: Keychain = {
    isAsyncEncryptionAvailable: () => Promise.resolve(true),
    getSelectedStorageBackend: () => backend,
    async encryptStringAsync(text) {
      if (state.refuses) throw new Error('locked')
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), body])
    },
    async decryptStringAsync(sealed) {
      if (state.refuses) throw new Error('locked')
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12))
      decipher.setAuthTag(sealed.subarray(12, 28))
      const body = Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()])
      return { result: body.toString('utf8') }
    },
  }
  return { keychain, state }
}

async function makeWorld(backend?: string) {
  const folder = await mkdtempDisposable(join(tmpdir(), 'secret-key-'))
  const { keychain, state } = openKeychain(backend)
  const dataDir = folder.path
  const log = openLog('silent')
  return {
    ...{ dataDir, state, keychain },
    open: (given: string | null = null) =>
      openSecretKey({ dataDir, given, keychain, platform: 'linux', log }),
    files: () => readdir(dataDir),
    plain: async () => new Uint8Array(await loadSecretKey({ dataDir, secretKey: null })),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

test('a new folder gets a key that only the keychain opens, the same one each time', async () => {
  await using world = await makeWorld()
  const key = await world.open()
  expect(key).toHaveLength(32)
  expect(await world.open()).toEqual(key)
  expect(await world.files()).toEqual(['secret-key.sealed'])
  const sealed = await readFile(join(world.dataDir, 'secret-key.sealed'))
  expect(sealed.includes(Buffer.from(key as Uint8Array))).toBe(false)
})

test('of several that come first at the same moment all have the same key', async () => {
  await using world = await makeWorld()
  const keys = await Promise.all([world.open(), world.open(), world.open()])
  expect(new Set(keys.map((key) => Buffer.from(key ?? []).toString('hex'))).size).toBe(1)
  expect(await world.files()).toEqual(['secret-key.sealed'])
})

test('the key file of before is taken over, and is gone only when the keychain has it', async () => {
  await using world = await makeWorld()
  const plain = await world.plain()
  world.state.refuses = true
  await expect(world.open()).rejects.toThrow(/^The keychain refused .* Nothing was changed\.$/)
  expect(await world.files()).toEqual(['secret.key'])
  world.state.refuses = false
  expect(await world.open()).toEqual(plain)
  expect(await world.files()).toEqual(['secret-key.sealed'])
  expect(await world.open()).toEqual(plain)
})

test('a takeover that a crash broke off goes on; two different keys are nobody’s to choose', async () => {
  await using world = await makeWorld()
  const key = (await world.open()) as Uint8Array
  const file = join(world.dataDir, 'secret.key')
  await writeFile(file, `${Buffer.from(key).toString('base64url')}\n`, { mode: 0o600 })
  expect(await world.open()).toEqual(key)
  expect(await world.files()).toEqual(['secret-key.sealed'])

  await writeFile(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 })
  await expect(world.open()).rejects.toThrow('two different keys')
  expect(await world.files()).toEqual(['secret-key.sealed', 'secret.key'])
})

test('a keychain that is none leaves the key in its file, and cannot open what another sealed', async () => {
  await using world = await makeWorld('basic_text')
  expect(await world.open()).toBeNull()
  expect(await world.files()).toEqual([])
  await writeFile(join(world.dataDir, 'secret-key.sealed'), 'sealed')
  await expect(world.open()).rejects.toThrow('The keychain refused')
})

test('METAMCP_SECRET_KEY wins, and the keychain is not asked', async () => {
  await using world = await makeWorld()
  world.state.refuses = true
  expect(await world.open('x'.repeat(32))).toBe('x'.repeat(32))
  expect(await world.files()).toEqual([])
})
