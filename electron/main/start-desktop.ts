import { app, dialog, Menu, nativeTheme, shell as electronShell } from 'electron'
import { join } from 'node:path'
import type { Core, HostActions, Logger } from '../core/index.ts'
import { greeting } from '../host/greeting.ts'
import type { HostConfig } from '../host/read-start.ts'
import { say } from '../host/say.ts'
import { startAnnounced } from '../host/start-announced.ts'
import { appMenu } from './app-menu.ts'
import { closingPage } from './closing-page.ts'
import { browserFolder, desktopConfig, resourcesDir } from './desktop-config.ts'
import { startOnPort } from './free-port.ts'
import { openHostActions } from './host-actions.ts'
import { serveIpc } from './ipc.ts'
import { showNotice } from './notice.ts'
import type { Ending } from './quit.ts'
import { KeychainRefused } from './secret-key.ts'
import { prepareSession } from './session.ts'
import { openSettings, type Settings } from './settings.ts'
import { openShell } from './shell.ts'
import { askForPort, keepPort, tellOfMoved } from './taken-port.ts'
import { openWindowState } from './window-state.ts'
import { openAppWindow, type AppWindow } from './window.ts'
import type { Speech } from './words.ts'

export type DesktopStart = {
  config: HostConfig
  /** Closed in reverse order when the app ends. */
  parts: AsyncDisposableStack
  ending: Ending
  /** Where links and further starts of the app come in. */
  doors: {
    go(path?: string): void
    /** From now on they lead here; returns where the first one led. */
    open(show: (path?: string) => void): string | undefined
  }
  /** Started with the session, and not to be seen. */
  isHidden: boolean
  log: Logger
}

/** Calls in flight have so long. */
const DRAIN_SECONDS = 3

/** Starts the core, and then everything that a person sees of it. */
export async function startDesktop(start: DesktopStart): Promise<void> {
  const { config, parts, ending, log } = start
  // Without a window it runs on in the tray.
  app.on('window-all-closed', () => undefined)
  await app.whenReady()
  if (parts.disposed) return

  const settings = openSettings(systemLanguage())
  const window = makeWindow(config.dataDir, settings)
  parts.defer(() => window.destroy())
  const host = openHostActions({ window, ending, settings, log })
  parts.defer(() => host.close())

  const starting = startCore(start, settings.speech, host)
  // Deferred before it is there, for who quits during the start.
  parts.defer(() =>
    starting.then(
      (core) => core?.close(),
      () => undefined,
    ),
  )
  const core = await starting
  if (parts.disposed) return
  if (core === null) return ending.end(0)
  await say(process.stdout, greeting(core, { dataDir: config.dataDir, pageDir: null }))
  await showAll(start, { core, window, settings })
}

type Parts = { core: Core; window: AppWindow; settings: Settings }

/** Opens what people see. */
async function showAll(start: DesktopStart, { core, window, settings }: Parts): Promise<void> {
  const { config, parts, doors, log } = start
  const api = core.router.createCaller(core.context)
  await keepPort(core, config, api.settings)
  settings.become(await api.settings.get())
  prepareSession()
  const ipc = serveIpc({ core, log })
  parts.defer(() => ipc.close())
  const iconsDir = join(resourcesDir(), 'icons')
  const shell = openShell({ core, api, window, settings, iconsDir, log })
  parts.defer(() => shell.close())
  followLanguage(settings, window, config.dataDir)
  tellOfMoved(core, window, settings.speech)
  parts.defer(() => showClosing({ core, window, settings }))
  const first = doors.open((path) => void window.show(path))
  // Last, so that whatever its page asks for is there.
  if (first !== undefined || !staysHidden(start, settings)) await window.show(first)
}

/** Of the person, as the system says it. */
function systemLanguage(): string {
  const [language = 'en'] = app.getPreferredSystemLanguages()
  return language
}

function makeWindow(dataDir: string, settings: Settings): AppWindow {
  const state = openWindowState(browserFolder(dataDir))
  const window: AppWindow = openAppWindow({
    state,
    staysInTray: () => settings.current.onClose === 'tray',
    onHidden() {
      if (state.get().hasHidden) return
      state.set({ hasHidden: true })
      const { say } = settings.speech
      const words = { title: say('notice.hiddenTitle'), body: say('notice.hiddenBody') }
      showNotice(words, () => void window.show())
    },
    async askAfterCrash() {
      const { say } = settings.speech
      const box = { type: 'warning' as const, message: say('page.title'), detail: say('page.text') }
      const buttons = [say('page.load'), say('page.close')]
      const { response } = await dialog.showMessageBox({ ...box, buttons, cancelId: 1 })
      return response === 0 ? 'load' : 'close'
    },
  })
  return window
}

/** `null` when the person would rather quit. */
async function startCore(
  { config, log }: DesktopStart,
  speech: Speech,
  hostActions: HostActions,
): Promise<Core | null> {
  const ready = await withKeychain(() => desktopConfig(config, log), speech)
  if (ready === null) return null
  const { host, port } = ready
  return startOnPort({
    ...{ host, port },
    start: (one) => startAnnounced({ ...ready, port: one, hostActions }),
    ask: (taken, other) => askForPort(config, { taken, other }, speech),
  })
}

async function withKeychain<T>(work: () => Promise<T>, { say }: Speech): Promise<T | null> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof KeychainRefused)) throw error
      const buttons = [say('keychain.tryAgain'), say('keychain.quit')]
      const message = say('keychain.title')
      const box = { type: 'warning' as const, message, detail: say('keychain.text'), buttons }
      const { response } = await dialog.showMessageBox({ ...box, defaultId: 0, cancelId: 1 })
      if (response === 1) return null
    }
  }
}

function followLanguage(settings: Settings, window: AppWindow, dataDir: string): void {
  settings.follow((now, before) => {
    if (now.language === before?.language) return
    const template = appMenu({
      platform: process.platform,
      isPackaged: app.isPackaged,
      speech: settings.speech,
      go: (path) => void window.show(path),
      openDataFolder: () => void electronShell.openPath(dataDir),
      quit: () => app.quit(),
    })
    Menu.setApplicationMenu(Menu.buildFromTemplate(template))
  })
}

/** Of the app that was opened at login, macOS says so itself. */
function staysHidden({ isHidden }: DesktopStart, { current }: Settings): boolean {
  if (isHidden) return true
  if (process.platform !== 'darwin' || !current.startHidden) return false
  return app.getLoginItemSettings().wasOpenedAtLogin
}

/** Calls are finished before the app ends, and a person who looks at it sees why it does not yet. */
async function showClosing({ core, window, settings }: Parts): Promise<void> {
  const calls = core.inFlight()
  if (calls === 0 || !window.isVisible) return window.hide()
  const isDark = nativeTheme.shouldUseDarkColors
  const { speech } = settings
  const page = closingPage({ calls, seconds: DRAIN_SECONDS, isDark, speech })
  await window.replacePage(page).catch(() => undefined)
}
