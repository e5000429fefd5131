/** Names of functions that cross between Node and the page. */
export const TO_MAIN = '__standInToMain'
export const FROM_MAIN = '__standInFromMain'

/**
 * A script that runs in the page before any of its own, with the preload script in it: what
 * `require('electron')` gives there reaches the main process through two functions of the page.
 */
export function preloadScript(preload: string): string {
  return `(() => {
  // Electron loads preload scripts into the top frame only.
  if (window !== window.top) return
  const toMain = window.${TO_MAIN}
  const listeners = new Map()
  const ipcRenderer = {
    send: (channel, ...args) => void toMain(channel, args),
    on(channel, listener) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener])
    },
    removeListener(channel, listener) {
      const others = (listeners.get(channel) ?? []).filter((other) => other !== listener)
      listeners.set(channel, others)
    },
  }
  window.${FROM_MAIN} = (channel, args) => {
    for (const listener of listeners.get(channel) ?? []) listener({}, ...args)
  }
  const contextBridge = {
    exposeInMainWorld: (name, api) =>
      Object.defineProperty(window, name, { value: Object.freeze(api), enumerable: true }),
  }
  const require = (name) => {
    if (name === 'electron') return { contextBridge, ipcRenderer }
    throw new Error('module not found: ' + name)
  }
  const module = { exports: {} }
  const process = { platform: '${process.platform}' }
  ;(function (require, module, exports, process) {
${preload}
  })(require, module, module.exports, process)
})()`
}
