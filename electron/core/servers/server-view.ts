import type { OwnedServer, ServerView, SignInStatus } from '../../../shared/server.ts'

/** How a server is, as far as its connections and its sign-in know. */
export type ServerStatus = Pick<
  ServerView,
  'state' | 'error' | 'problem' | 'startedAt' | 'startMs' | 'retryAt'
> & { signIn: SignInStatus }

/** What a view says beyond the definition. */
export type ServerNow = ServerStatus &
  Pick<ServerView, 'toolCount' | 'tokenCount' | 'lastSeenAt' | 'ownConnections'>

/**
 * A server as management callers see it: of secrets only the names. Who may only use it is not told
 * what runs or where: people write passwords into arguments and addresses, too.
 */
export function serverView(server: OwnedServer, now: ServerNow, mayChange: boolean): ServerView {
  const { id, name, description, type, enabled, start, idleMs, startTimeoutMs } = server
  const { isolation, idleConnections, maxConnections, ownerId, shared, approved } = server
  const view = {
    ...{ id, name, description, type, enabled, start, idleMs, startTimeoutMs },
    ...{ isolation, idleConnections, maxConnections, ownerId, shared, approved },
    ...now,
  }
  if (!mayChange) return { ...view, ...untold(now) }
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

/** What failed and how says what runs and where; that somebody waits for it does not. */
function untold({ error, problem }: ServerNow): Pick<ServerView, 'error' | 'problem'> {
  if (error === null && problem === null) return { error, problem }
  const hidden = problem && { code: 'other' as const, message: UNTOLD }
  return { error: error && UNTOLD, problem: problem?.code === 'no-answer' ? problem : hidden }
}

const UNTOLD = 'It does not work at the moment. Whoever may change it sees why.'
