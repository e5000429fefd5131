import type { UpdateState } from '../../shared/host.ts'
import { messageOf, type HostUpdates, type Logger } from '../core/index.ts'

/** After the start, when nothing else is waited for; then again and again. */
const FIRST_MS = 30_000
const EVERY_MS = 6 * 60 * 60_000

/** The part of electron-updater's `autoUpdater` that is used. */
export type Updater = {
  autoInstallOnAppQuit: boolean
  on(event: 'download-progress', listener: (progress: { percent: number }) => void): unknown
  checkForUpdates(): Promise<UpdateCheck | null>
  quitAndInstall(isSilent: boolean, isForceRunAfter: boolean): void
}

type UpdateCheck = {
  isUpdateAvailable: boolean
  updateInfo: { version: string }
  downloadPromise?: Promise<unknown> | null
}

export type UpdatesOptions = {
  /** Loaded with the first check: few starts need it. */
  load(): Promise<Updater>
  /** Whether what was downloaded is installed when the app is quit. */
  installsOnQuit(): boolean
  isOnline(): boolean
  /** In words of the person's language. */
  explain(reason: 'offline' | 'no-release' | { text: string }): string
  /** Closes everything, then does the last thing. */
  endBy(last: () => void): void
  log: Logger
}

/** Looks for newer versions, now and then, and downloads them. */
export function openUpdates(options: UpdatesOptions): HostUpdates & { close(): void } {
  const listeners = new Set<() => void>()
  let state: UpdateState = { kind: 'idle', checkedAt: null }
  let checkedAt: string | null = null
  let updater: Updater | undefined
  let checking: Promise<void> | undefined

  function become(next: UpdateState): void {
    state = next
    for (const listener of listeners) listener()
  }

  async function load(): Promise<Updater> {
    const loaded = await options.load()
    loaded.on('download-progress', ({ percent }) => {
      if (state.kind === 'downloading') become({ ...state, percent: Math.round(percent) })
    })
    return loaded
  }

  async function check(): Promise<void> {
    become({ kind: 'checking' })
    try {
      updater ??= await load()
      updater.autoInstallOnAppQuit = options.installsOnQuit()
      const found = await updater.checkForUpdates()
      checkedAt = new Date().toISOString()
      if (!found?.isUpdateAvailable) return become({ kind: 'idle', checkedAt })
      const { version } = found.updateInfo
      become({ kind: 'downloading', version, percent: 0 })
      await found.downloadPromise
      become({ kind: 'ready', version })
    } catch (error) {
      options.log.warn({ error: messageOf(error) }, 'updates could not be checked')
      become({ kind: 'failed', reason: options.explain(reasonOf(error, options)), checkedAt })
    }
  }

  function checkOnce(): Promise<void> {
    if (state.kind === 'ready') return Promise.resolve()
    checking ??= check().finally(() => (checking = undefined))
    return checking
  }

  const first = setTimeout(() => void checkOnce(), FIRST_MS).unref()
  const again = setInterval(() => void checkOnce(), EVERY_MS).unref()
  return {
    state: () => state,
    check: checkOnce,
    install: () => options.endBy(() => updater?.quitAndInstall(true, true)),
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close() {
      clearTimeout(first)
      clearInterval(again)
    },
  }
}

function reasonOf(error: unknown, { isOnline }: UpdatesOptions) {
  if (!isOnline()) return 'offline' as const
  const text = messageOf(error)
  if (/\b404\b|latest.*\.yml|no published versions/i.test(text)) return 'no-release' as const
  return { text: (text.split('\n')[0] ?? '').replace(/\.$/, '').slice(0, 200) }
}
