import type { MenuItemConstructorOptions as Item } from 'electron'
import type { Speech } from './words.ts'

/** In the order of the sidebar; ⌘1 is the first, and the tenth has no key. */
const PAGES = [
  'overview',
  'servers',
  'namespaces',
  'endpoints',
  'connect',
  'inspector',
  'calls',
  'logs',
  'trust',
  'keys',
] as const

export type AppMenuOptions = {
  platform: NodeJS.Platform
  isPackaged: boolean
  speech: Speech
  go(path: string): void
  openDataFolder(): void
  quit(): void
}

/** The application's menu: the platform's own parts, and the way to every page. */
export function appMenu(options: AppMenuOptions): Item[] {
  const isMac = options.platform === 'darwin'
  return [
    ...(isMac ? [macMenu(options)] : []),
    fileMenu(options, isMac),
    editMenu(options),
    viewMenu(options),
    windowMenu(options, isMac),
    helpMenu(options, isMac),
  ]
}

function macMenu({ speech: { say }, go, quit }: AppMenuOptions): Item {
  return {
    label: 'MetaMCP',
    submenu: [
      { role: 'about', label: say('menu.about') },
      { type: 'separator' },
      {
        label: say('menu.settings'),
        accelerator: 'CmdOrCtrl+,',
        click: () => go('/settings'),
      },
      { type: 'separator' },
      { role: 'services', label: say('menu.services') },
      { type: 'separator' },
      { role: 'hide', label: say('menu.hide') },
      { role: 'hideOthers', label: say('menu.hideOthers') },
      { role: 'unhide', label: say('menu.unhide') },
      { type: 'separator' },
      { label: say('menu.quit'), accelerator: 'CmdOrCtrl+Q', click: quit },
    ],
  }
}

function fileMenu({ speech: { say }, go, quit }: AppMenuOptions, isMac: boolean): Item {
  const others: Item[] = [
    { type: 'separator' },
    { label: say('menu.settings'), accelerator: 'CmdOrCtrl+,', click: () => go('/settings') },
    { type: 'separator' },
    { label: say('menu.quit'), accelerator: 'CmdOrCtrl+Q', click: quit },
  ]
  return {
    label: say('menu.file'),
    submenu: [
      {
        label: say('menu.addServer'),
        accelerator: 'CmdOrCtrl+N',
        click: () => go('/servers?add=1'),
      },
      { role: 'close', label: say('menu.close') },
      ...(isMac ? [] : others),
    ],
  }
}

/** Without these roles no copy and paste works on macOS. */
function editMenu({ speech: { say } }: AppMenuOptions): Item {
  const role = (name: 'undo' | 'redo' | 'cut' | 'copy' | 'paste' | 'selectAll'): Item => ({
    role: name,
    label: say(`menu.${name}`),
  })
  return {
    label: say('menu.edit'),
    submenu: [
      role('undo'),
      role('redo'),
      { type: 'separator' },
      role('cut'),
      role('copy'),
      role('paste'),
      role('selectAll'),
    ],
  }
}

/** No reload: ⌘R starts a server again, and the page follows by itself. */
function viewMenu({ speech: { say }, go, isPackaged }: AppMenuOptions): Item {
  return {
    label: say('menu.view'),
    submenu: [
      ...PAGES.map((page, index): Item => ({
        label: say(`menu.pages.${page}`),
        ...(index < 9 && { accelerator: `CmdOrCtrl+${index + 1}` }),
        click: () => go(`/${page}`),
      })),
      { type: 'separator' },
      { role: 'zoomIn', label: say('menu.zoomIn') },
      { role: 'zoomOut', label: say('menu.zoomOut') },
      { role: 'resetZoom', label: say('menu.zoomReset') },
      { type: 'separator' },
      { role: 'togglefullscreen', label: say('menu.fullscreen') },
      ...(isPackaged ? [] : [{ role: 'toggleDevTools' as const, label: say('menu.developer') }]),
    ],
  }
}

function windowMenu({ speech: { say } }: AppMenuOptions, isMac: boolean): Item {
  const mac: Item[] = [
    { role: 'zoom', label: say('menu.zoom') },
    { type: 'separator' },
    { role: 'front', label: say('menu.front') },
  ]
  return {
    label: say('menu.window'),
    role: 'windowMenu',
    submenu: [{ role: 'minimize', label: say('menu.minimize') }, ...(isMac ? mac : [])],
  }
}

function helpMenu(options: AppMenuOptions, isMac: boolean): Item {
  const { say } = options.speech
  return {
    label: say('menu.help'),
    role: 'help',
    submenu: [
      { label: say('menu.dataFolder'), click: options.openDataFolder },
      ...(isMac ? [] : [{ role: 'about' as const, label: say('menu.about') }]),
    ],
  }
}
