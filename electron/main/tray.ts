import { Menu, nativeImage, Tray, type MenuItemConstructorOptions } from 'electron'
import { join } from 'node:path'
import type { Tray as Drawing, TrayAction, TrayRow, TrayTone } from './tray-menu.ts'

export type TrayOptions = {
  iconsDir: string
  platform: NodeJS.Platform
  act(action: TrayAction): void
}

/** The icon in the system's tray or menu bar. */
export interface TrayIcon {
  draw(drawing: Drawing): void
  close(): void
}

export function openTray({ iconsDir, platform, act }: TrayOptions): TrayIcon {
  const tray = new Tray(iconOf('ok', iconsDir, platform))
  let shown = ''
  // On macOS a click opens the menu by itself.
  if (platform !== 'darwin') tray.on('click', () => act({ kind: 'open' }))
  return {
    draw(drawing) {
      // A menu that is replaced while somebody looks at it closes: only news are worth that.
      const now = JSON.stringify(drawing)
      if (now === shown) return
      shown = now
      tray.setImage(iconOf(drawing.tone, iconsDir, platform))
      tray.setToolTip(`${drawing.title}\n${drawing.details}`)
      // Set anew each time, not changed: Linux shows no other change.
      tray.setContextMenu(Menu.buildFromTemplate(drawing.rows.map((row) => toItem(row, act))))
    },
    close: () => tray.destroy(),
  }
}

function toItem(row: TrayRow, act: TrayOptions['act']): MenuItemConstructorOptions {
  switch (row.kind) {
    case 'separator':
      return { type: 'separator' }
    case 'text':
      return { label: escaped(row.label), enabled: false }
    case 'menu':
      return { label: escaped(row.label), submenu: row.rows.map((one) => toItem(one, act)) }
    case 'check':
      return {
        label: escaped(row.label),
        type: 'checkbox',
        checked: row.isOn,
        click: () => act(row.action),
      }
    case 'action':
      return { label: escaped(row.label), click: () => act(row.action) }
  }
}

/** A single & marks a key to press. */
function escaped(label: string): string {
  return label.replaceAll('&', '&&')
}

/** macOS colours template images itself, and tells them by their names. */
function iconOf(tone: TrayTone, iconsDir: string, platform: NodeJS.Platform) {
  const name = platform === 'darwin' ? `tray-${tone}-Template.png` : `tray-${tone}.png`
  return nativeImage.createFromPath(join(iconsDir, name))
}
