import { isOwnModule } from '../../shared/middleware.ts'
import type { Access } from './access.ts'
import type { AuthorizationTimes } from './authorization/authorization.ts'
import { loadAdminToken, type AdminToken } from './auth/admin-token.ts'
import { makeLocalToken } from './auth/local-token.ts'
import { applyConfigFile } from './wiring/apply-config.ts'
import { openChanges, type Changes } from './changes.ts'
import type { CoreConfig } from './config.ts'
import { takePendingRestore } from './data/folder.ts'
import { restoreBackup } from './db/backup.ts'
import { lockDataDir } from './db/lock.ts'
import { openDatabase, type Database } from './db/open.ts'
import { messageOf } from './errors.ts'
import { prepareFirstStart } from './wiring/first-start.ts'
import { openAuditing } from './wiring/auditing.ts'
import { openFaces } from './wiring/faces.ts'
import { openFeatures } from './wiring/features.ts'
import { openLiveGateway, type LiveParts } from './wiring/live.ts'
import { openPeers } from './wiring/peers.ts'
import { openPorts } from './wiring/ports.ts'
import { reloadStores } from './wiring/replicas.ts'
import type { AppRouter } from './router.ts'
import type { RpcContext } from './rpc.ts'
import { openSight } from './wiring/sight.ts'
import type { SignInsParts } from './wiring/sign-ins.ts'
import type { GatewayLimits } from './wiring/start-gateway.ts'
import { databaseOptions, openStores, type Stores } from './wiring/stores.ts'
import { endpointViews, mcpUrl } from './wiring/views.ts'
import { drain, type DrainParts } from './wiring/drain.ts'
import { openWatching, rememberLog, type CallLogTimes } from './wiring/watching.ts'

/**
 * Milliseconds that calls in flight get when the core closes, unless it is told otherwise, and after
 * which children that are still there are hurried: a quit is over 2 s later.
 */
const DRAIN_MS = 3_000

/** How long a balancer gets to use up the connections that it keeps to us. */
const LEAVING_MS = 3_000

/** Times in milliseconds, and sizes, that are not a person's to configure. */
export type CoreLimits = GatewayLimits &
  AuthorizationTimes &
  CallLogTimes &
  SignInsParts['times'] & {
    /** How long an idle connection of a client is kept. */
    keepAliveMs?: number
    /** How long a balancer gets to use up the connections that it keeps to a replica that ends. */
    leavingMs?: number
    /** How long a run of the inspector goes on while nobody reads of it. */
    inspectorGraceMs?: number
  }

/** A running aggregator. */
export interface Core {
  /** Where clients reach it, without a slash at its end. */
  readonly url: string
  /** Where the window and the management API are: the same, unless they have a port of their own. */
  readonly adminUrl: string
  /** Endpoints that are on, with their Streamable HTTP address. */
  endpoints(): { id: string; name: string; url: string; needsKey: boolean }[]
  /** The API key that the first start made; `null` at any other start. */
  readonly firstKey: string | null
  readonly adminToken: AdminToken
  /** Where this user's own programs reach it, and what proves that they are. */
  readonly local: { url: string; adminUrl: string; token: string }
  /** What had to be done to a broken database; `null` when it was sound. */
  readonly recovery: Database['recovery']
  /** Names of AI clients that led to an address we have left, and lead here since this start. */
  readonly movedClients: readonly string[]
  /** The management API, for a host that calls it without HTTP. */
  readonly router: AppRouter
  /** What such a host calls it with, as the caller `local`. */
  readonly context: RpcContext
  readonly changes: Changes
  /** After sleep, or when the network has changed: connections are looked at, and tried again. */
  wake(): void
  /** How many requests of clients are being answered. */
  inFlight(): number
  /**
   * Finishes calls in flight for at most 3 s, or what the configuration says, ends every child within
   * 2 s more, and closes the database. Idempotent.
   */
  close(): Promise<void>
}

/**
 * Starts everything, in this order, and undoes it in reverse, also when a step fails. Rejects with
 * an `AppError` whose message is a sentence for a person.
 */
