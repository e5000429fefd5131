import { app } from 'electron'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLog } from '../core/index.ts'
import { say } from '../host/say.ts'
import { runStdio } from '../host/stdio/run-stdio.ts'
import { desktopConfig, keepBrowserIn } from './desktop-config.ts'

/**
 * The app as `metamcp stdio`, without a window: the packaged app cannot be run as plain Node. Takes
 * the arguments without `--stdio`; resolves with the exit code.
 */
export async function serveStdio(args: string[]): Promise<number> {
  // Chromium starts in any case; the folder of the app with a window belongs to that one.
  const folder = mkdtempSync(join(tmpdir(), 'metamcp-stdio-'))
  keepBrowserIn(folder)
  app.dock?.hide()
  const stopping = new AbortController()
  app.on('before-quit', (event) => {
    event.preventDefault()
    stopping.abort()
  })
  try {
    return await runStdio({
      args,
      env: process.env,
      foreignSwitches: 'leave',
      input: process.stdin,
      output: process.stdout,
      tell: (sentence) => say(process.stderr, sentence),
      async coreConfig(config) {
        // Before that there is no keychain.
        await app.whenReady()
        return desktopConfig(config, openLog(config.logLevel))
      },
      stopping: stopping.signal,
    })
  } finally {
    // Chromium may still write to it.
    rmSync(folder, { recursive: true, force: true, maxRetries: 2 })
  }
}
