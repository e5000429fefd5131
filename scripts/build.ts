import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { execPath, stderr } from 'node:process'
import { fileURLToPath } from 'node:url'
import { runChild, STDOUT_TO_STDERR } from './run-child.ts'

const root = resolve(import.meta.dirname, '..')
/** Holds the hash of the sources that out/ was built from; missing while a build is unfinished. */
const stampFile = join(root, 'out/sources.sha256')

const SOURCES = ['electron', 'renderer', 'shared', 'resources']
const SETTINGS = ['package.json', 'package-lock.json', 'tsconfig.json', 'vite.config.ts']
const NOT_BUILT = /\.test\.tsx?$|^electron\/(core\/testing|e2e)\/|^resources\/docker\//

/**
 * Builds the programs and the database template into out/, unless what is there was built from
 * these very sources. Writes nothing to stdout. Returns the exit code.
 */
export async function build(): Promise<number> {
  const hash = hashSources(root)
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash) return 0
  rmSync(stampFile, { force: true })
  // What V8 made of the last build.
  rmSync(join(root, 'out/compiled'), { recursive: true, force: true })
  for (const step of [bundle, makeTemplate]) {
    const code = await step()
    if (code !== 0) {
      stderr.write('The build failed; the reason is above.\n')
      return code
    }
  }
  mkdirSync(join(root, 'out'), { recursive: true })
  writeFileSync(stampFile, hash)
  return 0
}

function bundle(): Promise<number> {
  const electronVite = join(root, 'node_modules/electron-vite/bin/electron-vite.js')
  // With "./" because electron-vite refuses a bare "vite.config.ts" as Vite's own.
  const args = [electronVite, 'build', '--config', './vite.config.ts']
  return runChild(execPath, args, { cwd: root, stdio: STDOUT_TO_STDERR })
}

async function makeTemplate(): Promise<number> {
  const script = fileURLToPath(import.meta.resolve('../electron/core/db/make-template.ts'))
  if (!existsSync(script)) return 0
  stderr.write('Making the database template\n')
  const args = [script, 'out/db-template.tgz']
  return runChild(execPath, args, { cwd: root, stdio: STDOUT_TO_STDERR })
}

/** One hash over the names and contents of everything that out/ is made of. */
export function hashSources(folder: string): string {
  const hash = createHash('sha256')
  for (const path of [...SETTINGS, ...SOURCES.flatMap((name) => filesIn(folder, name))]) {
    if (!existsSync(join(folder, path))) continue
    const content = readFileSync(join(folder, path))
    hash.update(`${path}\n${content.length}\n`).update(content)
  }
  return hash.digest('hex')
}

function filesIn(folder: string, name: string): string[] {
  const start = join(folder, name)
  if (!existsSync(start)) return []
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((path) => !NOT_BUILT.test(path))
    .toSorted()
}
