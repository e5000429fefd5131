// Loaded by Electron before the app, with -r: keeps what the app shows outside of its window, which
// Electron itself has no way to ask for, where a test finds it.
const { app, Menu, Notification, Tray } = require('electron')

const shell = { tray: null, menu: null, notifications: [] }
globalThis.metamcpShell = shell

const { setContextMenu, setToolTip } = Tray.prototype
Tray.prototype.setToolTip = function (tooltip) {
  shell.tooltip = tooltip
  return setToolTip.call(this, tooltip)
}
Tray.prototype.setContextMenu = function (menu) {
  shell.tray = this
  shell.menu = menu
  return setContextMenu.call(this, menu)
}

const { show } = Notification.prototype
Notification.prototype.show = function () {
  shell.notifications.push(this)
  return show.call(this)
}

module.exports = { app, Menu }
