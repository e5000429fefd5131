import { randomBytes } from 'node:crypto'
import { chmod, mkdtempDisposable, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadSecretKey, openSecrets, SEALED_KEY_FILE } from './secrets.ts'

const tempFolder = () => mkdtempDisposable(join(tmpdir(), 'metamcp-secrets-'))

test('what is sealed opens again, and never looks the same twice', () => {
  const secrets = openSecrets(randomBytes(32))
  const sealed = secrets.seal('pässword 🔑', 'server:1')
  expect(secrets.open(sealed, 'server:1')).toBe('pässword 🔑')
  expect(sealed).toMatch(/^v1\.[\w-]+$/)
  expect(sealed).not.toBe(secrets.seal('pässword 🔑', 'server:1'))
  expect(secrets.open(secrets.seal('', 'x'), 'x')).toBe('')
})

test('nothing opens under another context or key, changed, cut, or of another version', () => {
  const secrets = openSecrets(randomBytes(32))
  const sealed = secrets.seal('password', 'server:1')
  const body = Buffer.from(sealed.slice(3), 'base64url')
  const flipped = Array.from(body, (_, index) => {
    const copy = Buffer.from(body)
    copy.writeUInt8(copy.readUInt8(index) ^ 1, index)
    return `v1.${copy.toString('base64url')}`
  })
  const cut = Array.from(body, (_, end) => `v1.${body.subarray(0, end).toString('base64url')}`)
  for (const text of [...flipped, ...cut, '', 'v1', `v2.${sealed.slice(3)}`]) {
    expect(() => secrets.open(text, 'server:1')).toThrow('"server:1" cannot be read')
  }
  expect(() => secrets.open(sealed, 'server:2')).toThrow('"server:2" cannot be read')
  expect(() => openSecrets(randomBytes(32)).open(sealed, 'server:1')).toThrow('another one')
})

test('a given key is derived the same way each time, and has to be long enough', async () => {
  await using folder = await tempFolder()
  const load = (secretKey: string) => loadSecretKey({ dataDir: folder.path, secretKey })
  const key = await load('0123456789abcdef0123456789abcdef')
  expect(key).toHaveLength(32)
  expect(await load('0123456789abcdef0123456789abcdef')).toEqual(key)
  expect(await load('0123456789abcdef0123456789abcdeF')).not.toEqual(key)
  const tooShort = await load('hunter2').catch((error: unknown) => String(error))
  expect(tooShort).toContain('METAMCP_SECRET_KEY must be at least 32 characters')
  expect(tooShort).not.toContain('hunter2')
})

test('without one, a private file keeps it', async () => {
  await using folder = await tempFolder()
  const load = () => loadSecretKey({ dataDir: folder.path, secretKey: null })
  const key = await load()
  expect(await load()).toEqual(key)
  if (platform() !== 'win32') {
    expect((await stat(join(folder.path, 'secret.key'))).mode & 0o777).toBe(0o600)
  }
})

test.skipIf(platform() === 'win32')('a file that others can read is refused', async () => {
  await using folder = await tempFolder()
  const file = join(folder.path, 'secret.key')
  await loadSecretKey({ dataDir: folder.path, secretKey: null })
  await chmod(file, 0o640)
  const again = loadSecretKey({ dataDir: folder.path, secretKey: null })
  await expect(again).rejects.toThrow(`chmod 600 "${file}"`)
})

test('an empty file, left by a crash in its making, is filled; a damaged one is left alone', async () => {
  await using folder = await tempFolder()
  const file = join(folder.path, 'secret.key')
  await writeFile(file, '', { mode: 0o600 })
  const key = await loadSecretKey({ dataDir: folder.path, secretKey: null })
  expect(await loadSecretKey({ dataDir: folder.path, secretKey: null })).toEqual(key)

  await writeFile(file, 'half a ke', { mode: 0o600 })
  const damaged = loadSecretKey({ dataDir: folder.path, secretKey: null })
  await expect(damaged).rejects.toThrow('does not hold a key of ours')
  expect(await readFile(file, 'utf8')).toBe('half a ke')
})

test('a folder that a host has sealed is refused without its key, and opens with it', async () => {
  await using folder = await tempFolder()
  const key = new Uint8Array(randomBytes(32))
  await writeFile(join(folder.path, SEALED_KEY_FILE), 'sealed')
  const without = loadSecretKey({ dataDir: folder.path, secretKey: null })
  await expect(without).rejects.toThrow(/only the desktop app gets.*METAMCP_SECRET_KEY/)
  expect(await readdir(folder.path)).toEqual([SEALED_KEY_FILE])
  expect(await loadSecretKey({ dataDir: folder.path, secretKey: key })).toEqual(key)
})
