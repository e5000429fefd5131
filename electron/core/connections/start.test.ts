import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { EchoPools } from '../testing/echo-pools.ts'
import { openEchoPools, report } from '../testing/echo-pools.ts'

/** Why a server of this definition does not start. */
async function whyNot(world: EchoPools, id: string): Promise<string> {
  const error: unknown = await world.pools.lease(id).catch((cause: unknown) => cause)
  expect(error).toMatchObject({ name: 'ServerDown', server: id })
  expect(world.pools.status(id).state).toBe('failed')
  return String(Reflect.get(Object(error), 'reason'))
}

test.each([
  [{ command: 'no-uvx' }, '"no-uvx" was not found. Install it, or check its spelling — or give'],
  [{ command: './no/such' }, `"${join(process.cwd(), 'no/such')}" was not found.`],
  [{ command: import.meta.filename }, 'may not be executed. Make it executable'],
  [{ cwd: '/no/such/folder' }, 'The folder it is to run in, "/no/such/folder", does not exist.'],
  [{ cwd: import.meta.filename }, 'is not a folder.'],
  [
    { args: ['${NOT_SET}'] },
    'Its field args[0] cannot be filled in. The environment variable NOT_',
  ],
  [
    { env: { TOKEN: 'a${METAMCP_SECRET_KEY}' } },
    'Its field env.TOKEN cannot be filled in. ${METAM',
  ],
])('a definition that cannot work says what is wrong: %o', async (fields, words) => {
  await using world = openEchoPools({ env: { METAMCP_SECRET_KEY: 'k', PATH: '/usr/bin:/bin' } })
  expect(await whyNot(world, world.define({}, fields))).toContain(words)
})

test.each([
  ['uvx', 'Install uv: https://docs.astral.sh/uv/ — or give the full path of the command.'],
  ['npx', 'Install Node.js: https://nodejs.org/'],
  ['docker.exe', 'Install Docker'],
])('a missing %s is named with the place to get it', async (command, words) => {
  await using world = openEchoPools({ env: { PATH: '/no/such/folder' } })
  const reason = await whyNot(world, world.define({}, { command }))
  expect(reason).toContain(`"${command}" was not found. `)
  expect(reason).toContain(words)
})

test('a server that hangs fails at its deadline, with how far it got and its last words', async () => {
  await using world = openEchoPools()
  const stderr = Array.from({ length: 12 }, (_, line) => `line ${line}`).join('\n')
  const id = world.define({ hangInInitialize: true, stderr }, { startTimeoutMs: 2_500 })
  const reason = await whyNot(world, id)
  expect(reason).toMatch(
    /^It was not ready within 2\.5 s; it got as far as waiting for its answer to initialize\. It last wrote:\nline 2\n/,
  )
  expect(reason.endsWith('line 11')).toBe(true)
})

// Shows: version-disconnect
test('an error, a version or an answer that makes no sense is told as it is', async () => {
  await using world = openEchoPools()
  const initializeError = { code: -32000, message: 'licence expired' }
  const refusing = world.define({ name: 'refusing', initializeError, stderr: 'see you' })
  expect(await whyNot(world, refusing)).toBe(
    'It refused to initialize: licence expired (-32000). It last wrote:\nsee you',
  )
  const future = world.define({ name: 'future', protocolVersion: '2031-01-01' })
  expect(await whyNot(world, future)).toBe(
    'It speaks the protocol version "2031-01-01"; we speak 2025-11-25, 2025-06-18, 2025-03-26, 2024-11-05.',
  )
  const older = world.define({ name: 'older', protocolVersion: '2024-11-05' })
  expect((await world.connect(older)).hello).toMatchObject({ protocolVersion: '2024-11-05' })
})

// Shows: logging-secrets
test('secrets in what a server writes are hidden, wherever it is told', async () => {
  await using world = openEchoPools({ env: { ...process.env, KEY: 'hunter2-from-env' } })
  const id = world.define(
    { exitAtStart: { code: 2, stderr: 'bad key hunter2-from-env or opensesame, level 12345' } },
    { env: { TOKEN: '${KEY}', OTHER: 'opensesame', LEVEL: '12345' } },
  )
  const told = 'bad key ••• or •••, level 12345'
  expect(await whyNot(world, id)).toBe(`It exited with code 2. It last wrote:\n${told}`)
  expect(world.pools.status(id).error).toContain(told)
  // Its first end could have been over a question of the modern era: it is started once more without.
  expect(world.pools.stderr(id)).toBe(`${told}\n`.repeat(2))
  expect(JSON.stringify(world.logs)).not.toContain('opensesame')
})

// Shows: stdio-stderr
test('a flood on stderr neither blocks the server nor is kept beyond 64 KB', async () => {
  await using world = openEchoPools()
  const id = world.define({ stderrFloodBytes: 1_000_000 })
  const connection = await world.connect(id)
  const last = `flood ${Math.ceil(1_000_000 / 64) - 1} `
  // It writes on while it answers; each answer is a moment to look again.
  while (!world.pools.stderr(id).includes(last)) await connection.request('ping', {})
  expect(world.pools.stderr(id)).toHaveLength(64 * 1024)
})

test('a child gets little of our environment: what it needs to run and to reach the network', async () => {
  const env = {
    ...{ PATH: process.env['PATH'], HOME: '/home/me', SECRET_OF_OURS: 'x', DATABASE_URL: 'pg' },
    ...{ https_proxy: 'http://proxy', NODE_EXTRA_CA_CERTS: '/ca.pem', METAMCP_ADMIN_TOKEN: 't' },
  }
  await using folder = await temporaryFolder()
  await using world = openEchoPools({ env, loginPath: async () => '/login/bin:/usr/bin' })
  const fields = { env: { OWN: 'value ${HOME}' }, cwd: folder.path }
  const seen = await report(await world.connect(world.define({}, fields)), 'env')

  const { ...child } = seen['env'] as Record<string, string>
  expect(seen['cwd']).toBe(folder.path)
  expect(child).toMatchObject({
    ...{ HOME: '/home/me', OWN: 'value /home/me', https_proxy: 'http://proxy' },
    NODE_EXTRA_CA_CERTS: '/ca.pem',
  })
  expect(child['PATH']).toMatch(/\/login\/bin:\/usr\/bin$/)
  for (const name of ['SECRET_OF_OURS', 'DATABASE_URL', 'METAMCP_ADMIN_TOKEN']) {
    expect(child).not.toHaveProperty(name)
  }
})

test('a command is found in the PATH of the login shell, and relative to its folder', async () => {
  await using folder = await temporaryFolder()
  const script = `#!/bin/sh\nexec "${process.execPath}" "$@"\n`
  await writeFile(join(folder.path, 'start-it'), script, { mode: 0o755 })
  let asked = 0
  const loginPath = async () => (asked++, folder.path)
  await using world = openEchoPools({ loginPath })
  const byName = world.define({ name: 'by-name' }, { command: 'start-it' })
  const byPath = world.define({ name: 'by-path' }, { command: './start-it', cwd: folder.path })
  expect(await report(await world.connect(byName))).toBeTruthy()
  expect(await report(await world.connect(byPath))).toBeTruthy()
  expect(asked).toBe(1)
})

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'metamcp-start-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}
