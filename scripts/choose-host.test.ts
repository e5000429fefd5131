import { expect, test } from 'vitest'
import { chooseHost } from './choose-host.ts'

const present = () => Promise.resolve('/opt/electron')
const missing = () => Promise.reject(new Error('fetch failed'))
const never = () => Promise.reject(new Error('must not be asked for'))

const desktop = {
  kind: 'electron',
  binary: '/opt/electron',
  sentence: 'Starting the desktop app: there is a display.',
}
const noDisplay = {
  kind: 'headless',
  sentence: 'Starting headless: neither DISPLAY nor WAYLAND_DISPLAY names a display.',
}

test.each([
  ['linux', { DISPLAY: ':0' }, present, desktop],
  ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, present, desktop],
  ['darwin', {}, present, desktop],
  ['win32', {}, present, desktop],
  ['linux', {}, never, noDisplay],
  ['linux', { DISPLAY: '', WAYLAND_DISPLAY: '' }, never, noDisplay],
  [
    'linux',
    { DISPLAY: ':0' },
    missing,
    {
      kind: 'headless',
      sentence: 'Starting headless: Electron could not be had (fetch failed).',
    },
  ],
] as const)('on %s with %j the display and the binary decide', async (...row) => {
  const [platform, env, openElectron, host] = row
  expect(await chooseHost({ platform, env, openElectron })).toEqual(host)
})

test('headless by name neither looks for a display nor for Electron', async () => {
  const env = { DISPLAY: ':0' }
  const host = await chooseHost({
    forced: 'headless',
    platform: 'linux',
    env,
    openElectron: never,
  })
  expect(host).toEqual({ kind: 'headless', sentence: 'Starting headless, as asked.' })
})

test('desktop by name needs no display variable', async () => {
  const host = await chooseHost({
    forced: 'desktop',
    platform: 'linux',
    env: {},
    openElectron: present,
  })
  expect(host).toEqual({ ...desktop, sentence: 'Starting the desktop app: as asked.' })
})

test('desktop by name starts nothing else where Electron cannot be had', async () => {
  const host = await chooseHost({
    forced: 'desktop',
    platform: 'linux',
    env: {},
    openElectron: missing,
  })
  expect(host).toEqual({
    kind: 'none',
    sentence: 'Electron could not be had (fetch failed); `npm run headless` does without it.',
  })
})
