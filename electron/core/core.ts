import { callerKey } from './auth/caller.ts'
import { loadAdminToken, type AdminToken } from './auth/admin-token.ts'
import { openChanges, type Changes } from './changes.ts'
import { applyConfigFile } from './apply-config.ts'
import type { CoreConfig } from './config.ts'
import { openPools } from './connections/pools.ts'
import { lockDataDir } from './db/lock.ts'
import { openDatabase, type Database } from './db/open.ts'
import { messageOf } from './errors.ts'
import { prepareFirstStart } from './first-start.ts'
import type { Endpoint } from './gateway/endpoint.ts'
import { openGateway, type Gateway, type GatewayOptions } from './gateway/gateway.ts'
import { openGuard } from './http/guards.ts'
import { serveManagement } from './http/management.ts'
import { openRoutes, type Verdict } from './http/routes.ts'
import { openHttpServer } from './http/server.ts'
import { appRouter, type AppRouter } from './router.ts'
import { migrationsIn, openStores, type Stores } from './stores.ts'
import { endpointViews } from './views.ts'

/** Milliseconds that calls in flight get when the core closes. */
const DRAIN_MS = 5_000
const MAX_BODY_BYTES = 64 * 1024 * 1024

/** Milliseconds of waiting that are not a person's to configure. */
export type CoreTimes = Pick<GatewayOptions, 'firstTryMs' | 'sessionIdleMs' | 'sessionSweepMs'>

/** A running aggregator. */
export interface Core {
  /** Where clients reach it, without a slash at its end. */
  readonly url: string
  /** Endpoints that are on, with their Streamable HTTP address. */
  endpoints(): { name: string; url: string; needsKey: boolean }[]
  /** The API key that the first start made; `null` at any other start. */
  readonly firstKey: string | null
  readonly adminToken: AdminToken
  /** What had to be done to a broken database; `null` when it was sound. */
  readonly recovery: Database['recovery']
  /** The management API, for a host that calls it without HTTP, as the caller `local`. */
  readonly router: AppRouter
  readonly changes: Changes
  /** Finishes calls in flight for at most 5 s, ends every child, closes the database. Idempotent. */
  close(): Promise<void>
}

/**
 * Starts everything, in this order, and undoes it in reverse, also when a step fails. Rejects with
 * an `AppError` whose message is a sentence for a person.
 */
export async function startCore(config: CoreConfig, times: CoreTimes = {}): Promise<Core> {
  await using opened = new AsyncDisposableStack()
  const { log } = config

  const lock = await lockDataDir(config.dataDir)
  opened.defer(() => lock.release())

  // The port comes early, so that one that is taken is known at once; it answers 503 until the end.
  const http = await openHttpServer(config, log)
  opened.defer(() => http.close())
  const url = config.publicUrl ?? `http://127.0.0.1:${http.port}`

  const adminToken = await loadAdminToken(config)
  const db = await openDatabase({
    dataDir: config.dataDir,
    migrationsDir: migrationsIn(config.resourcesDir),
    templateFile: config.databaseTemplate,
    log,
  })
  opened.defer(() => db.close())

  const changes = openChanges((error) => log.error({ error: messageOf(error) }, 'a listener threw'))
  const stores = await openStores(db, changes, config)
  await applyConfigFile({ config, stores, db })
  const firstKey = await prepareFirstStart(stores)

  const gateway = openGateway({
    ...times,
    log,
    stored: stores.catalogs,
    serverInfo: { name: 'metamcp', title: 'MetaMCP', version: config.version },
    startPools: (events) =>
      openPools({
        log,
        env: config.env,
        clientInfo: { name: 'metamcp', version: config.version },
        onState: (id) => changes.publish({ kind: 'server-state', id }),
        ...events,
      }),
  })
  opened.defer(() => gateway.close())
  gateway.startServers(stores.servers.list())
  gateway.setEndpoints(endpointViews(stores))

  const router = routerOver(stores, gateway)
  http.serve(
    openRoutes({
      gateway,
      log,
      version: config.version,
      maxBodyBytes: MAX_BODY_BYTES,
      guard: openGuard({ host: config.host, port: http.port, publicUrl: config.publicUrl }),
      authenticate: (credential, endpoint) => judge(stores, credential, endpoint),
      management: serveManagement({
        router,
        createContext: (credential) => ({
          caller: managementCaller(stores, adminToken, credential),
        }),
      }),
    }),
  )

  const running = opened.move()
  let closing: Promise<void> | undefined
  return {
    url,
    firstKey,
    adminToken,
    router,
    changes,
    recovery: db.recovery,
    endpoints: () =>
      endpointViews(stores).map(({ name, auth }) => ({
        name,
        url: `${url}/metamcp/${name}/mcp`,
        needsKey: auth.apiKey,
      })),
    close() {
      closing ??= http.drain(DRAIN_MS).then(() => running.disposeAsync())
      return closing
    },
  }
}

/** The management API, whose every change is followed by what is live. */
function routerOver(stores: Stores, gateway: Gateway): AppRouter {
  const showEndpoints = () => {
    gateway.setEndpoints(endpointViews(stores))
    // Sessions that began while no key was needed.
    const anyone = callerKey({ kind: 'anonymous' })
    gateway.sessions.endWhere((s) => s.caller === anyone && s.endpoint.auth.apiKey)
    return Promise.resolve()
  }
  return appRouter({
    servers: {
      store: stores.servers,
      catalogs: stores.catalogs,
      status: (id) => gateway.pools.status(id),
      async invalidate(id) {
        const server = stores.servers.get(id)
        if (server) gateway.updateServer(server)
        await showEndpoints()
        if (!server) await gateway.removeServer(id)
      },
    },
    namespaces: { store: stores.namespaces, invalidate: showEndpoints },
    endpoints: { store: stores.endpoints, invalidate: showEndpoints },
    apiKeys: {
      store: stores.apiKeys,
      invalidate(id) {
        const apiKey = stores.apiKeys.get(id)
        const mayUse = (endpoint: Endpoint) =>
          apiKey?.enabled === true &&
          (apiKey.endpoints === 'all' || apiKey.endpoints.includes(endpoint.id))
        const caller = callerKey({ kind: 'api-key', id, name: '' })
        gateway.sessions.endWhere((s) => s.caller === caller && !mayUse(s.endpoint))
        return Promise.resolve()
      },
    },
  })
}

function judge({ apiKeys }: Stores, credential: string | null, endpoint: Endpoint): Verdict {
  const apiKey = credential === null ? null : apiKeys.verify(credential)
  const mayUse = apiKey?.endpoints === 'all' || apiKey?.endpoints.includes(endpoint.id)
  if (apiKey && mayUse) return { caller: callerKey({ kind: 'api-key', ...apiKey }) }
  if (!endpoint.auth.apiKey) return { caller: callerKey({ kind: 'anonymous' }) }
  return apiKey ? 'forbidden' : 'unknown'
}

function managementCaller(stores: Stores, adminToken: AdminToken, credential: string | null) {
  if (credential === null) return { kind: 'anonymous' as const }
  if (adminToken.isAdminToken(credential)) return { kind: 'admin' as const }
  const apiKey = stores.apiKeys.verify(credential)
  return apiKey ? { kind: 'api-key' as const, ...apiKey } : { kind: 'anonymous' as const }
}
