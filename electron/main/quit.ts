import { app } from 'electron'
import { messageOf, type Logger } from '../core/index.ts'

/** Calls in flight get 5 s, children that do not listen 4 s more; then something hangs. */
const DEADLINE_MS = 15_000

/**
 * Whether we are the only desktop app on this data folder. If so, another start of it calls
 * `onSecondStart` here and ends.
 */
export function isOnlyInstance(onSecondStart: () => void): boolean {
  if (!app.requestSingleInstanceLock()) return false
  app.on('second-instance', onSecondStart)
  return true
}

/**
 * Ends the process when the app is quit, by whatever way, or when the returned function is called:
 * once `close` is done, with exit code 0 or the given one, and with 1 if it fails or hangs.
 */
export function endAfter(close: () => Promise<void>, log: Logger): (code: number) => void {
  let ending: Promise<void> | undefined

  async function end(code: number): Promise<void> {
    const timer = setTimeout(() => {
      log.error({ deadlineMs: DEADLINE_MS }, 'closing took too long')
      app.exit(1)
    }, DEADLINE_MS)
    try {
      await close()
      app.exit(code)
    } catch (error) {
      log.error({ error: messageOf(error) }, 'closing failed')
      app.exit(1)
    } finally {
      clearTimeout(timer)
    }
  }

  // The windows are closed by then; app.exit() below does not come by here again.
  app.on('will-quit', (event) => {
    event.preventDefault()
    ending ??= end(0)
  })
  return (code) => void (ending ??= end(code))
}
