import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtempDisposable, readdir, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import { lockDataDir } from './lock.ts'

/** Says READY, waits for a line, says HELD or the reason why not, then stays until its stdin ends. */
const contender = `
  const { lockDataDir } = await import(${JSON.stringify(new URL('./lock.ts', import.meta.url).href)})
  process.stdin.on('end', () => process.exit())
  console.log('READY')
  await new Promise((go) => process.stdin.once('data', go))
  try {
    await lockDataDir(process.argv[1])
    console.log('HELD')
  } catch (error) {
    console.log(error.message)
  }
`

async function startContender(dataDir: string) {
  const args = ['--input-type=module', '--eval', contender, dataDir]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  await lines.next()
  return {
    child,
    go: () => child.stdin.write('go\n'),
    answer: async () => String((await lines.next()).value),
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}

function tempFolder() {
  return mkdtempDisposable(join(tmpdir(), 'metamcp-lock-'))
}

test('the second process is refused with the pid of the first', async () => {
  await using folder = await tempFolder()
  const first = await startContender(folder.path)
  try {
    first.go()
    expect(await first.answer()).toBe('HELD')
    await expect(lockDataDir(folder.path)).rejects.toMatchObject({
      code: 'in-use',
      message: expect.stringContaining(`is in use by the MetaMCP process ${first.child.pid}.`),
    })
  } finally {
    await first.kill()
  }
  const lock = await lockDataDir(folder.path)
  await lock.release()
})

test('a process that is stopped still holds the lock', async () => {
  await using folder = await tempFolder()
  const first = await startContender(folder.path)
  try {
    first.go()
    expect(await first.answer()).toBe('HELD')
    first.child.kill('SIGSTOP')
    await expect(lockDataDir(folder.path)).rejects.toThrow(`process ${first.child.pid}.`)
  } finally {
    await first.kill()
  }
})

test('it is free again once released, and within one process too it is held once', async () => {
  await using folder = await tempFolder()
  const lock = await lockDataDir(folder.path)
  await expect(lockDataDir(folder.path)).rejects.toThrow(`process ${process.pid}.`)
  await lock.release()
  await lock.release()
  const again = await lockDataDir(folder.path)
  await again.release()
  expect(await readdir(join(folder.path, 'lock'))).toEqual([])
})

test('the data folder is created for its owner only', async () => {
  await using folder = await tempFolder()
  const dataDir = join(folder.path, 'a', 'b')
  const lock = await lockDataDir(dataDir)
  await lock.release()
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700)
})

test('a path longer than a socket address is locked all the same', async () => {
  await using folder = await tempFolder()
  const dataDir = join(folder.path, 'x'.repeat(120), 'y'.repeat(120))
  await mkdir(dataDir, { recursive: true })
  const lock = await lockDataDir(dataDir)
  await expect(lockDataDir(dataDir)).rejects.toMatchObject({ code: 'in-use' })
  await lock.release()
  const again = await lockDataDir(dataDir)
  await again.release()
  expect(await readdir(join(dataDir, 'lock'))).toEqual([])
})

describe('many processes at once', () => {
  test('exactly one takes over what a killed holder left, every time', async () => {
    await using folder = await tempFolder()
    const killed: ChildProcess[] = []
    for (let round = 0; round < 8; round++) {
      const starting = Array.from({ length: 6 }, () => startContender(folder.path))
      const contenders = await Promise.all(starting)
      for (const contender of contenders) contender.go()
      const answers = await Promise.all(contenders.map((contender) => contender.answer()))
      const holder = contenders.find((_, index) => answers[index] === 'HELD')
      // Killed, so that each round begins with a dead holder's socket.
      await Promise.all(contenders.map((contender) => contender.kill()))
      killed.push(...contenders.map((contender) => contender.child))
      const refusals = answers.filter((answer) => answer.includes(`process ${holder?.child.pid}.`))
      expect([holder !== undefined, refusals.length]).toEqual([true, 5])
    }
    expect(killed.every((child) => child.signalCode === 'SIGKILL')).toBe(true)
  })

  test('exactly one of many within one process', async () => {
    await using folder = await tempFolder()
    for (let round = 0; round < 30; round++) {
      const tries = Array.from({ length: 12 }, () => lockDataDir(folder.path))
      const settled = await Promise.allSettled(tries)
      const held = settled.filter((result) => result.status === 'fulfilled')
      expect(held).toHaveLength(1)
      await held[0]?.value.release()
    }
  })
})
