import { app } from 'electron'
import { messageOf, type Logger } from '../core/index.ts'

/** Calls in flight get 3 s, children that do not listen 2 s more; after that something hangs. */
const DEADLINE_MS = 15_000

/**
 * Whether we are the only desktop app on this data folder. If so, another start of it calls
 * `onSecondStart` here, with its arguments, and ends.
 */
export function isOnlyInstance(onSecondStart: (argv: string[]) => void): boolean {
  if (!app.requestSingleInstanceLock()) return false
  app.on('second-instance', (_event, argv) => onSecondStart(argv))
  return true
}

/** How the process ends. */
export interface Ending {
  /** Closes everything, and ends with this code; with 1 if closing fails or hangs. */
  end(code: number): void
  /** Closes everything, and then does this in place of ending: it has to end the process. */
  endBy(last: () => void): void
}

/** Ends the process when the app is quit, by whatever way: once `close` is done. */
export function endAfter(close: () => Promise<void>, log: Logger): Ending {
  let ending: Promise<void> | undefined
  let isClosed = false

  async function begin(last: (code: number) => void): Promise<void> {
    const timer = setTimeout(() => {
      log.error({ deadlineMs: DEADLINE_MS }, 'closing took too long')
      app.exit(1)
    }, DEADLINE_MS)
    let code = 0
    try {
      await close()
    } catch (error) {
      log.error({ error: messageOf(error) }, 'closing failed')
      code = 1
    }
    clearTimeout(timer)
    isClosed = true
    if (code === 0) last(0)
    else app.exit(code)
  }

  // The window stays meanwhile, and says what is waited for; app.exit() does not come by here.
  app.on('before-quit', (event) => {
    if (isClosed) return
    event.preventDefault()
    ending ??= begin((code) => app.exit(code))
  })
  return {
    end: (code) => void (ending ??= begin((good) => app.exit(good || code))),
    endBy: (last) => void (ending ??= begin(last)),
  }
}
