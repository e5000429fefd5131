import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempDisposableSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { env, execPath } from 'node:process'

type ElectronOptions = {
  /** The folder of the npm package "electron". */
  packageDir: string
  /** Told in sentences how the download goes. */
  tell(sentence: string): void
  /** A download that receives nothing for this long is given up. */
  stallMs?: number
}

/**
 * The path of Electron's executable. The npm package comes without it, so it is downloaded on
 * first use. Rejects with a reason of a few words.
 */
export async function openElectron(options: ElectronOptions): Promise<string> {
  const { packageDir, tell } = options
  const present = findBinary(packageDir)
  if (present) return present
  tell(`Fetching Electron ${readVersion(packageDir)}, about 120 MB, once.`)
  await download(options)
  const fetched = findBinary(packageDir)
  if (!fetched) throw new Error('its download left no executable')
  return fetched
}

/** Mirrors node_modules/electron/index.js, which would start the download in silence. */
function findBinary(packageDir: string): string | undefined {
  const pathFile = join(packageDir, 'path.txt')
  if (!existsSync(pathFile)) return undefined
  const folder = env.ELECTRON_OVERRIDE_DIST_PATH ?? join(packageDir, 'dist')
  const binary = join(folder, readFileSync(pathFile, 'utf8'))
  return existsSync(binary) ? binary : undefined
}

function readVersion(packageDir: string): string {
  const { version } = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8')) as {
    version: string
  }
  return version
}

async function download({ packageDir, tell, stallMs = 60_000 }: ElectronOptions): Promise<void> {
  // The installer downloads into the temporary folder: one of its own shows how far it is.
  using folder = mkdtempDisposableSync(join(tmpdir(), 'electron-'))
  const child = spawn(execPath, [join(packageDir, 'install.js')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...env, TMPDIR: folder.path, TEMP: folder.path, NODE_USE_ENV_PROXY: '1' },
  })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text))
  const watch = watchGrowth({ path: folder.path, tell, stallMs, giveUp: () => child.kill() })
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
    if (code === 0) return
    if (signal !== null) throw new Error(`nothing arrived for ${stallMs / 1000} s`)
    throw new Error(firstLine(complaint) ?? `its installer ended with code ${code}`)
  } finally {
    watch.close()
  }
}

type Growth = { path: string; stallMs: number; tell(sentence: string): void; giveUp(): void }

/** Says how much has arrived, about every 5 s, and gives up when it stays the same for too long. */
function watchGrowth({ path, stallMs, tell, giveUp }: Growth) {
  let bytes = 0
  let grownAt = Date.now()
  let toldAt = Date.now()
  const look = () => {
    const now = Date.now()
    const size = sizeOf(path)
    if (size !== bytes) grownAt = now
    bytes = size
    if (now - grownAt >= stallMs) return giveUp()
    if (now - toldAt < 5000) return
    toldAt = now
    tell(`Fetching Electron: ${Math.round(bytes / 1e6)} MB so far.`)
  }
  const timer = setInterval(look, Math.min(500, stallMs / 2))
  return { close: () => clearInterval(timer) }
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0)
    .reduce((sum, size) => sum + size, 0)
}

function firstLine(text: string): string | undefined {
  const line = text.split('\n').find((candidate) => candidate.trim() !== '')
  return line?.trim().replace(/^\w*Error: /, '')
}
