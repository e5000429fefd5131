import { BrowserWindow, nativeTheme, protocol, session, shell, type WebContents } from 'electron'
import { join } from 'node:path'
import { answerFromFolder, APP_ORIGIN, APP_SCHEME, isOwnUrl } from './app-files.ts'

/** What is built, beside us: see vite.config.ts. */
const PRELOAD = join(import.meta.dirname, '../preload/index.cjs')
const RENDERER = join(import.meta.dirname, '../renderer')

/** Gives the page a scheme with an origin. Only has an effect before the app is ready. */
export function registerAppScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true }
  protocol.registerSchemesAsPrivileged([{ scheme: APP_SCHEME, privileges }])
}

/** Serves the page's files and decides what pages may; once the app is ready, before any window. */
export function prepareSession(): void {
  protocol.handle(APP_SCHEME, (request) => answerFromFolder(RENDERER, request))
  // Writing to the clipboard on a click is what copy buttons need; nothing else is granted.
  const isGranted = (permission: string, address: string) =>
    permission === 'clipboard-sanitized-write' && isOwnUrl(address)
  const { defaultSession } = session
  defaultSession.setPermissionRequestHandler((...[, permission, answer, details]) =>
    answer(isGranted(permission, details.requestingUrl)),
  )
  defaultSession.setPermissionCheckHandler((_contents, permission, origin) =>
    isGranted(permission, origin),
  )
}

/** Opens the app's window; resolves once its page has loaded. */
export async function openWindow(): Promise<void> {
  const window = new BrowserWindow({
    title: 'MetaMCP',
    width: 1200,
    height: 760,
    minWidth: 900,
    minHeight: 560,
    // Shown when it has something to show, on the colour that the page will have.
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#1a1b1f' : '#ffffff',
    autoHideMenuBar: true,
    webPreferences: {
      preload: PRELOAD,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
    },
  })
  window.once('ready-to-show', () => window.show())
  keepInside(window.webContents)
  await window.loadURL(`${APP_ORIGIN}/`)
}

/** Brings the window to the front, as a second start of the app asks for. */
export function showWindow(): void {
  const [window] = BrowserWindow.getAllWindows()
  if (window?.isMinimized()) window.restore()
  window?.show()
}

/** The window shows our page and nothing else; links to the web open in the person's browser. */
function keepInside(contents: WebContents): void {
  contents.on('will-navigate', (event) => {
    if (!isOwnUrl(event.url)) event.preventDefault()
  })
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    if (URL.canParse(url) && new URL(url).protocol === 'https:') void shell.openExternal(url)
    return { action: 'deny' }
  })
}
