import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { _electron, chromium, type ElectronApplication, type Page } from 'playwright-core'
import {
  ROOT,
  startOnStandIn,
  watchProcess,
  type AppProcess,
  type AppStart,
} from './app-process.ts'
import { profileIn } from './electron-stand-in/browser.ts'

/** The built desktop app, running, with a data folder of its own. */
export interface Desktop extends AsyncDisposable {
  readonly app: AppProcess
  readonly page: Page
  /** `null` on the stand-in. */
  readonly electron: ElectronApplication | null
  /** Quits as the system does when it ends; resolves with the exit code. */
  quit(): Promise<number | null>
}

/** Electron where its binary and a display are there, else the stand-in. */
export const shell = chooseShell()

function chooseShell(): { kind: 'electron'; binary: string } | { kind: 'stand-in' } {
  const { platform, env } = process
  const packageDir = join(ROOT, 'node_modules/electron')
  const pathFile = join(packageDir, 'path.txt')
  const hasDisplay = platform !== 'linux' || env.DISPLAY || env.WAYLAND_DISPLAY
  if (!hasDisplay || !existsSync(pathFile)) return { kind: 'stand-in' }
  const binary = join(packageDir, 'dist', readFileSync(pathFile, 'utf8'))
  return existsSync(binary) ? { kind: 'electron', binary } : { kind: 'stand-in' }
}

/** Resolves once the app shows its window; what is given is added to `environment`. */
export async function openDesktop({ args, env }: Partial<AppStart> = {}): Promise<Desktop> {
  await using opened = new AsyncDisposableStack()
  const dir = opened.adopt(makeDir(), removeDir)
  const start = { args, env: { ...environment(dir), ...env } }
  const { app, page, electron } =
    shell.kind === 'electron'
      ? await openElectron(shell.binary, start)
      : await openStandIn(start, { dir, opened })
  opened.defer(() => end(app))
  const running = opened.move()
  return {
    app,
    page,
    electron,
    quit() {
      app.kill('SIGTERM')
      return app.ended
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

async function openElectron(executablePath: string, { args: given = [], env }: AppStart) {
  const recorder = fileURLToPath(import.meta.resolve('./record-shell.cjs'))
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const args = [...sandbox, '-r', recorder, ROOT, ...given]
  const electron = await _electron.launch({ executablePath, args, env })
  const app = watchProcess(electron.process())
  const page = await electron.firstWindow()
  await page.waitForLoadState()
  return { app, page, electron }
}

type Place = { dir: string; opened: AsyncDisposableStack }

async function openStandIn(start: AppStart, { dir, opened }: Place) {
  const app = await startOnStandIn(start, dir)
  opened.defer(() => end(app))
  await app.told('shown')
  const [port] = readFileSync(join(profileIn(dir), 'DevToolsActivePort'), 'utf8').split('\n')
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`)
  const page = browser
    .contexts()
    .flatMap((context) => context.pages())
    .find((candidate) => candidate.url().includes('.stand-in/'))
  if (!page) throw new Error('The app shows no page.')
  return { app, page, electron: null }
}

/** Quits it, because a browser whose app is killed stays; kills it only where it does not listen. */
async function end(app: AppProcess): Promise<void> {
  const timer = setTimeout(() => app.kill('SIGKILL'), 20_000)
  app.kill('SIGTERM')
  await app.ended
  clearTimeout(timer)
}

/** The environment without the person's own settings, and with a port that is free. */
export function environment(dir: string): Record<string, string> {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('METAMCP_'))
  const inherited = Object.fromEntries(others) as Record<string, string>
  return { ...inherited, METAMCP_DATA_DIR: join(dir, 'data'), METAMCP_PORT: '0' }
}

export function makeDir(): string {
  return mkdtempSync(join(tmpdir(), 'desktop-'))
}

export function removeDir(dir: string): void {
  // The browser's processes may still be writing for a moment.
  rmSync(dir, { recursive: true, force: true, maxRetries: 10 })
}
