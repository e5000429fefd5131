import type { Server, ServerState, ServerView, SignInStatus } from '../../../shared/server.ts'

/** What a view says beyond the definition. */
export type ServerNow = {
  state: ServerState
  error: string | null
  signIn: SignInStatus
  toolCount: number | null
}

/** A server as management callers see it: of secrets only the names. */
export function serverView(server: Server, now: ServerNow): ServerView {
  const { id, name, description, type, enabled, start, idleMs, startTimeoutMs } = server
  const { state, error, signIn, toolCount } = now
  const common = { id, name, description, type, enabled, start, idleMs, startTimeoutMs }
  const view = { ...common, state, error, signIn, toolCount }
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
