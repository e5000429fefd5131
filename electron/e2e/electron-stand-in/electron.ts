/**
 * Stands in for the `electron` module where its binary cannot be had. The built main process runs
 * in Node and its windows are pages of a real Chromium with the real preload script; what the app
 * tells the desktop is told to the test. It does as Electron does for what our app uses, and has
 * nothing else: what is not here fails as a missing export.
 *
 *   out/main/index.js ── ipcMain ── BrowserWindow ═ debugging protocol ═ page ── out/preload/index.cjs
 */
export { app } from './app.ts'
export { BrowserWindow } from './browser-window.ts'
export { clipboard, dialog, nativeTheme, net, powerMonitor, screen, shell } from './desktop.ts'
export { ipcMain } from './ipc.ts'
export { safeStorage } from './safe-storage.ts'
export { protocol, session } from './session.ts'
export { Menu, nativeImage, Notification, Tray } from './tray.ts'
