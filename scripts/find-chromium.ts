import { existsSync, readdirSync, statSync } from 'node:fs'
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

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const HOW_TO_GET_ONE =
  'No Chrome or Chromium was found: install one, or name its executable in METAMCP_CHROMIUM.'

export function thisMachine(): Machine {
  const tell = (sentence: string) => void process.stderr.write(`${sentence}\n`)
  const { platform, env } = process
  return { platform, env, home: homedir(), root: '/', uid: process.getuid?.(), tell }
}

/**
 * The path of a Chrome or Chromium, installed first if this is a Debian or Ubuntu and we are root.
 * Rejects with a sentence that says how to get one.
 */
export async function openChromium(machine: Machine): Promise<string> {
  const given = machine.env.METAMCP_CHROMIUM
  if (given) {
    if (isFile(given)) return given
    throw new Error(`METAMCP_CHROMIUM names "${given}", which is not a file.`)
  }
  const found = findChromium(machine)
  if (found) return found
  await installChromium(machine)
  const installed = findChromium(machine)
  if (installed) return installed
  throw new Error(HOW_TO_GET_ONE)
}

/** For a browser that tests drive: it asks, fetches and shows nothing of its own. */
export function chromiumFlags(uid: number | undefined): string[] {
  const flags = [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ]
  // Chromium's sandbox refuses to run as root.
  return uid === 0 ? ['--no-sandbox', ...flags] : flags
}

function findChromium(machine: Machine): string | undefined {
  return [...onPath(machine), ...usualPlaces(machine), ...inPlaywrightCache(machine)].find(isFile)
}

function onPath({ platform, env }: Machine): string[] {
  const ending = platform === 'win32' ? '.exe' : ''
  const folders = (env.PATH ?? '').split(delimiter).filter(Boolean)
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name + ending)))
}

function usualPlaces({ platform, env, home, root }: Machine): string[] {
  if (platform === 'darwin') {
    const programs = ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
      (name) => `Applications/${name}.app/Contents/MacOS/${name}`,
    )
    return [root, home].flatMap((folder) => programs.map((program) => join(folder, program)))
  }
  if (platform === 'win32') {
    const folders = [env.ProgramFiles, env['ProgramFiles(x86)'], env.LOCALAPPDATA]
    const programs = ['Google/Chrome', 'Chromium', 'Microsoft/Edge'].map((name) =>
      join(name, 'Application', name.endsWith('Edge') ? 'msedge.exe' : 'chrome.exe'),
    )
    return folders.flatMap((folder) =>
      folder ? programs.map((program) => join(folder, program)) : [],
    )
  }
  return [join(root, 'opt/google/chrome/chrome'), join(root, 'snap/bin/chromium')]
}

function inPlaywrightCache({ platform, env, home }: Machine): string[] {
  const caches: Partial<Record<NodeJS.Platform, string>> = {
    darwin: join(home, 'Library/Caches'),
    win32: env.LOCALAPPDATA ?? join(home, 'AppData/Local'),
  }
  const cache =
    env.PLAYWRIGHT_BROWSERS_PATH ?? join(caches[platform] ?? join(home, '.cache'), 'ms-playwright')
  if (!existsSync(cache)) return []
  const programs = [
    'chrome-linux64/chrome',
    'chrome-linux/chrome',
    'chrome-mac/Chromium.app/Contents/MacOS/Chromium',
    'chrome-win64/chrome.exe',
    'chrome-win/chrome.exe',
  ]
  return readdirSync(cache)
    .filter((name) => /^chromium-\d+$/.test(name))
    .toSorted((one, other) => other.localeCompare(one, 'en', { numeric: true }))
    .flatMap((name) => programs.map((program) => join(cache, name, program)))
}

async function installChromium({ platform, env, uid, tell }: Machine): Promise<void> {
  const hasApt = (env.PATH ?? '').split(delimiter).some((dir) => isFile(join(dir, 'apt-get')))
  if (platform !== 'linux' || uid !== 0 || !hasApt) return
  tell('Installing the package "chromium" for the browser tests, once.')
  const options = {
    stdio: STDOUT_TO_STDERR,
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
  }
  const install = ['install', '-y', '--no-install-recommends', 'chromium']
  for (const args of [['update'], install]) {
    const code = await runChild('apt-get', args, options)
    if (code !== 0) tell(`apt-get ${args[0]} ended with code ${code}.`)
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false
}
