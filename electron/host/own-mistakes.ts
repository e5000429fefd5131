import { messageOf, ownModuleAtWork, type Logger } from '../core/index.ts'

/**
 * Errors that nobody caught end the process, as they should; but not those of modules that people
 * wrote, whose timers throw where no `try` of ours reaches. `otherwise` ends the process.
 */
export function surviveOwnModules(log: Logger, otherwise: (error: unknown) => void): void {
  process.on('uncaughtException', (error: unknown) => {
    const path = ownModuleAtWork()
    if (path === null) return otherwise(error)
    log.error({ path, error: messageOf(error) }, 'a middleware failed where no call was')
  })
}
