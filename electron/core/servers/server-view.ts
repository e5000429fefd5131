import type { Server, ServerState, ServerView, SignInStatus } from '../../../shared/server.ts'

/** What a view says beyond the definition. */
export type ServerNow = {
  state: ServerState
  error: string | null
  signIn: SignInStatus
  toolCount: number | null
  ownConnections: boolean
}

/** A server as management callers see it: of secrets only the names. */
export function serverView(server: Server, now: ServerNow): ServerView {
  const { id, name, description, type, enabled, start, idleMs, startTimeoutMs } = server
  const { isolation, idleConnections, maxConnections } = server
  const { state, error, signIn, toolCount, ownConnections } = now
  const view = {
    ...{ id, name, description, type, enabled, start, idleMs, startTimeoutMs },
    ...{ isolation, idleConnections, maxConnections },
    ...{ state, error, signIn, toolCount, ownConnections },
  }
  if (server.type === 'STDIO') {
    const { command, args, cwd, env } = server
    return { ...view, command, args, cwd, envNames: Object.keys(env) }
  }
  const { url, headers, bearerToken, oauth } = server
  const { clientSecret, ...client } = oauth ?? {}
  return {
    ...view,
    url,
    headerNames: Object.keys(headers),
    hasBearerToken: bearerToken !== null,
    ...(oauth && { oauth: { ...client, hasClientSecret: clientSecret !== undefined } }),
  }
}
