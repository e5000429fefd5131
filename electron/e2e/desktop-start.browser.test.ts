import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { thisMachine } from '../../scripts/debian-package.ts'
import { openChromium } from '../../scripts/find-chromium.ts'
import { connectLegacy } from '../core/testing/clients.ts'
import { echoServer } from '../core/testing/echo-definition.ts'
import { configFileOf, startTempCore } from '../core/testing/temp-core.ts'
import { openTempHome, type TempHome } from '../core/testing/temp-home.ts'
import { ROOT, startOnStandIn } from './app-process.ts'
import { environment, makeDir, openDesktop, removeDir, shell } from './open-desktop.ts'

beforeAll(() => openChromium(thisMachine()), 600_000)

function makeWorld() {
  const dir = makeDir()
  return { dir, [Symbol.dispose]: () => removeDir(dir) }
}

test('arguments win over variables, and the terminal is greeted with a key that works', async () => {
  using world = makeWorld()
  const config = join(world.dir, 'metamcp.json')
  writeFileSync(config, JSON.stringify(configFileOf([echoServer()])))
  const dataDir = join(world.dir, 'given')
  await using desktop = await openDesktop({
    args: ['--port', '0', `--config=${config}`, '--data-dir', dataDir, '--ozone-platform=x11'],
    env: { METAMCP_PORT: 'http', DATABASE_URL: 'postgres://127.0.0.1:1/none' },
  })
  const { app, page } = desktop

  await page.getByText(/^Running on /).waitFor()
  const [, url = ''] = /^MetaMCP ready (\S+)\n/.exec(app.stdout) ?? []
  expect(app.stdout).toContain(`MCP endpoint   ${url}/metamcp/default/mcp\n`)
  const [, key = ''] = /^API key +(sk_mt_\w{64})$/m.exec(app.stdout) ?? []
  await using client = await connectLegacy(new URL(`${url}/metamcp/default/mcp`), key)
  const { content } = await client.callTool({ name: 'echo__echo', arguments: { message: 'hello' } })
  expect(content).toMatchObject([{ type: 'text', text: 'hello' }])

  expect(existsSync(join(dataDir, 'browser'))).toBe(true)
  await app.complained('--ozone-platform is no argument of MetaMCP')
  await app.complained('DATABASE_URL is ignored: the desktop app')
})

const CURSOR = '.cursor/mcp.json'
const secretKey = 'a secret key that both starts have'

/** An earlier start of somebody who has Cursor; resolves with the port that Cursor leads to. */
async function startOnce(home: TempHome, dataDir: string): Promise<number> {
  const { machine } = home
  const databaseTemplate = join(ROOT, 'out/db-template.tgz')
  const kept = { database: 'embedded', dataDir, secretKey, databaseTemplate } as const
  await using core = await startTempCore({ machine, ...kept })
  const { admin } = core
  const endpointId = (await admin.endpoints.list.query())[0]?.id ?? ''
  const input = { clientId: 'cursor', endpointId, removeServers: [] }
  const { fingerprint } = await admin.clients.preview.query(input)
  await admin.clients.connect.mutate({ ...input, fingerprint })
  return Number(new URL(core.url).port)
}

test.runIf(shell.kind === 'stand-in')(
  'a port that is chosen for one that is taken is kept, and clients follow',
  async () => {
    using world = makeWorld()
    await using home = await openTempHome()
    await home.put({ [CURSOR]: '{\n  // mine\n}\n' })
    const dataDir = home.path('data')
    const port = await startOnce(home, dataDir)
    const hostFile = join(dataDir, 'host.json')
    writeFileSync(hostFile, JSON.stringify({ port }))
    const another = createServer().listen(port, '127.0.0.1')
    await once(another, 'listening')

    const given = { METAMCP_DATA_DIR: dataDir, METAMCP_PORT: '', METAMCP_SECRET_KEY: secretKey }
    const env = { ...environment(world.dir), ...given, HOME: home.path('') }
    const app = await startOnStandIn({ env }, world.dir)
    const { id, buttons } = await app.told('message-box')
    const chosen = Number(/^Use (\d+)$/.exec(buttons[0] ?? '')?.[1])
    expect(buttons.slice(1)).toEqual([`Try ${port} again`, 'Quit'])
    app.do({ kind: 'answer', id, response: 0 })

    const { title } = await app.told('notification')
    expect(title).toBe(`Cursor now uses port ${chosen}.`)
    expect(await home.read(CURSOR)).toContain(`"http://127.0.0.1:${chosen}/metamcp/default/mcp"`)
    expect(await home.read(CURSOR)).toContain('// mine')
    expect(JSON.parse(readFileSync(hostFile, 'utf8'))).toEqual({ port: chosen })
    await app.told('shown')
    app.kill('SIGTERM')
    expect(await app.ended).toBe(0)
    another.close()
  },
)

describe.runIf(shell.kind === 'stand-in')('without a start', () => {
  test('a mistake is told in a box and on stderr, and the exit code is 1', async () => {
    using world = makeWorld()
    const env = { ...environment(world.dir), METAMCP_PORT: 'http' }
    const app = await startOnStandIn({ env, args: ['--log-level', 'loud'] }, world.dir)
    const content = [
      'METAMCP_PORT "http" is not a port: use 0 to 65535.',
      '--log-level "loud" is not a log level: use debug, info, warn, error or silent.',
      'See --help.',
    ].join('\n')
    const title = 'MetaMCP could not start'
    expect(await app.told('error-box')).toEqual({ kind: 'error-box', title, content })
    expect(await app.complained(content)).toBe(`${content}\n`)
    expect([await app.ended, app.stdout]).toEqual([1, ''])
  })

  test('what the core refuses is told in the same way, as a sentence', async () => {
    using world = makeWorld()
    const args = ['--config', join(world.dir, 'missing.json')]
    const app = await startOnStandIn({ env: environment(world.dir), args }, world.dir)
    const { content } = await app.told('error-box')
    expect(content).toContain('missing.json')
    expect(await app.complained('missing.json')).toBe(`${content}\n`)
    expect([await app.ended, app.stdout]).toEqual([1, ''])
  })

  test('help goes to stdout, and nothing is made', async () => {
    using world = makeWorld()
    const env = environment(world.dir)
    const app = await startOnStandIn({ env, args: ['--help'] }, world.dir)
    expect(await app.ended).toBe(0)
    expect(app.stdout).toMatch(/^MetaMCP Desktop: [^]*--public-url/)
    expect(existsSync(join(world.dir, 'data'))).toBe(false)
  })
})
