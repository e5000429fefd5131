import type { AdminToken } from '../auth/admin-token.ts'
import type { LocalToken } from '../auth/local-token.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { AuthorizationTimes } from '../authorization/authorization.ts'
import { openInstanceAccounts } from './accounts.ts'
import type { Approvals } from '../approvals/approvals.ts'
import { openStoredApprovals } from './approvals.ts'
import type { Auditing } from '../auditing.ts'
import type { Applied } from '../apply-each.ts'
import { openEndpointAuthorization, type EndpointAuthorization } from './authorization.ts'
import type { Known } from './callers.ts'
import type { Changes } from '../changes.ts'
import type { CoreConfig } from '../config.ts'
import type { Database } from '../db/open.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { openHttpClients, type HttpClients } from './http-clients.ts'
import type { OAuth } from '../oauth/oauth.ts'
import type { Peers } from './peers.ts'
import { openSignIns, type SignInsParts } from './sign-ins.ts'
import { startGateway, type GatewayLimits } from './start-gateway.ts'
import type { Stores } from './stores.ts'
import { openTracing } from '../tracing/tracing.ts'
import type { Watching } from './watching.ts'

export type LiveParts = {
  config: CoreConfig
  stores: Stores
  db: Database
  changes: Changes
  watching: Watching
  auditing: Auditing
  /** What the config file has changed. */
  applied: readonly Applied[]
  peers: Peers
  limits: GatewayLimits & AuthorizationTimes & SignInsParts['times']
  /** Where clients reach us, and the port that we are bound to. */
  url: string
  port: number
  /** Where management is served, if that is apart. */
  admin: { host: string; port: number } | null
  adminToken: AdminToken
  localToken: LocalToken
}

/** What serves calls: connections to servers, the gateway, and who may come in. */
export interface LiveGateway extends AsyncDisposable {
  gateway: Gateway
  /** Calls that wait for people. */
  approvals: Approvals
  /** Signing in to servers. */
  oauth: OAuth
  http: HttpClients
  /** Both `null` where there are no accounts. */
  authorization: EndpointAuthorization | null
  accounts: Accounts | null
  known: Known
}

export async function openLiveGateway(parts: LiveParts): Promise<LiveGateway> {
  await using opened = new AsyncDisposableStack()
  const { config, stores, db, changes, limits, url, watching, auditing } = parts
  const { adminToken, localToken } = parts
  const http = opened.use(openHttpClients({ config, stores }))
  const oauth = opened.use(
    openSignIns({
      ...{ config, stores, db, url, http, times: limits, gateway: () => gateway },
      replica: parts.peers.replica,
    }),
  )
  const approvals = openStoredApprovals({ stores, changes, log: config.log })
  const { env, version, log, replica } = config
  const named = { replica: replica ?? db.news.replica }
  const tracing = await openTracing({ env, version, log, ...named })
  if (tracing) opened.use(tracing)
  const gateway = startGateway({ ...parts, oauth, http, approvals, tracer: tracing?.tracer })
  opened.defer(() => gateway.close())
  opened.use(watching.watchLists(gateway))
  const authorization = await openEndpointAuthorization({
    ...{ config, stores, db, changes, url, gateway, auditing, times: limits },
    accountOf: (id) => stores.directory.get(id),
  })
  const known = { apiKeys: stores.apiKeys, adminToken, localToken, tokens: authorization }
  const extension = authorization ? { extension: authorization.extension } : {}
  const accounts = await openInstanceAccounts({ ...parts, known, ...extension })
  if (accounts) opened.use(accounts)
  const running = opened.move()
  return {
    ...{ gateway, approvals, oauth, http, authorization, accounts, known },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