export async function startCore(given: CoreConfig, limits: CoreLimits = {}): Promise<Core> {
  await using opened = new AsyncDisposableStack()
  const { config, logs } = rememberLog(given)
  const { log } = config

  const lock = await lockDataDir(config.dataDir)
  opened.defer(() => lock.release())

  // The port comes early, so that one that is taken is known at once; it answers 503 until the end.
  const http = await openPorts(config, limits.keepAliveMs)
  opened.defer(() => http.close())
  const localUrl = urlOf(config.host, http.port)
  const url = config.publicUrl ?? localUrl
  const ownAdminUrl = http.admin && urlOf(http.admin.host, http.admin.port)
  const adminUrl = ownAdminUrl ?? url

  const localToken = makeLocalToken()
  const adminToken = await loadAdminToken(config)
  await restoreFirst(config)
  const db = await openDatabase({ ...databaseOptions(config), log })
  opened.defer(() => db.close())

  const changes = openChanges((error) => log.error({ error: messageOf(error) }, 'a listener threw'))
  const stores = await db.alone(() => openStores(db, changes, config))
  const { secrets, directory } = stores
  const { audit, auditing, context } = opened.use(openAuditing({ db, stores, changes, log }))
  const sight = openSight(stores)
  const watched = { config, db, limits, logs, stores, changes, sight }
  const watching = opened.use(await openWatching(watched))
  const { applied, firstKey } = await db.alone(() => makeReady({ config, stores, db }))
  await stores.ownModules.load(modulesOf(stores))

  const peers = opened.use(openPeers({ config, db, secrets, port: http.port }))
  const where = { url, port: http.port, admin: http.admin }
  const live = opened.use(
    await openLiveGateway({
      ...{ config, stores, db, changes, auditing, watching, applied, limits, peers },
      ...{ ...where, adminToken, localToken },
    }),
  )
  const endpoints = () => publicEndpoints(stores, url)
  const kept = { stores, secrets, directory, watching, auditing, peers, inFlight: http.inFlight }
  const { router, visit, movedClients } = opened.use(
    await openFeatures({
      ...{ ...live, ...where, ...kept, config, db, changes, localUrl, limits, audit, sight },
      status: overviewOf({ config, stores, url }),
      tokens: [adminToken.token, localToken.token],
    }),
  )
  const served = { ...live, ...kept, ...where, config, router, visit }
  http.serve(openFaces({ ...served, signInCallback: live.oauth.answerCallback }))

  const running = opened.move()
  const times = { drainMs: config.drainMs ?? DRAIN_MS, leavingMs: limits.leavingMs ?? LEAVING_MS }
  const close = once(() => closeAll(running, { ...live, http, peers, ...times }))
  const local = { url: localUrl, adminUrl: ownAdminUrl ?? localUrl, token: localToken.token }
  const said = { url, adminUrl, local, endpoints, firstKey, adminToken, movedClients }
  const rest = { router, context, changes, inFlight: http.inFlight, close }
  return { ...said, ...rest, wake: () => live.gateway.pools.wake(), recovery: db.recovery }
}

/** What the config file says, and what a first start makes. */
async function makeReady({ config, stores, db }: Pick<LiveParts, 'config' | 'stores' | 'db'>) {
  // What another replica has made since ours were read.
  if (db.isShared) await reloadStores(stores)
  const applied = await applyConfigFile({ config, stores, db })
  return { applied, firstKey: await prepareFirstStart(stores) }
}

async function closeAll(
  running: AsyncDisposableStack,
  parts: DrainParts & { leavingMs: number },
): Promise<void> {
  const { http, gateway, peers, drainMs, leavingMs } = parts
  const timer = setTimeout(() => gateway.pools.hurry(), drainMs)
  await drain(parts)
  // A balancer goes to another replica then, and must not lose what it has just sent to this one.
  await http.end(peers.areThere() ? leavingMs : 0)
  await running.disposeAsync().finally(() => clearTimeout(timer))
}

/** Where a client on this machine reaches us: all addresses are reached by the loopback one. */
function urlOf(host: string, port: number): string {
  const isEvery = ['0.0.0.0', '::', '[::]'].includes(host)
  const name = isEvery ? '127.0.0.1' : host.includes(':') ? `[${host.replace(/[[\]]/g, '')}]` : host
  return `http://${name}:${port}`
}

async function restoreFirst(config: CoreConfig): Promise<void> {
  const { restoreFile, dataDir, databaseUrl, log } = config
  // Of the database in the data folder, which is not used then.
  if (databaseUrl) return
  const put = (file: string) => restoreBackup({ ...databaseOptions(config), file })
  if (restoreFile !== null) return put(restoreFile)
  const file = await takePendingRestore(dataDir)
  if (file === null) return
  // Chosen in the window, where nobody sits now: what was there is still right.
  await put(file).catch((error: unknown) => log.error({ error: messageOf(error) }, 'no restore'))
}

/** Files of middlewares that people wrote themselves. */
function modulesOf({ namespaces }: Stores): string[] {
  const uses = namespaces.list().flatMap(({ middleware }) => middleware.map(({ use }) => use))
  return uses.filter(isOwnModule)
}

/** How the whole is, as each caller may see it. */
function overviewOf({ config, stores, url }: Pick<LiveParts, 'config' | 'stores' | 'url'>) {
  const { version } = config
  return (access: Access) => ({
    ...{ version, url, paused: stores.preferences.isPaused },
    endpoints: publicEndpoints(stores, url).filter(({ id }) => seesEndpoint(stores, access, id)),
  })
}

function seesEndpoint({ endpoints }: Stores, access: Access, id: string): boolean {
  const endpoint = endpoints.get(id)
  return endpoint !== undefined && access.sees(endpoint)
}

function publicEndpoints(stores: Stores, url: string) {
  return endpointViews(stores).map(({ id, name, auth }) => ({
    id,
    name,
    url: mcpUrl(url, name),
    needsKey: auth.apiKey,
  }))
}

function once<T>(work: () => T): () => T {
  let result: { value: T } | undefined
  return () => (result ??= { value: work() }).value
}
