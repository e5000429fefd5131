import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { echoServer } from '../core/testing/echo-definition.ts'
import { runHere } from '../core/testing/run-command.ts'
import { configFileOf, startTempCore } from '../core/testing/temp-core.ts'
import { writeRunFile } from '../host/run-file.ts'
import { apply } from './apply.ts'
import { doctor } from './doctor.ts'

/** A data folder with these servers. */
async function makeFolder(servers: Parameters<typeof configFileOf>[0]) {
  const folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-doctor-'))
  const at = ['--data-dir', join(folder.path, 'data'), '--port', '0']
  const input = JSON.stringify(configFileOf(servers))
  expect(await runHere(apply, ['-', ...at], { input })).toMatchObject({ code: 0, stderr: '' })
  return { at, path: folder.path, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() }
}

const GOOD = echoServer({ name: 'good', tools: 2, bare: true })
const MISSING = { ...GOOD, name: 'missing', command: 'no-such-command' }

test('where all is well it says so, and exits with 0', async () => {
  await using folder = await makeFolder([GOOD])
  const { code, stdout, stderr } = await runHere(doctor, [...folder.at])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const lines = stdout.split('\n')
  expect(lines.slice(0, 4).map((line) => line.slice(0, 13).trim())).toEqual([
    '✓ data folder',
    '✓ key',
    '✓ database',
    '✓ port',
  ])
  expect(lines[4]).toMatch(
    /^✓ good {2}command \S+ \d.* · starts \d+ ms · answers 2025-\S+ · good \S* ?\d.* · tools 2 tools \d+ ms$/,
  )
  expect(stdout).toMatch(/\n1 server: 1 works\.\n$/)
})

test('of what runs: what does not work is told with why and what to do, also as JSON', async () => {
  const off = { ...MISSING, name: 'off', enabled: false }
  await using core = await startTempCore({ file: configFileOf([GOOD, MISSING, off]) })
  await writeRunFile(core.dataDir, core.local)
  const at = ['--data-dir', core.dataDir]
  const { code, stdout } = await runHere(doctor, at)
  expect(code).toBe(1)
  expect(stdout).toContain('✗ missing  no-such-command was not found\n')
  expect(stdout).toContain("    Looked in your shell's PATH (")
  expect(stdout).toContain('    In the window: Choose the command… · Copy details\n')
  expect(stdout).toContain('– off      switched off\n')
  expect(stdout).toContain('\n3 servers: 1 works, 1 does not, 1 is off.\n')
  const one = await runHere(doctor, ['good', ...at])
  expect(one.code).toBe(0)
  expect(one.stdout).not.toContain('missing')
  const none = await runHere(doctor, ['nobody', ...at])
  expect(none).toMatchObject({ code: 2, stdout: '', stderr: 'There is no server named nobody.\n' })
  const json = await runHere(doctor, ['--json', ...at])
  expect(json.code).toBe(1)
  expect(JSON.parse(json.stdout)).toMatchObject({
    ok: false,
    instance: [{ step: 'folder' }, { step: 'key' }, { step: 'database' }, { step: 'port' }],
    servers: [
      { name: 'good', outcome: 'ok' },
      { name: 'missing', outcome: 'failed', problem: { code: 'command-not-found' } },
      { name: 'off', outcome: 'off' },
    ],
  })
})

test('a port that is taken, and a folder that is another’s, are told', async () => {
  await using folder = await makeFolder([])
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const { code, stdout } = await runHere(doctor, [
    ...folder.at.slice(0, 2),
    ...['--port', String(port)],
  ])
  taken.close()
  expect(code).toBe(1)
  expect(stdout).toMatch(new RegExp(`✗ port +Port ${port} of 127.0.0.1 cannot be had: .*--port`))
  const file = join(folder.path, 'a-file')
  await writeFile(file, '')
  const none = await runHere(doctor, ['--data-dir', file])
  expect(none).toMatchObject({ code: 2, stdout: '' })
  expect(none.stderr).toMatch(/cannot be locked/)
})
