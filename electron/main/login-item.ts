import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** An argument of ours: the app starts without showing its window. */
export const HIDDEN = '--hidden'

export type LoginItem = { openAtLogin: boolean; startHidden: boolean }

export type LoginItemOptions = {
  platform: NodeJS.Platform
  /** What starts the app: the executable, or the AppImage that it came out of. */
  program: string
  /** Where programs for a session's beginning are listed on Linux: `~/.config/autostart`. */
  autostartDir: string
  /** Electron's, for macOS and Windows. */
  setLoginItem(settings: { openAtLogin: boolean; path?: string; args?: string[] }): void
}

/** Has the system start the app with each login, or no more. */
export async function setLoginItem(item: LoginItem, options: LoginItemOptions): Promise<void> {
  const { platform, program, autostartDir } = options
  const { openAtLogin, startHidden } = item
  const args = startHidden ? [HIDDEN] : []
  if (platform === 'darwin') return options.setLoginItem({ openAtLogin })
  if (platform === 'win32') return options.setLoginItem({ openAtLogin, path: program, args })
  const file = join(autostartDir, 'metamcp.desktop')
  if (!openAtLogin) return rm(file, { force: true })
  await mkdir(autostartDir, { recursive: true })
  await writeFile(file, desktopEntry(program, args))
}

/** By the Desktop Entry Specification: Exec is quoted, and % and \ are doubled. */
function desktopEntry(program: string, args: string[]): string {
  const quoted = `"${program.replaceAll(/["`$\\]/g, '\\$&').replaceAll('\\', '\\\\')}"`
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=MetaMCP',
    `Exec=${[quoted.replaceAll('%', '%%'), ...args].join(' ')}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n')
}
