import { mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openElectron } from './open-electron.ts'

/** A stand-in for the npm package "electron", whose installer runs `program`. */
function makePackage(program: string) {
  const folder = mkdtempDisposableSync(join(tmpdir(), 'open-electron-'))
  writeFileSync(join(folder.path, 'package.json'), JSON.stringify({ version: '45.0.0' }))
  writeFileSync(join(folder.path, 'install.js'), `const fs = require('node:fs')\n${program}`)
  const sentences: string[] = []
  const open = (stallMs?: number) =>
    openElectron({
      packageDir: folder.path,
      tell: (sentence) => void sentences.push(sentence),
      stallMs,
    })
  return {
    path: folder.path,
    sentences,
    open,
    [Symbol.dispose]: () => folder.remove(),
  }
}

const INSTALL = `
fs.appendFileSync(__dirname + '/runs', 'x')
fs.writeFileSync(require('node:os').tmpdir() + '/part.zip', 'half')
fs.mkdirSync(__dirname + '/dist', { recursive: true })
fs.writeFileSync(__dirname + '/dist/electron', '')
fs.writeFileSync(__dirname + '/path.txt', 'electron')
`

test('a missing binary is fetched once, with a word about it', async () => {
  using electron = makePackage(INSTALL)
  const binary = join(electron.path, 'dist/electron')
  expect([await electron.open(), await electron.open()]).toEqual([binary, binary])
  expect(electron.sentences).toEqual(['Fetching Electron 45.0.0, about 120 MB, once.'])
  expect(readFileSync(join(electron.path, 'runs'), 'utf8')).toBe('x')
})

test('a failed download gives the reason that the installer names, without its stack', async () => {
  using electron = makePackage(
    `console.error('TypeError: fetch failed\\n    at node:internal'); process.exit(1)`,
  )
  await expect(electron.open()).rejects.toThrow(/^fetch failed$/)
})

test('an installer that ends well but leaves nothing is a failure', async () => {
  using electron = makePackage('')
  await expect(electron.open()).rejects.toThrow('its download left no executable')
})

test('a download that hangs is ended', async () => {
  using electron = makePackage(`setInterval(() => {}, 1000)`)
  await expect(electron.open(400)).rejects.toThrow('nothing arrived for 0.4 s')
})
