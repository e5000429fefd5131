import { mkdtempDisposableSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findDist } from './package.ts'

test('without its binary, Electron is named, with the reason and a way on', async () => {
  const dist = await findDist(['--dir'], () => Promise.reject(new Error('fetch failed')))
  expect(dist).toEqual({
    sentence: expect.stringMatching(
      /^The app is built, but Electron's binary for \w+-\w+ could not be had \(fetch failed\)\. With one at hand: npm run package -- --dir -c\.electronDist=FOLDER$/,
    ) as string,
  })
})

test('a folder with Electron in it is taken as it is, one without is refused', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'electron-dist-'))
  const args = ['--dir', `-c.electronDist=${folder.path}`]
  const open = () => expect.unreachable('nothing is to be fetched')
  expect(await findDist(args, open)).toEqual({
    sentence: `There is no Electron in ${folder.path}.`,
  })
  writeFileSync(join(folder.path, 'version'), '45.0.0')
  expect(await findDist(args, open)).toEqual({ args: [] })
})

test('the binary that is there is packaged; installers fetch one for each processor', async () => {
  const binary = '/p/node_modules/electron/dist/electron'
  const open = () => Promise.resolve(binary)
  expect(await findDist(['--dir'], open)).toEqual({
    args: ['-c.electronDist=/p/node_modules/electron/dist'],
  })
  expect(await findDist(['--linux'], open)).toEqual({ args: [] })
  const bundle = () => Promise.resolve('/p/dist/Electron.app/Contents/MacOS/Electron')
  expect(await findDist(['--dir'], bundle)).toEqual({ args: ['-c.electronDist=/p/dist'] })
})
