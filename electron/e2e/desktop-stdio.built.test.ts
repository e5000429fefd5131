import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { echoServer } from '../core/testing/echo-definition.ts'
import { connectLegacyStdio } from '../core/testing/stdio-clients.ts'
import { configFileOf } from '../core/testing/temp-core.ts'
import { ROOT } from './app-process.ts'

const register = fileURLToPath(import.meta.resolve('./electron-stand-in/register.ts'))
const program = ['--import', register, join(ROOT, 'out/main/index.js'), '--stdio']

test('the desktop app serves stdio without a window, and leaves nothing of a browser', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'metamcp-desktop-stdio-'))
  const config = join(folder, 'metamcp.json')
  await writeFile(config, JSON.stringify(configFileOf([echoServer()])))
  const env = { METAMCP_STAND_IN_DIR: folder, TMPDIR: folder }
  const args = ['--data-dir', join(folder, 'data'), '--port', '0', '--config', config]
  const client = await connectLegacyStdio({ program, args, env })
  const { content } = await client.callTool({ name: 'echo__echo', arguments: { message: 'hi' } })
  expect(content).toMatchObject([{ text: 'hi' }])
  await client.close()
  expect((await readdir(folder)).filter((name) => name.startsWith('metamcp-stdio-'))).toEqual([])
  await rm(folder, { recursive: true, maxRetries: 5 })
})
