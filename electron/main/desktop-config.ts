import { app } from 'electron'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { AppError, type CoreConfig, type Logger } from '../core/index.ts'

/** out/, which holds this program when it is built. */
const OUT = join(import.meta.dirname, '..')

type Surroundings = { env: Record<string, string | undefined>; log: Logger }

/**
 * Electron's folders and METAMCP_DATA_DIR, METAMCP_PORT and METAMCP_CONFIG, as the core needs them.
 * Has to come before the single instance lock, which is one per data folder. Throws an `AppError`
 * for a port that is none.
 */
export function desktopConfig({ env, log }: Surroundings): CoreConfig {
  const dataDir = env.METAMCP_DATA_DIR ? resolve(env.METAMCP_DATA_DIR) : app.getPath('userData')
  const sessionDir = join(dataDir, 'browser')
  mkdirSync(sessionDir, { recursive: true })
  app.setPath('userData', dataDir)
  // Chromium fills its folder with dozens of entries: they stay apart from what is ours.
  app.setPath('sessionData', sessionDir)
  return {
    dataDir,
    host: '127.0.0.1',
    port: readPort(env.METAMCP_PORT),
    publicUrl: null,
    configFile: env.METAMCP_CONFIG ? resolve(env.METAMCP_CONFIG) : null,
    secretKey: null,
    adminToken: null,
    resourcesDir: app.isPackaged ? process.resourcesPath : join(OUT, '../resources'),
    databaseTemplate: join(OUT, 'db-template.tgz'),
    env,
    version: app.getVersion(),
    log,
  }
}

function readPort(text: string | undefined): number {
  if (!text) return 12_008
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new AppError('invalid', `METAMCP_PORT "${text}" is not a port: use 0 to 65535.`)
}
