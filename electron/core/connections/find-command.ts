import { stat } from 'node:fs/promises'
import { isAbsolute, resolve } from 'node:path'
import which from 'which'

/** Where to get the commands that most servers are started with. */
const SOURCES: Record<string, string> = {
  ...sameFor(['node', 'npx', 'npm'], 'Install Node.js: https://nodejs.org/'),
  ...sameFor(['uvx', 'uv'], 'Install uv: https://docs.astral.sh/uv/'),
  ...sameFor(['docker'], 'Install Docker: https://docs.docker.com/get-docker/'),
  ...sameFor(['python', 'python3'], 'Install Python: https://www.python.org/downloads/'),
  ...sameFor(['deno'], 'Install Deno: https://deno.com/'),
  ...sameFor(['bun', 'bunx'], 'Install Bun: https://bun.sh/'),
}

export type Command = { command: string; cwd: string | null; env: Record<string, string> }

/**
 * Throws an Error whose message says what is missing and how to get it. Asked before the spawn:
 * its own `ENOENT` does not tell a missing command from a missing folder.
 */
export async function checkCommand({ command, cwd, env }: Command): Promise<void> {
  if (cwd !== null) await checkFolder(cwd)
  const isPath = /[\\/]/.test(command)
  // A relative path counts from the folder the child will run in, a bare name is found in PATH.
  const sought = isPath && !isAbsolute(command) ? resolve(cwd ?? '.', command) : command
  const { PATH: path, PATHEXT: pathExt } = env
  if ((await which(sought, { path, pathExt, nothrow: true })) !== null) return
  if (isPath && (await isThere(sought))) {
    throw new Error(`"${command}" may not be executed. Make it executable (chmod +x).`)
  }
  if (isPath) throw new Error(`"${sought}" was not found. Check the path of the command.`)
  const name = command.replace(/\.(exe|cmd)$/i, '').toLowerCase()
  const source = SOURCES[name] ?? 'Install it, or check its spelling'
  throw new Error(`"${command}" was not found. ${source} — or give the full path of the command.`)
}

async function checkFolder(cwd: string): Promise<void> {
  const found = await stat(cwd).catch(() => null)
  if (found?.isDirectory()) return
  const problem = found === null ? 'does not exist' : 'is not a folder'
  throw new Error(`The folder it is to run in, "${cwd}", ${problem}.`)
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}

function sameFor(names: string[], source: string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, source]))
}
