import { leadClientsHere, openStoredAiClients } from './ai-clients.ts'
import type { Access } from '../access.ts'
import type { Accounts } from '../accounts/accounts.ts'
import type { Approvals } from '../approvals/approvals.ts'
import { openAccountParts } from './accounts.ts'
import type { EndpointAuthorization } from './authorization.ts'
import type { Changes } from '../changes.ts'
import type { CoreConfig } from '../config.ts'
import type { Database } from '../db/open.ts'
import type { Audit } from '../audit/audit.ts'
import { doctorOf } from './doctor.ts'
import { openFollowing } from './following.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { openHost } from './host.ts'
import type { HttpClients } from './http-clients.ts'
import { openManagement } from './management.ts'
import type { OAuth } from '../oauth/oauth.ts'
import { openStoredAdding } from './adding.ts'
import { openInspector } from './inspector.ts'
import { openStoredRemovals } from './removals.ts'
import type { AppRouter } from '../router.ts'
import type { Overview } from '../status/router.ts'
import { openNews } from './news.ts'
import { startPinning } from './pinning.ts'
import { followReplicas } from './replicas.ts'
import { rulesOver } from './rules.ts'
import type { Sight } from './sight.ts'
import type { Stores } from './stores.ts'
import { openStoredTrust } from './trust.ts'
import { openUpkeep } from './upkeep.ts'
import type { Watching } from './watching.ts'

/** What is live already when a person may look at it and change it. */
export type Live = {
  config: CoreConfig
  stores: Stores
  db: Database
  changes: Changes
  gateway: Gateway
  approvals: Approvals
  oauth: OAuth
  http: HttpClients
  watching: Watching
  audit: Audit
  authorization: EndpointAuthorization | null
  status: (access: Access) => Overview
  accounts: Accounts | null
  sight: Sight
  /** Where clients reach us, and where this computer does. */
  url: string
  localUrl: string
  port: number
  /** Credentials of ours that no text may hold. */
  tokens: readonly string[]
  limits: { now?: () => number; inspectorGraceMs?: number }
}

export interface Features extends AsyncDisposable {
  router: AppRouter
  /** What outside inspectors are let in to. */
  visit: ReturnType<typeof openInspector>['visit']
  /** Names of AI clients whose entry was led here, because our address is another than before. */
  movedClients: string[]
}

/** Everything that the management API offers, over what is live. */
export async function openFeatures(live: Live): Promise<Features> {
  await using opened = new AsyncDisposableStack()
  const { config, stores, changes, gateway, limits } = live
  const { log, version } = config
  const follow = openFollowing(live)
  const news = opened.use(openNews(stores, changes))
  const rules = rulesOver(stores)
  opened.use(startPinning({ stores, changes, log, follow: follow.endpoints }))
  opened.use(stores.apiKeys.watchExpiry((id) => void follow.apiKey(id)))
  const parts = { ...live, follow, news, rules }
  const removals = opened.use(await openStoredRemovals({ ...parts, log, now: limits.now }))
  opened.use(followReplicas({ ...parts, removals }))
  const host = opened.use(openHost(config, changes))
  const adding = opened.use(await openStoredAdding(parts))
  const doctor = opened.use(doctorOf(live))
  const graceMs = limits.inspectorGraceMs
  const { inspector, visit } = openInspector({ gateway, stores, version, graceMs })
  const aiClients = await openStoredAiClients(parts)
  const movedClients = await leadClientsHere(aiClients, parts)
  const router = openManagement({
    ...parts,
    ...{ removals, host, adding, doctor, inspector },
    trust: await openStoredTrust(parts),
    people: openAccountParts({ ...parts, removals }),
    upkeep: openUpkeep(parts),
    aiClients,
  })
  const running = opened.move()
  return { router, visit, movedClients, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
