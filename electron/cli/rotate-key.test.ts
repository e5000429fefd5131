import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectLegacy } from '../core/testing/clients.ts'
import { echoServer } from '../core/testing/echo-definition.ts'
import { COMPILE_LESS } from '../core/testing/headless-process.ts'
import { configFileOf, startTempCore } from '../core/testing/temp-core.ts'

const PROGRAM = resolve(import.meta.dirname, 'index.ts')
const SECRET = 'planted-secret-90bd'
const [ONE, TWO] = ['a', 'b'].map((letter) => letter.repeat(40)) as [string, string]

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metamcp-rotate-'))
  await using _core = await startTempCore({ dataDir: await makeFolder('begun'), ...SERVER })
})
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))

const SERVER = {
  file: configFileOf([echoServer({}, { env: { PLANTED: SECRET } })]),
  database: 'embedded',
} as const

async function makeFolder(name: string): Promise<string> {
  const dataDir = join(folder, name)
  await mkdir(dataDir, { recursive: true })
  return dataDir
}

/** A folder of its own, with a server whose environment is sealed with the key in its file. */
async function copyOf(name: string): Promise<string> {
  await cp(join(folder, 'begun'), join(folder, name), { recursive: true })
  return join(folder, name)
}

function rotate(dataDir: string, env: Record<string, string> = {}) {
  const args = [...COMPILE_LESS, PROGRAM, 'rotate-key', '--data-dir', dataDir]
  const { PATH, NODE_COMPILE_CACHE } = process.env
  const child = spawn(process.execPath, args, {
    env: { PATH, NODE_COMPILE_CACHE, HOME: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, err] = [child.stdout.setEncoding('utf8'), child.stderr.setEncoding('utf8')]
  let [stdout, stderr] = ['', '']
  out.on('data', (text: string) => (stdout += text))
  err.on('data', (text: string) => (stderr += text))
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => {
    return { code, signal, stdout, stderr }
  })
  return { child, ended }
}

/** What a program of ours gets as its environment, after a start. */
async function plantedIn(dataDir: string): Promise<unknown> {
  await using core = await startTempCore({ dataDir, database: 'embedded' })
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  // A server that was never seen is waited for by those who list.
  const count = async () => (await client.listTools()).tools.length
  await expect.poll(count, { timeout: 10_000 }).toBeGreaterThan(0)
  const { structuredContent } = await client.callTool({ name: 'echo__env', arguments: {} })
  return (structuredContent as { env: Record<string, string> }).env.PLANTED
}

const keyOf = (dataDir: string) => readFile(join(dataDir, 'secret.key'), 'utf8')

test('rotate-key seals all with a new key, and the old one is refused', async () => {
  const dataDir = await copyOf('success')
  // A folder alone is no backup.
  await mkdir(join(dataDir, 'backups'), { recursive: true })
  const old = await keyOf(dataDir)
  const { code, stdout, stderr } = await rotate(dataDir).ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^\d+ stored secrets are sealed with a new key in /)
  expect(stdout).not.toContain('Backups')
  const key = await keyOf(dataDir)
  expect(key).not.toBe(old)
  expect(stdout).not.toContain(key.trim())
  expect(await plantedIn(dataDir)).toBe(SECRET)

  await writeFile(join(dataDir, 'secret.key'), old)
  const again = startTempCore({ dataDir, database: 'embedded' })
  await expect(again).rejects.toThrow('sealed with another key')
})

test('what cannot be done is said on stderr, with exit code 1, and changes nothing', async () => {
  const dataDir = await copyOf('refused')
  const key = await keyOf(dataDir)
  const refused = async (env: Record<string, string>, text: string) => {
    const { code, stdout, stderr } = await rotate(dataDir, env).ended
    expect({ code, stdout, stderr }).toEqual({
      ...{ code: 1, stdout: '' },
      stderr: expect.stringContaining(text) as string,
    })
    expect(await keyOf(dataDir)).toBe(key)
  }
  const wrong = { METAMCP_SECRET_KEY: ONE, METAMCP_NEW_SECRET_KEY: TWO }
  await refused(wrong, 'Nothing was changed.')
  await refused({ METAMCP_PORT: 'x' }, 'METAMCP_PORT')
  {
    await using _core = await startTempCore({ dataDir, database: 'embedded' })
    await refused({}, `is in use by the MetaMCP process ${process.pid}`)
  }
  expect(await plantedIn(dataDir)).toBe(SECRET)
})

test('ended by force once the new key is written, every secret can still be read', async () => {
  const dataDir = await copyOf('broken-off')
  const watching = watch(dataDir)
  const { child, ended } = rotate(dataDir)
  watching.on('change', (_, name) => name === 'secret.key.next' && child.kill('SIGKILL'))
  const { signal, stdout } = await ended
  watching.close()
  expect({ signal, stdout }).toEqual({ signal: 'SIGKILL', stdout: '' })
  expect(await plantedIn(dataDir)).toBe(SECRET)
  await expect(readFile(join(dataDir, 'secret.key.next'))).rejects.toThrow('ENOENT')
})
