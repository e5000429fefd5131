import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { connectLegacy } from '../core/testing/clients.ts'
import { echoServer } from '../core/testing/echo-definition.ts'
import { startHeadless } from '../core/testing/headless-process.ts'
import { configFileOf } from '../core/testing/temp-core.ts'

const MODULE = `
setTimeout(() => { throw new Error('thrown after it was read') }, 1)
export default () => (next) => async (call) => {
  if (call.method !== 'tools/call') return next(call)
  setTimeout(() => { throw new Error('thrown in a timer') }, 1)
  queueMicrotask(() => { throw new Error('thrown in a task') })
  void Promise.reject(new Error('rejected and left'))
  return next(call)
}`

const CAUSES = ['after it was read', 'in a timer', 'in a task', 'rejected and left']

test('what a module throws where nobody can catch it does not end the process', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-module-'))
  const file = join(folder.path, 'metamcp.json')
  await writeFile(join(folder.path, 'careless.mjs'), MODULE)
  const middleware = [{ use: './careless.mjs' }]
  const namespaces = { default: { servers: ['echo'], middleware } }
  await writeFile(file, JSON.stringify({ ...configFileOf([echoServer()]), namespaces }))
  const dataDir = join(folder.path, 'data')
  await using metamcp = await startHeadless({ dataDir, args: ['--config', file] })
  await using client = await connectLegacy(metamcp.mcpUrl, metamcp.key)
  const call = { name: 'echo__echo', arguments: { message: 'still here' } }
  for (let count = 0; count < 3; count++) {
    expect(await client.callTool(call)).toMatchObject({ content: [{ text: 'still here' }] })
  }
  for (const cause of CAUSES) await expect.poll(metamcp.stderr, { timeout: 9_000 }).toContain(cause)
  expect(metamcp.stderr()).toContain('careless.mjs')
})
