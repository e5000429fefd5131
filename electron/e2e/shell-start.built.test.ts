import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { echoServer } from '../core/testing/echo-definition.ts'
import { connectLegacyStdio } from '../core/testing/stdio-clients.ts'
import { configFileOf } from '../core/testing/temp-core.ts'
import { ROOT, startOnStandIn, type AppProcess } from './app-process.ts'
import { environment, makeDir, removeDir } from './open-desktop.ts'

/*
 * Starts of the app on the stand-in, without a window. Electron's own binary has its own keychain and
 * dialogs, which nobody answers.
 */
function makeWorld() {
  const dir = makeDir()
  const env = environment(dir)
  const start = (...args: string[]) => startOnStandIn({ env, args: ['--hidden', ...args] }, dir)
  return {
    ...{ dir, env, start },
    data: (name: string) => join(dir, 'data', name),
    [Symbol.dispose]: () => removeDir(dir),
  }
}

async function quit(app: AppProcess): Promise<void> {
  app.kill('SIGTERM')
  expect(await app.ended).toBe(0)
}

const isUp = (app: AppProcess) =>
  app.latest('tray', ({ rows }) => rows[0]?.label === 'MetaMCP is running')

test('the key of stored secrets is in the keychain, for the app and its stdio alone', async () => {
  using world = makeWorld()
  const config = join(world.dir, 'metamcp.json')
  writeFileSync(
    config,
    JSON.stringify(configFileOf([echoServer({}, { env: { TOKEN: 'secret' } })])),
  )
  const first = await world.start('--config', config)
  await first.latest('tray', ({ rows }) => rows.some(({ label }) => /^default · [1-9]/.test(label)))
  expect(first.facts('shown')).toEqual([])
  await quit(first)
  expect(existsSync(world.data('secret-key.sealed'))).toBe(true)
  expect(existsSync(world.data('secret.key'))).toBe(false)

  const headless = spawnSync(process.execPath, [join(ROOT, 'out/main/headless.js')], {
    ...{ env: world.env, encoding: 'utf8' as const },
  })
  expect(headless.status).toBe(1)
  expect(headless.stderr).toMatch(/only the desktop app gets.*METAMCP_SECRET_KEY/)

  const register = join(import.meta.dirname, 'electron-stand-in/register.ts')
  const program = ['--import', register, join(ROOT, 'out/main/index.js'), '--stdio']
  const env = { ...world.env, METAMCP_STAND_IN_DIR: world.dir }
  const client = await connectLegacyStdio({ program, args: [], env })
  const call = { name: 'echo__echo', arguments: { message: 'hi' } }
  expect((await client.callTool(call)).content).toMatchObject([{ text: 'hi' }])
  await client.close()
}, 120_000)

test('a keychain that refuses is asked again, and nothing was changed meanwhile', async () => {
  using world = makeWorld()
  const refusing = join(world.dir, 'keychain-refuses')
  writeFileSync(refusing, '')
  const app = await world.start()
  const box = await app.told('message-box')
  expect(box.message).toBe('The keychain refused the key that protects your secrets.')
  expect(box.buttons).toEqual(['Try again', 'Quit'])
  expect(existsSync(world.data('secret-key.sealed'))).toBe(false)
  rmSync(refusing)
  app.do({ kind: 'answer', id: box.id, response: 0 })
  await isUp(app)
  await quit(app)

  writeFileSync(refusing, '')
  const again = await world.start()
  const { id } = await again.told('message-box')
  again.do({ kind: 'answer', id, response: 1 })
  expect(await again.ended).toBe(0)
}, 60_000)

test('a port that is taken can be another one, this once', async () => {
  using world = makeWorld()
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  using _other = { [Symbol.dispose]: () => void other.close() }
  const { port } = other.address() as AddressInfo
  const app = await world.start('--port', String(port))
  const box = await app.told('message-box')
  expect(box.message).toBe(`Port ${port} is taken`)
  const [, free] = /^Use (\d+) once$/.exec(box.buttons[0] ?? '') ?? []
  app.do({ kind: 'answer', id: box.id, response: 0 })
  await isUp(app)
  expect(app.stdout).toContain(`MetaMCP ready http://127.0.0.1:${free}\n`)
  await quit(app)
}, 60_000)
