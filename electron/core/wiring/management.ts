import type { RemovalKind } from '../../../shared/removal.ts'
import type { Endpoint } from '../../../shared/endpoint.ts'
import type { Access } from '../access.ts'
import type { AccountParts } from '../accounts/router.ts'
import type { Adding } from '../adding/adding.ts'
import type { Approvals } from '../approvals/approvals.ts'
import { approvalParts, renameMarks } from './approvals.ts'
import type { Audit } from '../audit/audit.ts'
import type { AuthorizationDesk } from '../authorization/router.ts'
import type { AiClientsService } from '../clients/clients.ts'
import { asOwned } from '../auth/api-key-rows.ts'
import type { Changes } from '../changes.ts'
import type { Following } from './following.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { HostRouterOptions } from '../host/router.ts'
import type { InspectorRouterOptions } from '../inspector/router.ts'
import type { OAuth } from '../oauth/oauth.ts'
import type { DoctorRouterOptions } from '../doctor/router.ts'
import { appRouter, type AppRouter } from '../router.ts'
import type { Removals } from '../removals/removals.ts'
import type { News } from './news.ts'
import { NOT_APPROVED, type ServerRules } from '../server-rules.ts'
import type { Sight } from './sight.ts'
import type { ServerRouterOptions } from '../servers/router.ts'
import type { Trust } from '../trust/trust.ts'
import { offersFor } from './seen-offers.ts'
import type { Overview } from '../status/router.ts'
import type { Stores } from './stores.ts'
import type { Upkeep } from './upkeep.ts'
import { addressOf, ownedTarget } from './views.ts'
import type { Watching } from './watching.ts'

export type ManagementParts = Pick<InspectorRouterOptions, 'inspector'> & {
  news: News
  sight: Sight
  rules: ServerRules
  stores: Stores
  gateway: Gateway
  approvals: Approvals
  trust: Trust
  changes: Changes
  oauth: OAuth
  removals: Removals
  upkeep: Upkeep
  watching: Watching
  follow: Following
  status: (access: Access) => Overview
  host: HostRouterOptions
  aiClients: AiClientsService
  adding: Adding
  doctor: DoctorRouterOptions
  audit: Audit
  people: AccountParts | null
  authorization: { desk: AuthorizationDesk } | null
}

/** The management API, whose every change is followed by what is live. */
export function openManagement(parts: ManagementParts): AppRouter {
  const { inspector, stores, changes, oauth, status, host, aiClients } = parts
  const { adding, removals, follow, watching, upkeep, news, sight } = parts
  const remove = (kind: RemovalKind) => (ids: string[], access?: Access) =>
    removals.take(kind, ids, access)

  const statusOf = statusFrom(parts)

  const server = (id: string) => stores.servers.get(id)
  const seesKey = (access: Access, id: string) => {
    const apiKey = stores.apiKeys.get(id)
    return apiKey !== undefined && access.changes(asOwned(apiKey))
  }

  return appRouter({
    status: { status, changes, concerns: (change, access) => news.concerns(change, access) },
    servers: { ...serverParts(parts, statusOf), remove: remove('servers') },
    namespaces: {
      store: stores.namespaces,
      middlewareKinds: stores.middlewares.kinds,
      server,
      offers: offersFor(stores, statusOf),
      invalidate: follow.endpoints,
      remove: remove('namespaces'),
    },
    endpoints: { ...endpointParts(parts), remove: remove('endpoints') },
    apiKeys: {
      store: stores.apiKeys,
      invalidate: follow.apiKey,
      remove: remove('apiKeys'),
    },
    adding: { adding },
    doctor: parts.doctor,
    oauth: { oauth, server },
    logs: { ring: watching.logs.ring, reads: sight.reads },
    activity: { activity: watching.activity, seesKey },
    calls: {
      calls: watching.calls,
      handleOf: (accountId) => stores.directory.get(accountId)?.handle ?? null,
    },
    host,
    clients: {
      aiClients,
      endpoint: (id) => stores.endpoints.get(id),
      namespace: (id) => stores.namespaces.get(id),
    },
    inspector: { inspector, owned: (target) => ownedTarget(stores, target) },
    removals: { removals },
    approvals: approvalParts(parts),
    audit: { audit: parts.audit },
    trust: { trust: parts.trust },
    accounts: { accounts: parts.people },
    authorization: parts.authorization?.desk ?? null,
    ...upkeep,
  })
}

