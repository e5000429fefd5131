import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { connectLegacy } from '../core/testing/clients.ts'
import { echoServer } from '../core/testing/echo-definition.ts'
import { configFileOf } from '../core/testing/temp-core.ts'
import { ROOT, startOnStandIn } from './app-process.ts'
import { environment, makeDir, removeDir } from './open-desktop.ts'
import { readAsar } from './read-asar.ts'

/** By their order in the binary, after its mark, the version of their list and their number. */
const FUSES = { runAsNode: 0, nodeOptions: 2, inspect: 3, asarIntegrity: 4, onlyAsar: 5, file: 7 }
const FUSE_MARK = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'

describe.runIf(process.platform === 'linux')('the packaged app', () => {
  const dir = makeDir()
  const resources = join(dir, 'dist/linux-unpacked/resources')
  afterAll(() => removeDir(dir))

  beforeAll(() => {
    const dist = makeElectronDist(join(dir, 'electron'))
    const args = ['--dir', `-c.electronDist=${dist}`, `-c.directories.output=${join(dir, 'dist')}`]
    const program = join(ROOT, 'scripts/package.mjs')
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
      encoding: 'utf8',
    })
    expect(status, `${stdout}${stderr}`).toBe(0)
  }, 180_000)

  test('has what was built and what that loads, and nothing of the workshop', () => {
    const files = readAsar(join(resources, 'app.asar')).map(({ path }) => path)
    const packages = new Set(
      files.flatMap((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []),
    )
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(ROOT, 'package.json'), 'utf8'),
    ) as Record<string, Record<string, string>>
    expect([...packages]).toEqual(expect.arrayContaining(Object.keys(dependencies ?? {})))
    // Some packages of the workshop are also needed by others.
    const strays = Object.keys(devDependencies ?? {}).filter((name) => packages.has(name))
    expect(strays).toEqual([])
    expect([...packages].filter((name) => /^node-(linux|win)/.test(name))).toEqual([])
    for (const file of ['main/index.js', 'preload/index.cjs', 'renderer/index.html']) {
      expect(files).toContain(`out/${file}`)
    }
    expect(files.filter((file) => /^(electron|renderer|scripts|docs)\//.test(file))).toEqual([])
    expect(existsSync(join(resources, 'migrations'))).toBe(true)
    expect(existsSync(join(resources, 'icons/tray-ok.png'))).toBe(true)
  })

  test('runs as nothing but itself', () => {
    const binary = readFileSync(join(dir, 'dist/linux-unpacked/metamcp-desktop'), 'latin1')
    const fuses = binary.slice(binary.indexOf(FUSE_MARK) + FUSE_MARK.length + 2)
    const state = Object.entries(FUSES).map(([name, at]) => [name, fuses[at] === '1'])
    expect(Object.fromEntries(state)).toEqual({
      ...{ runAsNode: false, nodeOptions: false, inspect: false, file: false },
      ...{ asarIntegrity: true, onlyAsar: true },
    })
  })

  test('starts from its archive, with its database beside that', async () => {
    // Plain Node reads no archive, so here it is a folder of that name.
    const app = join(dir, 'run/resources/app.asar')
    for (const { path, content } of readAsar(join(resources, 'app.asar'))) {
      if (content === null) continue
      mkdirSync(dirname(join(app, path)), { recursive: true })
      writeFileSync(join(app, path), content)
    }
    cpSync(`${join(resources, 'app.asar')}.unpacked`, `${app}.unpacked`, { recursive: true })
    for (const name of ['migrations', 'icons']) {
      cpSync(join(resources, name), join(dir, 'run/resources', name), { recursive: true })
    }
    const config = join(dir, 'metamcp.json')
    writeFileSync(config, JSON.stringify(configFileOf([echoServer()])))
    const env = {
      ...environment(dir),
      METAMCP_STAND_IN_RESOURCES: join(dir, 'run/resources'),
      XDG_CONFIG_HOME: join(dir, 'config'),
    }
    const args = ['--hidden', '--config', config]
    const main = join(app, 'out/main/index.js')
    const running = await startOnStandIn({ env, args, main }, dir)
    await running.latest('tray', ({ rows }) => rows.some(({ checked }) => checked))
    const [, url = ''] = /^MCP endpoint +(\S+)$/m.exec(running.stdout) ?? []
    const [, key = ''] = /^API key +(\S+)$/m.exec(running.stdout) ?? []
    {
      await using client = await connectLegacy(new URL(url), key)
      expect((await client.listTools()).tools.length).toBeGreaterThan(0)
    }
    await opensAtLogin(url, running.stdout, join(dir, 'config/autostart/metamcp.desktop'))
    running.kill('SIGTERM')
    expect(await running.ended).toBe(0)
  }, 60_000)
})

/** What only a packaged app does. */
async function opensAtLogin(url: string, stdout: string, file: string): Promise<void> {
  const token = /^Admin token +(\S+)$/m.exec(stdout)?.[1] ?? ''
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ openAtLogin: true, startHidden: true })
  const set = new URL('/trpc/frontend/settings.set', url)
  expect((await fetch(set, { method: 'POST', headers, body })).status).toBe(200)
  await vi.waitFor(() => expect(readFileSync(file, 'utf8')).toMatch(/^Exec="[^"]+" --hidden$/m))
}

/** As much of Electron as is looked at: an executable with fuses, all of them as it ships. */
function makeElectronDist(folder: string): string {
  mkdirSync(join(folder, 'resources'), { recursive: true })
  const wire = Buffer.concat([
    Buffer.from(FUSE_MARK),
    Buffer.from([1, 9]),
    Buffer.from('1'.repeat(9)),
  ])
  writeFileSync(join(folder, 'electron'), Buffer.concat([Buffer.from('\x7fELF'), wire]), {
    mode: 0o755,
  })
  const { version } = JSON.parse(
    readFileSync(join(ROOT, 'node_modules/electron/package.json'), 'utf8'),
  ) as { version: string }
  for (const [name, text] of [
    ['version', version],
    ['LICENSE', ''],
    ['LICENSES.chromium.html', ''],
    ['chrome-sandbox', ''],
    ['chrome_crashpad_handler', ''],
  ] as const) {
    writeFileSync(join(folder, name), text)
  }
  return folder
}
