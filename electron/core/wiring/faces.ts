import type { Accounts } from '../accounts/accounts.ts'
import type { Directory } from '../accounts/directory.ts'
import { metricsTokenOf } from '../auth/admin-token.ts'
import { openWindowCookies } from '../auth/window-cookie.ts'
import { actorOf, type Auditing } from '../auditing.ts'
import type { EndpointAuthorization } from './authorization.ts'
import { hides, judge, managementCaller, managerOf, type Known } from './callers.ts'
import type { CoreConfig } from '../config.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { openGuard } from '../http/guards.ts'
import { serveManagement } from '../http/management.ts'
import { openRoutes, type RoutesOptions } from '../http/routes.ts'
import type { RequestHandler } from '../http/server.ts'
import { openSurfaces } from '../http/surfaces.ts'
import { openWindow, type Window } from '../http/window.ts'
import { replicaIn } from '../oauth/attempts.ts'
import type { OAuth } from '../oauth/oauth.ts'
import { addressOf, networkOf } from '../request-address.ts'
import type { AppRouter } from '../router.ts'
import { standingOf } from './standing.ts'
import type { Stores } from './stores.ts'
import type { Peers } from './peers.ts'
import type { Ports } from './ports.ts'
import type { Secrets } from '../secrets.ts'
import type { Watching } from './watching.ts'

const MAX_BODY_BYTES = 16 * 1024 * 1024

export type FacesParts = {
  config: CoreConfig
  gateway: Gateway
  router: AppRouter
  known: Known
  secrets: Secrets
  visit: RoutesOptions['proxy']['visit']
  signInCallback: OAuth['answerCallback']
  auditing: Auditing
  directory: Directory
  /** People who sign in; `null` where there is the admin token alone. */
  accounts: Accounts | null
  /** Tokens for clients; `null` where nobody can let any in. */
  authorization: EndpointAuthorization | null
  peers: Peers
  stores: Stores
  watching: Watching
  /** How many requests are being answered. */
  inFlight: () => number
  /** Where browsers reach us. */
  url: string
  port: number
  /** Where management is served, if that is apart. */
  admin: Ports['admin']
}

/** Everything that we answer over HTTP: MCP, the management API, the window in a browser. */
export function openFaces(parts: FacesParts): RequestHandler {
  const { config, gateway, router, known, visit, port, admin, auditing, accounts } = parts
  const { log, version } = config
  const allowed = new Set(config.allowedOrigins)
  const isMetricsToken = metricsTokenOf(config.metricsToken)
  return openRoutes({
    ...{ gateway, log, version, url: parts.url },
    async signInCallback(request, response) {
      const place = replicaIn(new URLSearchParams(request.url?.split('?')[1]).get('state'))
      const passing = { request, response, body: () => null }
      if (place !== null && (await parts.peers.passOn(place, passing)) === 'answered') return
      const visitor = accounts?.signedIn(request)?.caller ?? null
      return parts.signInCallback(request, response, visitor)
    },
    accounts: accounts ? (request, response) => accounts.handle(request, response) : null,
    maxBodyBytes: MAX_BODY_BYTES,
    elsewhere: { ...parts.peers, passOn: passOnOf(parts) },
    guard: openGuard({ ...config, port, admin, allowed }),
    surfaces: openSurfaces(admin?.port ?? null),
    allowed,
    authenticate: (shown, endpoint) => judge(known, shown, endpoint),
    hides: (name, credential) => hides({ known, directory: parts.directory }, name, credential),
    challenge: (endpoint, face) => parts.authorization?.challenge(endpoint, face) ?? null,
    wellKnown: (path) => parts.authorization?.wellKnown(path) ?? null,
    metrics(credential) {
      const mayRead = credential !== null && isMetricsToken(credential)
      if (!mayRead && managerOf(known, credential) === null) return null
      return parts.watching.metrics.page(standingOf(parts))
    },
    proxy: { visit, authenticate: (credential) => managerOf(known, credential) },
    management: serveManagement({
      ...{ router, log },
      createContext: (credential, isLetIn, request) => {
        const person = credential === null ? accounts?.signedIn(request) : null
        const caller = person?.caller ?? managementCaller(known, credential, isLetIn)
        return { caller, sessionId: person?.sessionId, auditing }
      },
      mayManage: ({ caller }) => actorOf(caller) !== null,
      endWith: (request, end) => accounts?.onEndOf(request, end) ?? (() => undefined),
      window: browserWindow(parts),
    }),
  })
}

/** Others are reached at their port for clients, which lets no inspectors in where there are two. */
function passOnOf({ peers, admin }: FacesParts): Peers['passOn'] {
  if (!admin) return peers.passOn
  return (replica, passing) => {
    const isInspecting = passing.request.url?.startsWith('/mcp-proxy/') ?? false
    return isInspecting ? Promise.resolve('untaken') : peers.passOn(replica, passing)
  }
}

/** The window for browsers, where there is a built page. */
function browserWindow({
  config,
  secrets,
  known,
  url,
  accounts,
  auditing,
}: FacesParts): Window | null {
  const { pageDir } = config
  if (pageDir === null && accounts === null) return null
  const { token, isAdminToken } = known.adminToken
  const key = secrets.derive('metamcp window cookie')
  const cookies = openWindowCookies({ key, adminToken: token })
  const isBehindProxy = config.publicUrl !== null
  return openWindow({
    pageDir,
    accounts,
    cookies,
    isAdminToken,
    isSecure: url.startsWith('https:'),
    networkOf: (request) => networkOf(addressOf(request, isBehindProxy)),
    note: auditing.note,
  })
}
