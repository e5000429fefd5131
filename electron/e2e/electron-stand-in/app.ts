import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { closeBrowser, standInDir } from './browser.ts'
import { allTold, tell } from './desktop.ts'
import { lockFolder } from './single-instance.ts'

const ROOT = join(import.meta.dirname, '../../..')

const STARTED_AT = Date.now()

/** An event that a listener may stop, as Electron's are. */
export function stoppable() {
  return {
    defaultPrevented: false,
    preventDefault() {
      this.defaultPrevented = true
    },
  }
}

class App extends EventEmitter {
  /** As a packaged app is told where what is shipped beside it lies. */
  readonly isPackaged = process.env.METAMCP_STAND_IN_RESOURCES !== undefined
  readonly #paths = new Map([
    ['userData', join(standInDir(), 'user-data')],
    ['home', homedir()],
    ['exe', process.execPath],
  ])
  readonly #windows = new Set<{ close(): void }>()
  #isQuitting = false

  whenReady(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve))
  }

  getPath(name: string): string {
    const path = this.#paths.get(name)
    if (path === undefined) throw new Error(`Failed to get '${name}' path`)
    return path
  }

  setPath(name: string, path: string): void {
    this.#paths.set(name, path)
  }

  getVersion(): string {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      version: string
    }
    return version
  }

  getAppPath(): string {
    return ROOT
  }

  /** As in a session whose language is English. */
  getPreferredSystemLanguages(): string[] {
    return [process.env.METAMCP_STAND_IN_LANGUAGE ?? 'en-US']
  }

  /** The test says how long ago it started: some things are other than right after the start. */
  getAppMetrics() {
    const agoMs = Number(process.env.METAMCP_STAND_IN_AGE_MS ?? 0)
    return [{ pid: process.pid, creationTime: STARTED_AT - agoMs }]
  }

  setAsDefaultProtocolClient(): boolean {
    return true
  }

  setLoginItemSettings(): void {}

  getLoginItemSettings() {
    return { openAtLogin: false, wasOpenedAtLogin: false }
  }

  requestSingleInstanceLock(): boolean {
    return lockFolder(this.getPath('userData'), (argv) =>
      this.emit('second-instance', stoppable(), argv),
    )
  }

  relaunch(): void {
    tell({ kind: 'opened', url: 'relaunch' })
  }

  /** Not of Electron: a window is open from now on until `windowClosed`. */
  windowOpened(window: { close(): void }): void {
    this.#windows.add(window)
  }

  windowClosed(window: { close(): void }): void {
    this.#windows.delete(window)
    if (this.#windows.size > 0) return
    if (this.#isQuitting) return this.#willQuit()
    if (!this.emit('window-all-closed')) this.quit()
  }

  quit(): void {
    if (this.#isQuitting) return
    const event = stoppable()
    this.emit('before-quit', event)
    if (event.defaultPrevented) return
    this.#isQuitting = true
    if (this.#windows.size === 0) return this.#willQuit()
    for (const window of this.#windows) window.close()
  }

  #willQuit(): void {
    const event = stoppable()
    this.emit('will-quit', event)
    if (!event.defaultPrevented) this.exit(0)
  }

  exit(code: number): void {
    void Promise.allSettled([closeBrowser(), allTold()]).then(() => process.exit(code))
  }
}

export const app = new App()

// As in plain Electron, whose first argument is the app.
Object.defineProperty(process, 'defaultApp', { value: true })
Object.defineProperty(process, 'resourcesPath', { value: process.env.METAMCP_STAND_IN_RESOURCES })

// Electron runs until it is told to end, whatever else there is to wait for.
setInterval(() => undefined, 2 ** 30)

// As Electron does on POSIX.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => app.quit())
