import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runHeadless } from '../core/testing/headless-process.ts'

const makeFolder = () => mkdtempDisposable(join(tmpdir(), 'metamcp-arguments-'))

test('help goes to stdout, and nothing is started', async () => {
  await using folder = await makeFolder()
  const { code, stdout, stderr } = await runHeadless({ dataDir: folder.path, args: ['--help'] })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^MetaMCP Desktop: [^]*METAMCP_PORT[^]*\n$/)
})

test('mistakes go to stderr, also switches that Electron would know', async () => {
  await using folder = await makeFolder()
  const args = ['--no-sandbox', '--config']
  expect(await runHeadless({ dataDir: folder.path, args })).toEqual({
    code: 1,
    stdout: '',
    stderr: 'Unknown argument "--no-sandbox".\n--config needs a value.\nSee --help.\n',
  })
})

test('a database that is not there: one sentence, without the password', async () => {
  await using folder = await makeFolder()
  const env = { DATABASE_URL: 'postgres://me:pass@127.0.0.1:1/x' }
  const { code, stderr } = await runHeadless({ dataDir: folder.path, env })
  expect(code).toBe(1)
  expect(stderr).toMatch(/^The database 127\.0\.0\.1:1\/x cannot be used: .*ECONNREFUSED/)
  expect(stderr).not.toContain('pass')
})
