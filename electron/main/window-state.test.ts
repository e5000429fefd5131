import { mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fitBounds, openWindowState } from './window-state.ts'

const screen = { x: 0, y: 25, width: 1920, height: 1055 }
const second = { x: 1920, y: 0, width: 1280, height: 1024 }

test.each([
  ['at first', null, { width: 1200, height: 760 }],
  [
    'where it was',
    { x: 100, y: 80, width: 1000, height: 700 },
    { x: 100, y: 80, width: 1000, height: 700 },
  ],
  [
    'on a second screen',
    { x: 2000, y: 10, width: 1000, height: 700 },
    { x: 2000, y: 10, width: 1000, height: 700 },
  ],
  [
    'a little over the edge',
    { x: -500, y: 80, width: 1000, height: 700 },
    { x: -500, y: 80, width: 1000, height: 700 },
  ],
  [
    'not where no screen is any more',
    { x: 4000, y: 80, width: 1000, height: 700 },
    { width: 1000, height: 700 },
  ],
  [
    'not with its title above the screen',
    { x: 100, y: -200, width: 1000, height: 700 },
    { width: 1000, height: 700 },
  ],
  [
    'not larger than the screen',
    { x: 2000, y: 0, width: 3000, height: 3000 },
    { x: 2000, y: 0, width: 1280, height: 1024 },
  ],
])('it opens %s', (_, saved, expected) => {
  expect(fitBounds(saved, [screen, second])).toEqual(expected)
})

test('its place is kept over a restart, and what cannot be read is forgotten', () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'window-state-'))
  const first = { bounds: null, isMaximized: false, hasHidden: false }
  expect(openWindowState(folder.path).get()).toEqual(first)
  const bounds = { x: 1, y: 2, width: 1000, height: 700 }
  openWindowState(folder.path).set({ bounds, hasHidden: true })
  expect(openWindowState(folder.path).get()).toEqual({ ...first, bounds, hasHidden: true })
  const file = join(folder.path, 'window.json')
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, 10))
  expect(openWindowState(folder.path).get()).toEqual(first)
})
