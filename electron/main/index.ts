import { app, dialog } from 'electron'
import { messageOf, openLog, type Logger } from '../core/index.ts'
import { failureText } from '../host/failure-text.ts'
import { greeting } from '../host/greeting.ts'
import { readStart, type HostConfig } from '../host/read-start.ts'
import { say } from '../host/say.ts'
import { startAnnounced } from '../host/start-announced.ts'
import { desktopConfig, keepBrowserIn } from './desktop-config.ts'
import { serveIpc } from './ipc.ts'
import { programArguments } from './program-arguments.ts'
import { endAfter, isOnlyInstance } from './quit.ts'
import { serveStdio } from './stdio.ts'
import { openWindow, prepareSession, registerAppScheme, showWindow } from './window.ts'

const { argv, defaultApp, env, stdout, stderr } = process

/** What is open, closed in reverse order when the app ends. */
const parts = new AsyncDisposableStack()

// Not awaited at the top level: Electron becomes ready only after this file has run.
void main()

async function main(): Promise<void> {
  const args = programArguments({ argv, isDefaultApp: defaultApp })
  if (args.includes('--stdio')) {
    return app.exit(await serveStdio(args.filter((arg) => arg !== '--stdio')))
  }
  const start = readStart({ args, env, foreignSwitches: 'leave' })
  if (start.kind === 'help') {
    await say(stdout, start.text)
    return app.exit(0)
  }
  if (start.kind === 'mistake') {
    await complain(start.text, start.text)
    return app.exit(1)
  }
  const log = openLog(start.config.logLevel)
  const end = endAfter(() => parts.disposeAsync(), log)
  try {
    registerAppScheme()
    const { dataDir } = start.config
    keepBrowserIn(dataDir)
    if (!isOnlyInstance(showWindow)) {
      await say(stderr, `MetaMCP already runs on ${dataDir}: its window is shown.`)
      return end(0)
    }
    for (const warning of start.warnings) await say(stderr, warning)
    await startDesktop(start.config, log)
  } catch (error) {
    await complain(failureText(error), messageOf(error))
    end(1)
  }
}

async function startDesktop(config: HostConfig, log: Logger): Promise<void> {
  // Without a tray nothing else would show that the app still runs.
  app.on('window-all-closed', () => app.quit())
  await app.whenReady()
  if (parts.disposed) return

  const starting = startAnnounced(desktopConfig(config, log))
  // Deferred before it is there, for who quits during the start.
  parts.defer(() =>
    starting.then(
      (core) => core.close(),
      () => undefined,
    ),
  )
  const core = await starting
  if (parts.disposed) return
  await say(stdout, greeting(core, config.dataDir))

  prepareSession()
  const ipc = serveIpc({ router: core.router, log })
  parts.defer(() => ipc.close())
  // Last, so that whatever its page asks for is there.
  await openWindow()
}

/** For who started the app in a terminal, and for who did not. */
async function complain(inTerminal: string, inBox: string): Promise<void> {
  await say(stderr, inTerminal)
  // Linux shows no box before.
  await app.whenReady()
  dialog.showErrorBox('MetaMCP could not start', inBox)
}
