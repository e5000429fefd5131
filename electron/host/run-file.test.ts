import { chmodSync, mkdtempDisposableSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pid } from 'node:process'
import { expect, test } from 'vitest'
import { findRunningCore, writeRunFile } from './run-file.ts'

const token = 'token-of-the-run'

/** A data folder, and what a core says of its health. */
async function makeWorld() {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'metamcp-run-'))
  const health = { status: 200, body: '{"status":"ok"}' }
  const server = createServer((_, response) => {
    response.writeHead(health.status).end(health.body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    dataDir: folder.path,
    path: join(folder.path, 'run.json'),
    url,
    health,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      folder[Symbol.dispose]()
    },
  }
}

test('a core that serves is found until its file is removed', async () => {
  await using world = await makeWorld()
  const { dataDir, url } = world
  expect(await findRunningCore(dataDir)).toBe(null)
  const file = await writeRunFile(dataDir, { url, adminUrl: url, token })
  expect(await findRunningCore(dataDir)).toEqual({ pid, url, adminUrl: url, token })
  await file.remove()
  await file.remove()
  expect(await findRunningCore(dataDir)).toBe(null)
})

test.skipIf(platform() === 'win32')(
  'only this user can read it, or it counts as none',
  async () => {
    await using world = await makeWorld()
    await writeRunFile(world.dataDir, { url: world.url, adminUrl: world.url, token })
    expect(statSync(world.path).mode & 0o777).toBe(0o600)
    chmodSync(world.path, 0o644)
    expect(await findRunningCore(world.dataDir)).toBe(null)
  },
)

test('a stale file counts as none: its process is gone, or it does not serve', async () => {
  await using world = await makeWorld()
  const { dataDir, url, path, health } = world
  await writeRunFile(dataDir, { url, adminUrl: url, token })
  health.status = 503
  expect(await findRunningCore(dataDir)).toBe(null)
  health.status = 200
  health.body = '<title>another program</title>'
  expect(await findRunningCore(dataDir)).toBe(null)
  health.body = '{"status":"ok"}'
  expect(await findRunningCore(dataDir)).toMatchObject({ url })
  for (const text of ['{', '{}', JSON.stringify({ pid: 2 ** 22 + 1, url, token })]) {
    writeFileSync(path, text)
    expect([text, await findRunningCore(dataDir)]).toEqual([text, null])
  }
})

test('the file of a newer core stays', async () => {
  await using world = await makeWorld()
  const { dataDir, url, path } = world
  const older = await writeRunFile(dataDir, { url, adminUrl: url, token: 'older' })
  await writeRunFile(dataDir, { url, adminUrl: url, token: 'newer' })
  await older.remove()
  expect(readFileSync(path, 'utf8')).toContain('newer')
})
