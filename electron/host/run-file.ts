import { randomUUID } from 'node:crypto'
import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { kill, pid, platform } from 'node:process'
import { z } from 'zod'

/** A running core, as this user's own programs find it. */
export type RunningCore = z.infer<typeof runningCore>

const runningCore = z.object({
  pid: z.number().int().positive(),
  /** Where it is reached on this machine, without a slash at its end. */
  url: z.url(),
  /** The same for the management API. */
  adminUrl: z.url(),
  /** Opens every endpoint and the management API. */
  token: z.string().min(1),
})

/** Milliseconds that a core may take to say that it is well. */
const HEALTH_MS = 2_000

/** The file that says so, for as long as the core serves. */
export interface RunFile {
  /** Idempotent; leaves a file alone that another core has written since. */
  remove(): Promise<void>
}

/** Writes `run.json`, for this user's eyes only, into the data folder: all of it or nothing. */
export async function writeRunFile(
  dataDir: string,
  { url, adminUrl, token }: Omit<RunningCore, 'pid'>,
): Promise<RunFile> {
  const path = pathIn(dataDir)
  const made = `${path}.${randomUUID()}`
  const text = JSON.stringify({ pid, url, adminUrl, token } satisfies RunningCore)
  try {
    await using file = await open(made, 'wx', 0o600)
    await file.writeFile(`${text}\n`)
  } catch (error) {
    await rm(made, { force: true })
    throw error
  }
  await rename(made, path)
  return {
    async remove() {
      const written = await readRunFile(dataDir)
      if (written?.token === token) await rm(path, { force: true })
    },
  }
}

/** The core that runs on a data folder and answers; `null` when what is left is a stale file. */
export async function findRunningCore(dataDir: string): Promise<RunningCore | null> {
  const core = await readRunFile(dataDir)
  return core && isAlive(core.pid) && (await isHealthy(core.url)) ? core : null
}

/** Whether a core answers there and is neither starting nor closing. */
export async function isHealthy(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(HEALTH_MS) })
    const body: unknown = await response.json()
    return response.ok && z.object({ status: z.literal('ok') }).safeParse(body).success
  } catch {
    return false
  }
}

async function readRunFile(dataDir: string): Promise<RunningCore | null> {
  const path = pathIn(dataDir)
  try {
    if (!(await isPrivate(path))) return null
    return runningCore.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    // Missing, or of another version: as good as none.
    return null
  }
}

/** A file that others can write could send this user's messages to them. */
async function isPrivate(path: string): Promise<boolean> {
  const { mode } = await stat(path)
  // Windows has no such bits; the profile folder's access list does their work.
  return platform === 'win32' || (mode & 0o077) === 0
}

function isAlive(pid: number): boolean {
  try {
    return kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function pathIn(dataDir: string): string {
  return join(dataDir, 'run.json')
}
