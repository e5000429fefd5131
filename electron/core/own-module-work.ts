import { AsyncLocalStorage } from 'node:async_hooks'

/** The file of the module that is at work, also in its timers and whatever else it left behind. */
const atWork = new AsyncLocalStorage<string>()

/** Does the work of a module that somebody wrote. */
export function inOwnModule<T>(path: string, work: () => T): T {
  return atWork.run(path, work)
}

/** Does what is ours again: a mistake in it is not the module's. */
export function outsideOwnModules<T>(work: () => T): T {
  return atWork.exit(work)
}

/** Whose mistake it is that nobody caught; `null`: ours. Asked by a handler of such mistakes. */
export function ownModuleAtWork(): string | null {
  return atWork.getStore() ?? null
}
