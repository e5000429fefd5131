import { join } from 'node:path'
import { chromium, type BrowserContext } from 'playwright-core'
import { chromiumFlags } from '../../../scripts/find-chromium.ts'

let launched: Promise<BrowserContext> | undefined

/** The folder of this run: the test's to make and to remove. */
export function standInDir(): string {
  return required('METAMCP_STAND_IN_DIR')
}

/** Where the browser's profile is, with the file that tells the port of its debugging protocol. */
export function profileIn(dir: string): string {
  return join(dir, 'profile')
}

/** One Chromium for all windows, started with the first; tests reach it by its debugging port. */
export function openBrowser(): Promise<BrowserContext> {
  launched ??= chromium.launchPersistentContext(profileIn(standInDir()), {
    executablePath: required('METAMCP_CHROMIUM'),
    args: [...chromiumFlags(process.getuid?.()), '--remote-debugging-port=0'],
    // They are the app's, which ends the browser when it ends.
    handleSIGHUP: false,
    handleSIGINT: false,
    handleSIGTERM: false,
    viewport: null,
  })
  return launched
}

export async function closeBrowser(): Promise<void> {
  const context = await launched
  await context?.close()
}

function required(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`The stand-in for Electron needs ${name}.`)
  return value
}
