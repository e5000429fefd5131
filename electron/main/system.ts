import { app, nativeTheme, net, powerMonitor } from 'electron'
import { join } from 'node:path'
import type { Preferences } from '../../shared/preferences.ts'
import { messageOf, type Core, type Logger } from '../core/index.ts'
import { setLoginItem } from './login-item.ts'
import { watchNetwork } from './network.ts'

/** After sleep, and on another network, nobody should wait for a time limit. */
export function wakeWithSystem(core: Core): () => void {
  const wake = () => core.wake()
  powerMonitor.on('resume', wake)
  const unwatch = watchNetwork(() => net.isOnline(), wake)
  return () => {
    powerMonitor.off('resume', wake)
    unwatch()
  }
}

/** Has the system do what a person prefers; `before` is `null` at the start. */
export function applyPreferences(now: Preferences, before: Preferences | null, log: Logger): void {
  if (now.theme !== before?.theme) nativeTheme.themeSource = now.theme
  const isSame = before?.openAtLogin === now.openAtLogin && before.startHidden === now.startHidden
  // What runs from sources is nothing to be started at login.
  if (isSame || !app.isPackaged) return
  const configDir = process.env['XDG_CONFIG_HOME'] ?? join(app.getPath('home'), '.config')
  setLoginItem(now, {
    platform: process.platform,
    program: process.env['APPIMAGE'] ?? app.getPath('exe'),
    autostartDir: join(configDir, 'autostart'),
    setLoginItem: (settings) => app.setLoginItemSettings(settings),
  }).catch((error: unknown) => {
    log.warn({ error: messageOf(error) }, 'opening at login could not be set')
  })
}
