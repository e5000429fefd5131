import { join, resolve } from 'node:path'
import { env, execPath, getuid, platform, stderr } from 'node:process'
import { build } from './build.ts'
import { chooseHost } from './choose-host.ts'
import { openElectron } from './open-electron.ts'
import { runChild } from './run-child.ts'

const root = resolve(import.meta.dirname, '..')

/**
 * Builds what is stale and runs the program with the given arguments: the desktop app or headless,
 * chosen by what is there or, with "headless" or "desktop" as first argument, by name. Our own
 * words go to stderr, so that stdout begins with the program's first line. Returns its exit code.
 */
export async function start(args: string[]): Promise<number> {
  const { forced, program } = readArguments(args)
  const code = await build()
  if (code !== 0) return code
  const host = await chooseHost({ forced, platform, env, openElectron: () => openOwnElectron() })
  tell(host.sentence)
  if (host.kind === 'none') return 1
  if (host.kind === 'headless') {
    return run(execPath, [join(root, 'out/main/headless.js'), ...program])
  }
  // Chromium's sandbox refuses to run as root.
  const sandbox = getuid?.() === 0 ? ['--no-sandbox'] : []
  return run(host.binary, [...sandbox, root, ...program])
}

function readArguments(args: string[]): { forced?: 'headless' | 'desktop'; program: string[] } {
  const [first] = args
  const forced = first === 'headless' || first === 'desktop' ? first : undefined
  const program = forced ? args.slice(1) : args
  // npm takes the `--` away; who calls this script without npm may have left it in.
  return { forced, program: program[0] === '--' ? program.slice(1) : program }
}

function openOwnElectron(): Promise<string> {
  return openElectron({ packageDir: join(root, 'node_modules/electron'), tell })
}

function run(command: string, args: string[]): Promise<number> {
  return runChild(command, args, { cwd: root, stdio: 'inherit' })
}

function tell(sentence: string): void {
  stderr.write(`${sentence}\n`)
}
