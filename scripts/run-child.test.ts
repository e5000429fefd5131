import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { runChild } from './run-child.ts'

const node = process.execPath
const quiet = { stdio: 'ignore' } as const

test('the exit code of a program is passed on, and a signal as a shell tells it', async () => {
  expect(await runChild(node, ['-e', 'process.exit(7)'], quiet)).toBe(7)
  expect(await runChild(node, ['-e', 'process.kill(process.pid, "SIGKILL")'], quiet)).toBe(137)
})

test('a program that does not exist is an error that names it', async () => {
  await expect(runChild('no-such-program', [], quiet)).rejects.toThrow('no-such-program')
})

/** A script that runs a child of its own, which says that it runs and, once, the signal it gets. */
const PROGRAM = `
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => { console.log(signal); process.exitCode = 3; clearInterval(timer) })
  const timer = setInterval(() => {}, 1000)
  console.log('running')
`
const PARENT = `
  import { runChild } from ${JSON.stringify(join(import.meta.dirname, 'run-child.ts'))}
  const code = await runChild(process.execPath, ['-e', ${JSON.stringify(PROGRAM)}], { stdio: 'inherit' })
  console.log('child ended with ' + code)
`

function startParent(command: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  const parent = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, npm_lifecycle_event: undefined, ...env },
  })
  const lines = createInterface(parent.stdout)[Symbol.asyncIterator]()
  const nextLine = async () => String((await lines.next()).value)
  return { parent, nextLine }
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s goes on to the program, and we end after it',
  async (signal) => {
    const { parent, nextLine } = startParent(node, ['--input-type=module', '-e', PARENT])
    expect(await nextLine()).toBe('running')
    parent.kill(signal)
    expect([await nextLine(), await nextLine()]).toEqual([signal, 'child ended with 3'])
    if (parent.exitCode === null) await once(parent, 'exit')
    expect(parent.exitCode).toBe(0)
  },
)

test('under npm the program ends when the shell between npm and us is killed', async () => {
  const script = `"$0" --input-type=module -e "$1"; exit`
  const { parent, nextLine } = startParent('sh', ['-c', script, node, PARENT], {
    npm_lifecycle_event: 'start',
  })
  expect(await nextLine()).toBe('running')
  parent.kill('SIGTERM')
  expect([await nextLine(), await nextLine()]).toEqual(['SIGTERM', 'child ended with 3'])
})
