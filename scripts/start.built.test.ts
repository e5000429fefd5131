import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env, execPath, platform } from 'node:process'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'

const withoutDisplay = { ...env, DISPLAY: undefined, WAYLAND_DISPLAY: undefined }

/** Starts as `npm start` does, and ends it once it is ready. */
async function startOnce(args: string[]) {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'start-'))
  const all = [...args, '--port', '0', '--data-dir', join(folder.path, 'data')]
  const start = spawn(execPath, [join(import.meta.dirname, 'start.mjs'), ...all], {
    env: withoutDisplay,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  using _ended = { [Symbol.dispose]: () => start.kill() }
  let words = ''
  start.stderr.setEncoding('utf8').on('data', (text: string) => (words += text))
  const ended = once(start, 'close')
  const first = await createInterface(start.stdout)[Symbol.asyncIterator]().next()
  start.kill('SIGTERM')
  return { first: String(first.value), ended: await ended, words }
}

test('stdout begins with the program: build and choice of host go to stderr', async () => {
  const { first, ended, words } = await startOnce(['headless'])
  expect(first).toMatch(/^MetaMCP ready http:\/\/127\.0\.0\.1:\d+$/)
  expect(words).toContain('Starting headless, as asked.')
  expect(ended).toEqual([0, null])
})

test.runIf(platform === 'linux')(
  'without a display it goes on headless, and says why',
  async () => {
    const { first, ended, words } = await startOnce([])
    expect(first).toMatch(/^MetaMCP ready http:\/\/127\.0\.0\.1:\d+$/)
    expect(words).toMatch(
      /^Starting headless: neither DISPLAY nor WAYLAND_DISPLAY names a display\.$/m,
    )
    expect(ended).toEqual([0, null])
  },
)
