import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'

test('stdout begins with the program: build and choice of host go to stderr', async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'start-'))
  const args = ['headless', '--port', '0', '--data-dir', join(folder.path, 'data')]
  const start = spawn(process.execPath, [join(import.meta.dirname, 'start.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  using _ended = { [Symbol.dispose]: () => start.kill() }
  let words = ''
  start.stderr.setEncoding('utf8').on('data', (text: string) => (words += text))
  const ended = once(start, 'close')
  const lines = createInterface(start.stdout)[Symbol.asyncIterator]()

  expect((await lines.next()).value).toMatch(/^MetaMCP ready http:\/\/127\.0\.0\.1:\d+/)
  expect(words).toContain('Starting headless, as asked.')
  start.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
})
