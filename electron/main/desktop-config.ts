import { app, safeStorage } from 'electron'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AppError, messageOf, type CoreConfig, type Logger } from '../core/index.ts'
import { thisMachine } from '../host/machine.ts'
import type { HostConfig } from '../host/read-start.ts'
import { openSecretKey } from './secret-key.ts'

/** out/, which holds this program when it is built. */
const OUT = join(import.meta.dirname, '..')

/** What a person configured, with what Electron knows of the program added to it. */
export async function desktopConfig(
  { logLevel: _, ...config }: HostConfig,
  log: Logger,
): Promise<CoreConfig> {
  const { dataDir, secretKey: given } = config
  const { platform } = process
  return {
    ...config,
    // One person sits here, and has signed in to this computer.
    auth: 'local',
    // Servers are where this person says, and what they name is for this person to look at.
    allowPrivate: null,
    adminPort: null,
    secretKey: await openSecretKey({ dataDir, given, keychain: safeStorage, platform, log }),
    resourcesDir: resourcesDir(),
    // The window is ours; a browser has nothing to look for here.
    pageDir: null,
    databaseTemplate: join(OUT, 'db-template.tgz'),
    version: app.getVersion(),
    machine: thisMachine(config, stdioProgram()),
    log,
  }
}

/** What is shipped as it is. */
export function resourcesDir(): string {
  return app.isPackaged ? process.resourcesPath : join(OUT, '../resources')
}

/** What AI clients that know only programs are told to start. */
function stdioProgram(): { command: string; args: string[] } {
  // An AppImage is mounted anew at each start; only the image itself keeps its place.
  const command = process.env['APPIMAGE'] ?? app.getPath('exe')
  return { command, args: app.isPackaged ? ['--stdio'] : [app.getAppPath(), '--stdio'] }
}

export function browserFolder(dataDir: string): string {
  return join(dataDir, 'browser')
}

/**
 * Gives Electron a folder of its own in the data folder, which Chromium fills with dozens of
 * entries. Has to come before the single instance lock, which is one per such folder.
 */
export function keepBrowserIn(dataDir: string): void {
  const folder = browserFolder(dataDir)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    const message = `The data folder ${dataDir} cannot be used: ${messageOf(cause)}.`
    throw new AppError('unavailable', message, { cause })
  }
  for (const name of ['userData', 'sessionData'] as const) app.setPath(name, folder)
}
