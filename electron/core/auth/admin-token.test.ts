import { mkdtempDisposable, readdir, stat } from 'node:fs/promises'
import { platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadAdminToken, metricsTokenOf } from './admin-token.ts'

const tempFolder = () => mkdtempDisposable(join(tmpdir(), 'metamcp-token-'))

test('a token is made once and kept in a private file', async () => {
  await using folder = await tempFolder()
  const first = await loadAdminToken({ dataDir: folder.path, adminToken: null })
  const second = await loadAdminToken({ dataDir: folder.path, adminToken: null })
  expect(first.created).toBe(true)
  expect(second).toMatchObject({ created: false, token: first.token })
  expect(first.token).toMatch(/^[\w-]{43}$/)
  if (platform() !== 'win32') {
    expect((await stat(join(folder.path, 'admin-token'))).mode & 0o777).toBe(0o600)
  }
})

test('a given token is used and not written anywhere', async () => {
  await using folder = await tempFolder()
  const { token, created } = await loadAdminToken({ dataDir: folder.path, adminToken: 'given' })
  expect({ token, created }).toEqual({ token: 'given', created: false })
  expect(await readdir(folder.path)).toEqual([])
})

test('only the whole token is the token', async () => {
  const { isAdminToken } = await loadAdminToken({ dataDir: '/nowhere', adminToken: 'given-token' })
  expect(isAdminToken('given-token')).toBe(true)
  for (const other of ['', 'given', 'given-token ', 'Given-token', 'given-tokenn']) {
    expect(isAdminToken(other)).toBe(false)
  }
})

test.each(['', 'two words', 'two\nlines', 'ümlaut'])(
  '%j could never be sent',
  async (adminToken) => {
    const loading = loadAdminToken({ dataDir: '/nowhere', adminToken })
    await expect(loading).rejects.toThrow('METAMCP_ADMIN_TOKEN must be one line')
  },
)

test('the token of metrics is that one, and none where none was given', () => {
  expect(metricsTokenOf('abc')('abc')).toBe(true)
  expect(metricsTokenOf('abc')('ab')).toBe(false)
  for (const none of [null, undefined, '']) expect(metricsTokenOf(none)('')).toBe(false)
  expect(() => metricsTokenOf('of two words')).toThrow('METAMCP_METRICS_TOKEN must be one line')
})
