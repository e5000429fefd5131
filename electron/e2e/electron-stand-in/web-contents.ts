import { EventEmitter } from 'node:events'
import type { Frame, JSHandle, Page, Request, Route } from 'playwright-core'
import { stoppable } from './app.ts'
import { ipcMain } from './ipc.ts'
import { FROM_MAIN } from './page-side.ts'
import { answerOf, toApp } from './session.ts'

type WindowOpen = (details: { url: string }) => { action: 'deny' | 'allow' }

/** The page in a window, as the main process sees it. */
export class WebContents extends EventEmitter {
  #page: Page | undefined
  /** Of the document in the page, and of no later one. */
  #global: Promise<JSHandle | undefined> = Promise.resolve(undefined)
  #sent: Promise<unknown> = Promise.resolve()
  #isDestroyed = false
  /** A document was asked for, and is not there yet. */
  #isLoading = true
  #onWindowOpen: WindowOpen = () => ({ action: 'allow' })

  setWindowOpenHandler(onWindowOpen: WindowOpen): void {
    this.#onWindowOpen = onWindowOpen
  }

  isDestroyed(): boolean {
    return this.#isDestroyed
  }

  /** To the document that is there now, in order; what cannot be cloned throws, as in Electron. */
  send(channel: string, ...args: unknown[]): void {
    const message = { channel, args: structuredClone(args), name: FROM_MAIN }
    const global = this.#global
    const deliver = async () =>
      (await global)?.evaluate((own: Record<string, unknown>, { name, channel, args }) => {
        const receive = own[name]
        if (typeof receive === 'function') receive(channel, args)
      }, message)
    // One that has gone meanwhile gets nothing, and nor does the one that came after it.
    this.#sent = this.#sent.then(deliver).catch(() => undefined)
  }

  /** Not of Electron: from now on this is the page of a real browser. */
  attach(page: Page): void {
    this.#page = page
    let url = ''
    page.on('framenavigated', (frame) => {
      if (frame !== page.mainFrame()) return
      const before = url.replace(/#.*$/, '')
      url = frame.url()
      // Another place in the same document; a reload of one with a place in it comes by below.
      if (url.includes('#') && url.replace(/#.*$/, '') === before && !this.#isLoading) return
      this.#isLoading = false
      this.#global = frame.evaluateHandle(() => globalThis).catch(() => undefined)
      this.emit('did-navigate', {}, toApp(url))
    })
    page.on('crash', () => this.#gone())
  }

  reload(): void {
    void this.#page?.reload()
  }

  /** Not of Electron: the page is gone, as far as a person sees. A real crash is one for good here. */
  async crash(): Promise<void> {
    await this.#page?.evaluate(() => document.body.replaceChildren())
    this.#gone()
  }

  #gone(): void {
    this.emit('render-process-gone', {}, { reason: 'crashed' })
  }

  /** Not of Electron: a frame of the page sent something. */
  receive(frame: Frame, message: { channel: string; args: unknown[] }): void {
    const event = { sender: this, senderFrame: frameOf(frame) }
    ipcMain.emit(message.channel, event, ...message.args)
  }

  /** Not of Electron: decides on a request of the page or of one that it opened. */
  async decide(route: Route): Promise<void> {
    const request = route.request()
    const url = toApp(request.url())
    const frame = frameBehind(request)
    if (frame?.page() !== this.#page) {
      this.#onWindowOpen({ url })
      return route.abort('aborted')
    }
    if (request.isNavigationRequest() && frame?.parentFrame() === null) {
      this.#isLoading = true
      const event = { ...stoppable(), url }
      this.emit('will-navigate', event)
      if (event.defaultPrevented) {
        this.#isLoading = false
        return route.abort('aborted')
      }
    }
    const response = await answerOf(url)
    if (!response) return route.continue()
    const body = Buffer.from(await response.arrayBuffer())
    await route.fulfill({
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body,
    })
  }

  destroy(): void {
    if (this.#isDestroyed) return
    this.#isDestroyed = true
    this.emit('destroyed')
  }
}

/** Undefined for the first request of a page that is being opened: it has no frame yet. */
function frameBehind(request: Request): Frame | undefined {
  try {
    return request.frame()
  } catch {
    return undefined
  }
}

type SenderFrame = { url: string; origin: string; parent: SenderFrame | null }

function frameOf(frame: Frame): SenderFrame {
  const url = toApp(frame.url())
  const parent = frame.parentFrame()
  // "null" as for every address that has no origin.
  const origin = /^[a-z]+:\/\/[^/]+/.exec(url)?.[0] ?? 'null'
  return { url, origin, parent: parent && frameOf(parent) }
}
