import { statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { runChild, STDOUT_TO_STDERR } from './run-child.ts'

/** Where to look, and with which rights. */
export type Machine = {
  platform: NodeJS.Platform
  env: Record<string, string | undefined>
  home: string
  /** The top of the file system. */
  root: string
  /** The user's number; 0 may install what is missing. */
  uid: number | undefined
  /** Told in sentences what is being done. */
  tell(sentence: string): void
}

export function thisMachine(): Machine {
  const tell = (sentence: string) => void process.stderr.write(`${sentence}\n`)
  const { platform, env } = process
  return { platform, env, home: homedir(), root: '/', uid: process.getuid?.(), tell }
}

/** Installs a package if this is a Debian or Ubuntu and we are root; else, or if it fails, nothing. */
export async function installPackage(machine: Machine, name: string, use: string): Promise<void> {
  const { platform, env, uid, tell } = machine
  const hasApt = (env.PATH ?? '').split(delimiter).some((dir) => isFile(join(dir, 'apt-get')))
  if (platform !== 'linux' || uid !== 0 || !hasApt) return
  tell(`Installing the package "${name}" for ${use}, once.`)
  const options = {
    stdio: STDOUT_TO_STDERR,
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
  }
  const install = ['install', '-y', '--no-install-recommends', name]
  for (const args of [['update'], install]) {
    const code = await runChild('apt-get', args, options)
    if (code !== 0) tell(`apt-get ${args[0]} ended with code ${code}.`)
  }
}

export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
