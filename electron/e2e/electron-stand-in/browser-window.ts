import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { app, stoppable } from './app.ts'
import { openBrowser } from './browser.ts'
import { person, tell } from './desktop.ts'
import { preloadScript, TO_MAIN } from './page-side.ts'
import { isGranted, toBrowser } from './session.ts'
import { WebContents } from './web-contents.ts'

type Options = {
  width?: number
  height?: number
  webPreferences?: {
    preload?: string
    contextIsolation?: boolean
    sandbox?: boolean
    nodeIntegration?: boolean
  }
}

const windows = new Set<BrowserWindow>()

/** A window that is a page of a real browser. */
export class BrowserWindow extends EventEmitter {
  readonly webContents = new WebContents()
  readonly #options: Options
  #page: Promise<Page> | undefined
  #isVisible = false

  static getAllWindows(): BrowserWindow[] {
    return [...windows]
  }

  constructor(options: Options) {
    super()
    const { contextIsolation, sandbox, nodeIntegration } = options.webPreferences ?? {}
    if (contextIsolation === false || sandbox === false || nodeIntegration === true) {
      throw new Error('The stand-in has only pages in a sandbox.')
    }
    this.#options = options
    windows.add(this)
    app.windowOpened(this)
    const close = () => this.close()
    const crash = () => void this.webContents.crash()
    person.on('close-window', close)
    person.on('crash-page', crash)
    this.once('closed', () => {
      person.off('close-window', close)
      person.off('crash-page', crash)
    })
  }

  async loadURL(url: string): Promise<void> {
    this.#page ??= this.#openPage(url)
    const page = await this.#page
    await page.goto(toBrowser(url), { waitUntil: 'load' })
    this.emit('ready-to-show')
  }

  show(): void {
    this.#isVisible = true
    tell({ kind: 'visible', isVisible: true })
    tell({ kind: 'shown' })
  }

  hide(): void {
    this.#isVisible = false
    tell({ kind: 'visible', isVisible: false })
  }

  setTitle(title: string): void {
    tell({ kind: 'title', title })
  }

  isVisible(): boolean {
    return this.#isVisible
  }

  /** Of a visible window a person is taken to look at it. */
  isFocused(): boolean {
    return this.#isVisible
  }

  isDestroyed(): boolean {
    return !windows.has(this)
  }

  isMinimized(): boolean {
    return false
  }

  isMaximized(): boolean {
    return false
  }

  getNormalBounds() {
    const { width = 800, height = 600 } = this.#options
    return { x: 0, y: 0, width, height }
  }

  maximize(): void {}

  restore(): void {}

  destroy(): void {
    this.#destroy()
  }

  close(): void {
    const event = stoppable()
    this.emit('close', event)
    if (!event.defaultPrevented) this.#destroy()
  }

  async #openPage(url: string): Promise<Page> {
    const context = await openBrowser()
    if (isGranted('clipboard-sanitized-write', url)) {
      await context.grantPermissions(['clipboard-write'])
    }
    const page = await context.newPage()
    const { width = 800, height = 600, webPreferences } = this.#options
    await page.setViewportSize({ width, height })
    this.webContents.attach(page)
    await context.route('**/*', (route) => this.webContents.decide(route))
    context.on('page', (opened) => {
      if (opened !== page) void opened.close()
    })
    await page.exposeBinding(TO_MAIN, ({ frame }, channel: string, args: unknown[]) =>
      this.webContents.receive(frame, { channel, args }),
    )
    if (webPreferences?.preload) {
      const preload = readFileSync(webPreferences.preload, 'utf8')
      await page.addInitScript({ content: preloadScript(preload) })
    }
    page.on('close', () => this.#destroy())
    return page
  }

  #destroy(): void {
    if (!windows.delete(this)) return
    this.webContents.destroy()
    void this.#page?.then((page) => page.close()).catch(() => undefined)
    this.emit('closed')
    app.windowClosed(this)
  }
}
