import { access, constants, stat, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { platform } from 'node:process'
import type { InstanceCheck } from '../../../shared/doctor.ts'
import { AppError, messageOf } from '../errors.ts'
import { PLAIN_KEY_FILE } from '../secrets.ts'

export type InstanceOptions = {
  dataDir: string
  /** Where the key of secrets came from: what was given, or the data folder. */
  hasGivenKey: boolean
  /** Asks the database for something small. */
  ask: () => Promise<unknown>
  /** What had to be done to the database at its start; `null`: nothing. */
  recovery: string | null
  /** Whether the port answers, or would be free, and which it is. Rejects with a sentence. */
  checkPort: () => Promise<string>
}

/** Below this PGlite cannot be sure to end what it has begun. */
const LEAST_FREE_BYTES = 200_000_000

/** Looks at what MetaMCP itself stands on. Changes nothing. */
export async function checkInstance(options: InstanceOptions): Promise<InstanceCheck[]> {
  const { dataDir, hasGivenKey, ask, recovery, checkPort } = options
  return [
    await look('folder', () => checkFolder(dataDir)),
    await look('key', () => checkKey(dataDir, hasGivenKey)),
    await look('database', async () => {
      await ask()
      if (recovery !== null) throw new AppError('unavailable', recovery)
      return join(dataDir, 'db')
    }),
    await look('port', checkPort),
  ]
}

/** Whether somebody could listen there. Rejects with a sentence. */
export async function requireFreePort(host: string, port: number): Promise<string> {
  const server = createServer()
  try {
    server.listen({ host, port, exclusive: true })
    await once(server, 'listening')
    return port === 0 ? 'any that is free' : `${port} is free`
  } catch (cause) {
    const text = `Port ${port} of ${host} cannot be had: ${messageOf(cause)}. Choose another one with --port.`
    throw new AppError('in-use', text, { cause })
  } finally {
    server.close()
  }
}

async function look(
  step: InstanceCheck['step'],
  work: () => Promise<string>,
): Promise<InstanceCheck> {
  const since = performance.now()
  const passed = () => Math.round((performance.now() - since) * 10) / 10
  try {
    const found = await work()
    return { step, ok: true, ms: passed(), found, problem: '' }
  } catch (error) {
    return { step, ok: false, ms: passed(), found: '', problem: messageOf(error) }
  }
}

async function checkFolder(dataDir: string): Promise<string> {
  const { mode } = await stat(dataDir)
  await access(dataDir, constants.R_OK | constants.W_OK)
  if (platform !== 'win32' && (mode & 0o022) !== 0) {
    const text = `Others on this computer can write to "${dataDir}". Take that from them: chmod go-w.`
    throw new AppError('conflict', text)
  }
  const { bavail, bsize } = await statfs(dataDir)
  if (bavail * bsize < LEAST_FREE_BYTES) {
    const free = Math.floor((bavail * bsize) / 1_000_000)
    throw new AppError('unavailable', `Its disk has ${free} MB left. Make room on it.`)
  }
  return dataDir
}

/** That it opens what is stored was found out at the start, which fails without it. */
async function checkKey(dataDir: string, hasGivenKey: boolean): Promise<string> {
  if (hasGivenKey) return 'given to the start'
  const path = join(dataDir, PLAIN_KEY_FILE)
  const { mode } = await stat(path)
  if (platform === 'win32' || (mode & 0o077) === 0) return path
  throw new AppError('conflict', `Others on this computer can read "${path}": chmod 600.`)
}
