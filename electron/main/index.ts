import { app, dialog } from 'electron'
import { messageOf, openLog, startCore } from '../core/index.ts'
import { desktopConfig } from './desktop-config.ts'
import { serveIpc } from './ipc.ts'
import { endAfter, isOnlyInstance } from './quit.ts'
import { openWindow, prepareSession, registerAppScheme, showWindow } from './window.ts'

const log = openLog('info')
/** What is open, closed in reverse order when the app ends. */
const parts = new AsyncDisposableStack()
const end = endAfter(() => parts.disposeAsync(), log)

async function startDesktop(): Promise<void> {
  registerAppScheme()
  const config = desktopConfig({ env: process.env, log })
  if (!isOnlyInstance(showWindow)) return end(0)
  // Without a tray nothing else would show that the app still runs.
  app.on('window-all-closed', () => app.quit())
  await app.whenReady()

  const starting = startCore(config)
  // Deferred before it is there, for who quits during the start.
  parts.defer(() =>
    starting.then(
      (core) => core.close(),
      () => undefined,
    ),
  )
  const core = await starting
  if (parts.disposed) return
  process.stdout.write(`MetaMCP ready ${core.url}\n`)

  prepareSession()
  const ipc = serveIpc({ router: core.router, log })
  parts.defer(() => ipc.close())
  // Last, so that whatever its page asks for is there.
  await openWindow()
}

// Not awaited at the top level: Electron becomes ready only after this file has run.
startDesktop().catch((error: unknown) => {
  dialog.showErrorBox('MetaMCP could not start', messageOf(error))
  end(1)
})
