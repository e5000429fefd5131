import { createTRPCClient, httpLink, type TRPCClient } from '@trpc/client'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { thisMachine } from '../../scripts/debian-package.ts'
import { chromiumFlags, openChromium } from '../../scripts/find-chromium.ts'
import type { AppRouter } from '../core/index.ts'
import { approvingLink } from '../core/testing/approving-link.ts'
import { afterFile } from '../core/testing/after-file.ts'
import { startHeadless } from '../core/testing/headless-process.ts'
import { makeDir, openDesktop, removeDir, shell, type Desktop } from './open-desktop.ts'

/** Where a flow runs: the headless server in a browser, or the desktop app with its own window. */
export type Place = 'browser' | 'desktop'

/** All of them, with the words for a report: it says whether Electron itself was there. */
export const PLACES: readonly { place: Place; title: string }[] = [
  { place: 'browser', title: 'in a browser, on the headless server' },
  {
    place: 'desktop',
    title: shell.kind === 'electron' ? 'in the app, on Electron' : 'in the app, on the stand-in',
  },
]

/** The whole product with a person in front of it. */
export interface App extends AsyncDisposable {
  readonly page: Page
  /** Of the core, without a slash at its end. */
  readonly url: string
  /** The management API over HTTP, for what is not the flow's own. */
  readonly admin: TRPCClient<AppRouter>
  /** The person's home folder, with nothing in it but what the flow puts there. */
  readonly home: string
  readonly dataDir: string
  /** The window in another browser, which knows nobody yet; there is none in the app. */
  anotherBrowser(): Promise<Page>
  /** Goes to a page of the window by its address, such as `/servers?add=1`. */
  goTo(address: string): Promise<void>
  readonly desktop: Desktop | null
}

export type AppOptions = {
  place: Place
  /** The content of a config file to start with. */
  file?: object
  /** Files in the home folder, by their path there. */
  homeFiles?: Record<string, string>
  env?: Record<string, string>
  /** The browser is not let in yet: it stands before the door. */
  isOutside?: boolean
}

export const ADMIN_TOKEN = 'admin-token-of-the-tests'
const SIZE = { width: 1200, height: 760 }

/** Opens the window of a running product; a browser is let in without having to paste the token. */
export async function openApp(options: AppOptions): Promise<App> {
  await using opened = new AsyncDisposableStack()
  const dir = opened.adopt(makeDir(), removeDir)
  const home = join(dir, 'home')
  mkdirSync(home)
  for (const [path, content] of Object.entries(options.homeFiles ?? {})) {
    mkdirSync(join(home, path, '..'), { recursive: true })
    writeFileSync(join(home, path), content)
  }
  const config = join(dir, 'metamcp.json')
  if (options.file) writeFileSync(config, JSON.stringify(options.file))
  const args = options.file ? ['--config', config] : []
  const env = { ...homeOf(home), METAMCP_ADMIN_TOKEN: ADMIN_TOKEN, ...options.env }
  const { isOutside = false } = options
  const start = { dataDir: join(dir, 'data'), args, env, isOutside }
  const { page, url, desktop } =
    options.place === 'browser' ? await inBrowser(start, opened) : await inDesktop(start, opened)
  const running = opened.move()
  return {
    page,
    url,
    home,
    desktop,
    dataDir: start.dataDir,
    admin: adminOf(url),
    async anotherBrowser() {
      if (desktop) throw new Error('There is one window in the app.')
      const another = await (await newContext(running)).newPage()
      await another.goto(`${url}/`)
      return another
    },
    async goTo(address) {
      await page.evaluate((hash) => (window.location.hash = hash), `#${address}`)
      await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor()
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

type Start = { dataDir: string; args: string[]; env: Record<string, string>; isOutside: boolean }

async function inBrowser(start: Start, opened: AsyncDisposableStack) {
  const core = opened.use(await startHeadless(start))
  const context = await newContext(opened)
  if (!start.isOutside) {
    await context.request.post(`${core.url}/session`, { data: { token: ADMIN_TOKEN } })
  }
  const page = await context.newPage()
  await page.goto(`${core.url}/`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  return { page, url: core.url, desktop: null }
}

/** One for all tests of a file, each of which has contexts of its own: a start takes a second. */
let launched: Promise<Browser> | undefined

async function launch(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: await openChromium(thisMachine()),
    args: chromiumFlags(process.getuid?.()),
  })
  afterFile(async () => {
    launched = undefined
    await browser.close()
  })
  return browser
}

async function newContext(opened: AsyncDisposableStack): Promise<BrowserContext> {
  launched ??= launch()
  // What moves is waited for, and drawn by the processor: it stands still.
  const calm = { viewport: SIZE, colorScheme: 'light', reducedMotion: 'reduce' } as const
  const browser = await launched
  const context = opened.adopt(await browser.newContext({ ...calm, locale: 'en-US' }), (one) =>
    one.close(),
  )
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  return context
}

async function inDesktop(start: Start, opened: AsyncDisposableStack) {
  const { args, env, dataDir } = start
  const given = { args, env: { ...env, METAMCP_DATA_DIR: dataDir } }
  const desktop = opened.use(await openDesktop(given))
  const [, url = ''] = /^MetaMCP ready (\S+)\n/.exec(desktop.app.stdout) ?? []
  const { page } = desktop
  await page.setViewportSize(SIZE)
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await page.getByRole('heading', { level: 1 }).waitFor()
  return { page, url, desktop }
}

/** No program that is started may look into the home of whoever runs the tests. */
function homeOf(home: string): Record<string, string> {
  return {
    HOME: home,
    USERPROFILE: home,
    APPDATA: join(home, 'AppData/Roaming'),
    LOCALAPPDATA: join(home, 'AppData/Local'),
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local/share'),
    LANG: 'en_US.UTF-8',
  }
}

function adminOf(url: string): TRPCClient<AppRouter> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
  return createTRPCClient<AppRouter>({
    links: [approvingLink, httpLink({ url: `${url}/trpc/frontend`, headers })],
  })
}
