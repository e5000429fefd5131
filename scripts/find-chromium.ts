import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { installPackage, isFile, type Machine } from './debian-package.ts'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const HOW_TO_GET_ONE =
  'No Chrome or Chromium was found: install one, or name its executable in METAMCP_CHROMIUM.'

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
  await installPackage(machine, 'chromium', 'the browser tests')
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
