import { chmodSync, mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Machine } from './debian-package.ts'
import { chromiumFlags, openChromium } from './find-chromium.ts'

/** A machine with nothing on it but what a test puts there. */
function makeMachine(differs: Partial<Machine> = {}) {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'machine-'))
  const at = (path: string) => join(folder.path, path)
  const put = (path: string, text = '') => {
    mkdirSync(dirname(at(path)), { recursive: true })
    writeFileSync(at(path), text)
    chmodSync(at(path), 0o755)
    return at(path)
  }
  const told: string[] = []
  const machine: Machine = {
    platform: 'linux',
    home: at('home'),
    root: folder.path,
    uid: 1000,
    tell: (sentence) => void told.push(sentence),
    ...differs,
    env: { PATH: at('bin'), ...differs.env },
  }
  return { machine, at, put, told, [Symbol.dispose]: () => folder[Symbol.dispose]() }
}

describe('finds a browser', () => {
  test('that is named, before any other', async () => {
    using world = makeMachine()
    world.put('bin/chromium')
    const named = world.put('elsewhere/my-chrome')
    const env = { ...world.machine.env, METAMCP_CHROMIUM: named }
    expect(await openChromium({ ...world.machine, env })).toBe(named)
    const wrong = { ...env, METAMCP_CHROMIUM: world.at('nothing') }
    await expect(openChromium({ ...world.machine, env: wrong })).rejects.toThrow('is not a file')
  })

  test('on PATH, and no folder of that name', async () => {
    using world = makeMachine()
    mkdirSync(world.at('bin/chromium'), { recursive: true })
    const chrome = world.put('bin/google-chrome')
    expect(await openChromium(world.machine)).toBe(chrome)
  })

  test('in the usual places of macOS and Windows', async () => {
    using world = makeMachine({ platform: 'darwin' })
    const app = 'Applications/Chromium.app/Contents/MacOS/Chromium'
    const mac = world.put(join('home', app))
    const windows = world.put('pf/Google/Chrome/Application/chrome.exe')
    expect(await openChromium(world.machine)).toBe(mac)
    const env = { ...world.machine.env, ProgramFiles: world.at('pf') }
    expect(await openChromium({ ...world.machine, env, platform: 'win32' })).toBe(windows)
  })

  test("in Playwright's cache, the newest", async () => {
    using world = makeMachine()
    world.put('home/.cache/ms-playwright/chromium-999/chrome-linux/chrome')
    const newest = world.put('home/.cache/ms-playwright/chromium-1200/chrome-linux64/chrome')
    expect(await openChromium(world.machine)).toBe(newest)
  })
})

// The stand-in for apt-get is a shell script.
describe.skipIf(process.platform === 'win32')('where there is none', () => {
  const apt = (chromium: string) =>
    `#!/bin/sh\n[ "$1" = install ] && : > '${chromium}'\n[ "$DEBIAN_FRONTEND" = noninteractive ]\n`

  test('root installs it by apt-get and is told so', async () => {
    using world = makeMachine({ uid: 0 })
    world.put('bin/apt-get', apt(world.at('bin/chromium')))
    expect(await openChromium(world.machine)).toBe(world.at('bin/chromium'))
    expect(world.told).toEqual(['Installing the package "chromium" for the browser tests, once.'])
  })

  test('an installation that fails ends in what to do', async () => {
    using world = makeMachine({ uid: 0 })
    world.put('bin/apt-get', '#!/bin/sh\nexit 100\n')
    await expect(openChromium(world.machine)).rejects.toThrow('METAMCP_CHROMIUM')
    expect(world.told).toContain('apt-get install ended with code 100.')
  })

  test('nobody else installs anything', async () => {
    using world = makeMachine()
    world.put('bin/apt-get', apt(world.at('bin/chromium')))
    await expect(openChromium(world.machine)).rejects.toThrow('No Chrome or Chromium was found')
    expect(world.told).toEqual([])
  })
})

test('only root goes without the sandbox', () => {
  expect(chromiumFlags(0)).toContain('--no-sandbox')
  expect(chromiumFlags(1000)).not.toContain('--no-sandbox')
  expect(chromiumFlags(undefined)).not.toContain('--no-sandbox')
})
