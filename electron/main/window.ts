import {
  app,
  BrowserWindow,
  nativeTheme,
  screen,
  shell,
  type BrowserWindowConstructorOptions,
  type WebContents,
} from 'electron'
import { join } from 'node:path'
import { IPC_GO } from '../../shared/ipc.ts'
import { APP_ORIGIN, isOwnUrl } from './app-files.ts'
import { fitBounds, SMALLEST, type openWindowState } from './window-state.ts'

/** What is built, beside us: see vite.config.ts. */
const PRELOAD = join(import.meta.dirname, '../preload/index.cjs')

/** Height of the page's own top, where Windows draws its buttons. */
const TITLE_BAR = 43
/** Milliseconds after the last move until the place is written down. */
const SETTLE_MS = 500
/** Milliseconds in which a page that was loaded again has to stay alive. */
const CALM_MS = 60_000

export type WindowOptions = {
  state: ReturnType<typeof openWindowState>
  /** Whether closing it only hides it. */
  staysInTray(): boolean
  /** It was hidden in place of being closed. */
  onHidden(): void
  /** Its page has died twice in a short time: whether to load it again, or to close the window. */
  askAfterCrash(): Promise<'load' | 'close'>
}

/** The app's one window, made when it is first shown. */
export interface AppWindow {
  /** Brings it to the front, on that page if one is given: `/servers?selected=…`. */
  show(path?: string): Promise<void>
  /** Nothing happens on a page that is not shown. */
  readonly isVisible: boolean
  readonly isFocused: boolean
  setTitle(title: string): void
  hide(): void
  /** In place of the page, from now on. */
  replacePage(url: string): Promise<void>
  /** Without asking, and for good. */
  destroy(): void
}

export function openAppWindow(options: WindowOptions): AppWindow {
  let window: BrowserWindow | undefined
  let title = 'MetaMCP'

  async function open(path: string): Promise<void> {
    const opened = makeWindow(options)
    window = opened
    opened.setTitle(title)
    opened.on('closed', () => (window = undefined))
    await opened.loadURL(path === '' ? `${APP_ORIGIN}/` : `${APP_ORIGIN}/#${path}`)
  }

  return {
    async show(path = '') {
      if (!window) return open(path)
      if (window.isMinimized()) window.restore()
      window.show()
      if (path !== '') window.webContents.send(IPC_GO, path)
    },
    get isVisible() {
      return window?.isVisible() ?? false
    },
    get isFocused() {
      return window?.isFocused() ?? false
    },
    setTitle(next) {
      title = next
      window?.setTitle(next)
    },
    hide: () => window?.hide(),
    async replacePage(url) {
      await window?.loadURL(url)
    },
    destroy: () => window?.destroy(),
  }
}

function makeWindow(options: WindowOptions): BrowserWindow {
  const { state, staysInTray, onHidden } = options
  const { bounds, isMaximized } = state.get()
  const workAreas = screen.getAllDisplays().map(({ workArea }) => workArea)
  const window = new BrowserWindow({
    title: 'MetaMCP',
    ...fitBounds(bounds, workAreas),
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
    // Shown when it has something to show, on the colour that the page will have.
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#1a1b1f' : '#ffffff',
    autoHideMenuBar: true,
    ...titleBar(),
    webPreferences: {
      preload: PRELOAD,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      devTools: !app.isPackaged,
      spellcheck: false,
    },
  })
  if (isMaximized) window.maximize()
  window.once('ready-to-show', () => window.show())
  // The title says how the whole is, which the page does not know of itself.
  window.on('page-title-updated', (event) => event.preventDefault())
  window.on('close', (event) => {
    remember()
    event.preventDefault()
    if (!staysInTray()) return app.quit()
    window.hide()
    onHidden()
  })
  const remember = () => {
    if (window.isDestroyed()) return
    state.set({ bounds: window.getNormalBounds(), isMaximized: window.isMaximized() })
  }
  rememberLater(window, remember)
  followTheme(window)
  keepInside(window.webContents)
  reviveAfterCrash(window, options)
  return window
}

/** Once by itself; the core and its clients do not notice. */
function reviveAfterCrash(window: BrowserWindow, { askAfterCrash }: WindowOptions): void {
  const { webContents } = window
  let lastAt = -Infinity
  webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return
    const isRare = Date.now() - lastAt > CALM_MS
    lastAt = Date.now()
    if (isRare) return webContents.reload()
    void askAfterCrash().then((choice) => {
      if (window.isDestroyed()) return
      if (choice === 'load') webContents.reload()
      // The next one is made anew.
      else window.destroy()
    })
  })
}

function rememberLater(window: BrowserWindow, remember: () => void): void {
  let timer: NodeJS.Timeout | undefined
  const later = () => {
    clearTimeout(timer)
    timer = setTimeout(remember, SETTLE_MS)
  }
  window.on('resize', later)
  window.on('move', later)
  window.on('closed', () => clearTimeout(timer))
}

function titleBar(): BrowserWindowConstructorOptions {
  if (process.platform === 'darwin') {
    return { titleBarStyle: 'hiddenInset', trafficLightPosition: { x: 14, y: 13 } }
  }
  if (process.platform !== 'win32') return {}
  return { titleBarStyle: 'hidden', titleBarOverlay: overlayColours() }
}

function overlayColours() {
  const isDark = nativeTheme.shouldUseDarkColors
  const symbolColor = isDark ? '#edeef2' : '#1b1d22'
  return { color: isDark ? '#1a1b1f' : '#ffffff', symbolColor, height: TITLE_BAR }
}

/** Windows paints its buttons once; a change of colours has to be told. */
function followTheme(window: BrowserWindow): void {
  if (process.platform !== 'win32') return
  const paint = () => window.setTitleBarOverlay(overlayColours())
  nativeTheme.on('updated', paint)
  window.on('closed', () => nativeTheme.off('updated', paint))
}

/** The window shows our page and nothing else; links to the web open in the person's browser. */
function keepInside(contents: WebContents): void {
  contents.on('will-navigate', (event) => {
    if (!isOwnUrl(event.url)) event.preventDefault()
  })
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    openOutside(url)
    return { action: 'deny' }
  })
}

/** In the person's browser; a sign-in may lead to a page on this very machine. */
export function openOutside(url: string): void {
  if (isOpenable(url)) void shell.openExternal(url)
}

/** Deep links of the clients that take servers that way, and pages. */
const OPENABLE = ['https:', 'cursor:', 'vscode:', 'vscode-insiders:', 'lmstudio:']

function isOpenable(url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  return OPENABLE.includes(protocol) || (protocol === 'http:' && isHere)
}
