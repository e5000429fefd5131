import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { arch, execPath, platform, stderr } from 'node:process'
import { build } from './build.ts'
import { openElectron } from './open-electron.ts'
import { runChild } from './run-child.ts'

const root = resolve(import.meta.dirname, '..')
const PACKAGE_DIR = join(root, 'node_modules/electron')

/** Where Electron comes from, or the sentence that says why it does not. */
export type ElectronDist = { args: string[] } | { sentence: string }

/**
 * Builds what is stale and packages it with electron-builder, whose arguments are given on. With
 * `-c.electronDist=FOLDER` nothing is downloaded. Returns the exit code.
 */
export async function packageApp(args: string[]): Promise<number> {
  const code = await build()
  if (code !== 0) return code
  const dist = await findDist(args, () => openElectron({ packageDir: PACKAGE_DIR, tell }))
  if ('sentence' in dist) {
    tell(dist.sentence)
    return 1
  }
  const builder = join(root, 'node_modules/electron-builder/cli.js')
  // Nothing leaves the machine that nobody asked for; electron-builder would guess on a build server.
  const publish = args.includes('--publish') ? [] : ['--publish', 'never']
  const all = [builder, ...publish, ...args, ...dist.args]
  return runChild(execPath, all, { cwd: root, stdio: 'inherit' })
}

/** `open` resolves with the path of Electron's executable, and rejects with a reason. */
export async function findDist(args: string[], open: () => Promise<string>): Promise<ElectronDist> {
  const given = args.find((arg) => arg.startsWith('-c.electronDist='))
  if (given) {
    const folder = given.slice(given.indexOf('=') + 1)
    if (existsSync(join(folder, 'version'))) return { args: [] }
    return { sentence: `There is no Electron in ${folder}.` }
  }
  try {
    const folder = distOf(await open())
    // For other processors and formats electron-builder fetches what it needs.
    return { args: args.includes('--dir') ? [`-c.electronDist=${folder}`] : [] }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const missing = `Electron's binary for ${platform}-${arch}`
    return {
      sentence: `The app is built, but ${missing} could not be had (${reason}). With one at hand: npm run package -- ${[...args, '-c.electronDist=FOLDER'].join(' ')}`,
    }
  }
}

/** The folder that holds all of it; on macOS the executable is deep in the bundle. */
function distOf(binary: string): string {
  const bundle = /^(.*)\/[^/]+\.app\//.exec(binary)
  return bundle?.[1] ?? dirname(binary)
}

function tell(sentence: string): void {
  stderr.write(`${sentence}\n`)
}
