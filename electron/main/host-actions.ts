import { app, BrowserWindow, dialog, net, shell, type OpenDialogOptions } from 'electron'
import type { FileChoice } from '../../shared/host.ts'
import { AppError, type HostActions, type HostUpdates, type Logger } from '../core/index.ts'
import { showNotice } from './notice.ts'
import type { Ending } from './quit.ts'
import type { Settings } from './settings.ts'
import { openUpdates, type Updater } from './updates.ts'
import type { AppWindow } from './window.ts'

export type HostActionsOptions = {
  window: AppWindow
  ending: Ending
  settings: Settings
  log: Logger
}

/** What the window may ask of us, by way of the core. */
export function openHostActions(options: HostActionsOptions): HostActions & { close(): void } {
  const { window, ending } = options
  const updates = app.isPackaged ? openOwnUpdates(options) : undefined
  return {
    async openFolder(path) {
      const problem = await shell.openPath(path)
      if (problem) throw new AppError('unavailable', problem)
    },
    reveal: (path) => shell.showItemInFolder(path),
    chooseFile,
    notify: (notice) => showNotice(notice, (path) => void window.show(path)),
    restart: () => ending.endBy(relaunch),
    quit: () => setImmediate(() => app.quit()),
    opensAtLogin: app.isPackaged,
    ...(updates && { updates }),
    close: () => updates?.close(),
  }
}

/** An AppImage is started by its image: what is mounted goes with us. */
function relaunch(): void {
  const execPath = process.env['APPIMAGE']
  app.relaunch(execPath ? { execPath, args: process.argv.slice(1) } : {})
  app.exit(0)
}

async function chooseFile(choice: FileChoice): Promise<string | null> {
  const { kind, title, name, extensions } = choice
  const filters = extensions.length > 0 ? [{ name: title, extensions }] : []
  const [parent] = BrowserWindow.getAllWindows()
  if (kind === 'save') {
    const options = { title, filters, ...(name !== undefined && { defaultPath: name }) }
    const { canceled, filePath } = await (parent
      ? dialog.showSaveDialog(parent, options)
      : dialog.showSaveDialog(options))
    return canceled ? null : filePath
  }
  const properties: OpenDialogOptions['properties'] = [
    kind === 'folder' ? 'openDirectory' : 'openFile',
    'showHiddenFiles',
  ]
  const options = { title, filters, properties }
  const { filePaths } = await (parent
    ? dialog.showOpenDialog(parent, options)
    : dialog.showOpenDialog(options))
  return filePaths[0] ?? null
}

function openOwnUpdates(options: HostActionsOptions): HostUpdates & { close(): void } {
  const { ending, log, settings, window } = options
  const updates = openUpdates({
    log,
    endBy: ending.endBy,
    isOnline: () => net.isOnline(),
    installsOnQuit: () => settings.current.updates === 'install',
    async load() {
      const { default: updater } = await import('electron-updater')
      const { autoUpdater } = updater
      autoUpdater.logger = null
      return autoUpdater as Updater
    },
    explain(reason) {
      const { say } = settings.speech
      const known = { offline: 'updates.offline', 'no-release': 'updates.noRelease' } as const
      const text = typeof reason === 'string' ? say(known[reason]) : reason.text
      return say('updates.failed', { reason: text })
    },
  })
  updates.subscribe(() => {
    const state = updates.state()
    if (state.kind !== 'ready' || settings.current.updates !== 'ask') return
    const title = settings.speech.say('notice.updateReady', { version: state.version })
    showNotice({ title, body: '' }, () => void window.show())
  })
  return updates
}
