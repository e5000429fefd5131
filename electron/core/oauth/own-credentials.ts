import type { Server } from '../../../shared/server.ts'
import { fillReferences } from '../references.ts'

export type RemoteServer = Exclude<Server, { type: 'STDIO' }>

/** What `${NAME}` in a server's definition stands for, now: not everybody's may read it. */
export type EnvironmentOf = (server: Server) => Record<string, string | undefined>

/** Whether a person may sign in to it: a credential of the definition's own always wins. */
export function takesSignIn(server: Server): server is RemoteServer {
  if (server.type === 'STDIO' || server.bearerToken !== null) return false
  return !Object.keys(server.headers).some((name) => name.toLowerCase() === 'authorization')
}

/** The server's URL with its references filled in; `null` when that cannot be done. */
export function urlOf(
  server: RemoteServer,
  env: Record<string, string | undefined>,
): string | null {
  try {
    return new URL(fillReferences(server.url, env)).href
  } catch {
    return null
  }
}
