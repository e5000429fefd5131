import { stat } from 'node:fs/promises'
import { delimiter, isAbsolute, resolve } from 'node:path'
import which from 'which'
import type { CommandTool } from '../../../shared/server-problem.ts'
import { KnownProblem } from './known-problem.ts'

/** Where to get the commands that most servers are started with. */
const SOURCES: Record<CommandTool, string> = {
  node: 'Install Node.js: https://nodejs.org/',
  uv: 'Install uv: https://docs.astral.sh/uv/',
  docker: 'Install Docker: https://docs.docker.com/get-docker/',
  python: 'Install Python: https://www.python.org/downloads/',
  deno: 'Install Deno: https://deno.com/',
  bun: 'Install Bun: https://bun.sh/',
}
const TOOLS = new Map<string, CommandTool>([
  ...['node', 'npx', 'npm'].map((name) => [name, 'node'] as const),
  ...['uvx', 'uv'].map((name) => [name, 'uv'] as const),
  ...['python', 'python3'].map((name) => [name, 'python'] as const),
  ...['bun', 'bunx'].map((name) => [name, 'bun'] as const),
  ['docker', 'docker'],
  ['deno', 'deno'],
])

export type Command = { command: string; cwd: string | null; env: Record<string, string> }

/**
 * The path of the program. Throws a KnownProblem whose message says what is missing and how to get
 * it. Asked before the spawn: its own `ENOENT` does not tell a missing command from a missing folder.
 */
export async function findCommand({ command, cwd, env }: Command): Promise<string> {
  if (cwd !== null) await checkFolder(cwd)
  const isPath = /[\\/]/.test(command)
  // A relative path counts from the folder the child will run in, a bare name is found in PATH.
  const sought = isPath && !isAbsolute(command) ? resolve(cwd ?? '.', command) : command
  const { PATH: path, PATHEXT: pathExt } = env
  const found = await which(sought, { path, pathExt, nothrow: true })
  if (found !== null) return found
  if (isPath && (await isThere(sought))) {
    const words = `"${command}" may not be executed. Make it executable (chmod +x).`
    throw new KnownProblem(words, { code: 'not-executable', command: sought })
  }
  const code = 'command-not-found'
  if (isPath) {
    const words = `"${sought}" was not found. Check the path of the command.`
    throw new KnownProblem(words, { code, command: sought, folders: 0, tool: null })
  }
  const name = command.replace(/\.(exe|cmd)$/i, '').toLowerCase()
  const tool = TOOLS.get(name) ?? null
  const folders = (path ?? '').split(delimiter).filter((folder) => folder !== '').length
  const source = tool ? SOURCES[tool] : 'Install it, or check its spelling'
  const words = `"${command}" was not found. ${source} — or give the full path of the command.`
  throw new KnownProblem(words, { code, command, folders, tool })
}

async function checkFolder(cwd: string): Promise<void> {
  const found = await stat(cwd).catch(() => null)
  if (found?.isDirectory()) return
  const problem = found === null ? 'does not exist' : 'is not a folder'
  const words = `The folder it is to run in, "${cwd}", ${problem}.`
  throw new KnownProblem(words, { code: 'folder-missing', folder: cwd })
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}
