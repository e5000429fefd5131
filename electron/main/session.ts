import { protocol, session } from 'electron'
import { join } from 'node:path'
import { answerFromFolder, APP_SCHEME, isOwnUrl } from './app-files.ts'

/** What is built, beside us: see vite.config.ts. */
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