function endpointParts(parts: ManagementParts) {
  const { stores, follow } = parts
  return {
    store: stores.endpoints,
    namespace: (id: string) => stores.namespaces.get(id),
    addressOf: (endpoint: Endpoint) => addressOf(stores, endpoint),
    cost: (id: string) => costOf(parts, id),
    invalidate: follow.endpoints,
  }
}

function serverParts(
  { stores, gateway, follow, rules }: ManagementParts,
  status: ServerRouterOptions['status'],
): Omit<ServerRouterOptions, 'remove'> {
  const { servers, catalogs } = stores
  const { pools } = gateway
  return {
    ...{ store: servers, catalogs, status, rules, invalidate: follow.server },
    tokensOf: stores.tokens.of,
    isLeftBehind: stores.handedOver.hasGivenOrigin,
    starts: startsOf(pools),
    stderr: (id) => pools.stderr(id),
    usedBy: (id, access) => usesOf(stores, access, id),
    renamed: (before, after) => renameMarks(stores, before, after),
  }
}

const WAITING = {
  ...{ state: 'failed' as const, error: NOT_APPROVED, startedAt: null, retryAt: null },
  problem: { code: 'not-approved' as const },
}

/** What connections and the sign-in know of a server, as one. */
function statusFrom({ gateway, oauth, stores }: ManagementParts) {
  return (id: string) => {
    const { state, error, startedAt, lastStartMs, retryAt, ...known } = gateway.pools.status(id)
    const signIn = oauth.status(id)
    const server = stores.servers.get(id)
    // Whether or not it was tried: it waits for a person, and not for its next try.
    if (server?.enabled && !server.approved) return { ...WAITING, signIn, startMs: lastStartMs }
    const isAsked = signIn === 'needed' && error !== null
    const endedAt = oauth.endedAt(id)
    const { problem } = known
    const hasEnded = problem?.code === 'sign-in-needed' && endedAt !== null
    return {
      ...{ state, signIn, startedAt, retryAt, startMs: lastStartMs },
      error: isAsked ? `${error} ${oauth.advice}` : error,
      problem: hasEnded ? { ...problem, code: 'sign-in-expired' as const, at: endedAt } : problem,
    }
  }
}

function startsOf(pools: Gateway['pools']) {
  const comesUp = (start: Promise<unknown>) =>
    start.then(
      () => true,
      () => false,
    )
  const again = (id: string, startTimeoutMs?: number) => comesUp(pools.restart(id, startTimeoutMs))
  return {
    again,
    ifNeeded: (id: string) => {
      if (pools.status(id).state === 'failed') return again(id)
      return comesUp(pools.lease(id).then((lease) => lease.release()))
    },
  }
}

/** Of an endpoint that can be called now. */
async function costOf({ stores, gateway }: ManagementParts, id: string) {
  const endpoint = stores.endpoints.get(id)
  const address = endpoint && addressOf(stores, endpoint)
  const live = address ? gateway.endpoint(address) : undefined
  return live?.id === id ? live.cost() : null
}

/** The namespaces that have a server, and the endpoints that serve those. */
function usesOf({ namespaces, endpoints }: Stores, access: Access, id: string) {
  return access.seen(namespaces.list()).flatMap((namespace) => {
    const member = namespace.servers.find(({ serverId }) => serverId === id)
    if (!member) return []
    const serving = access
      .seen(endpoints.list())
      .filter(({ namespaceId }) => namespaceId === namespace.id)
    return [
      {
        ...{ namespaceId: namespace.id, namespace: namespace.name },
        on: namespace.enabled && member.enabled,
        endpoints: serving.map(({ id: endpointId, name, enabled }) => {
          return { id: endpointId, name, enabled }
        }),
      },
    ]
  })
}
