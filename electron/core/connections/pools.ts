import type { Server } from '../../../shared/server.ts'
import type { RpcNotification } from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import type { Obstacle } from '../server-rules.ts'
import { openChildEnv } from './child-env.ts'
import { ServerDown } from './connection.ts'
import type { Connection, Era, Tenant } from './connection.ts'
import { openHttpClient, type Fetch } from './http-client.ts'
import { Pool } from './pool.ts'
import type { PoolOptions, ServerStatus } from './pool.ts'
import { openProcessList } from './process-tree.ts'
import { makeRoom, tooMany, type ConnectionCounts } from './room.ts'
import type { ServerAuth } from './server-auth.ts'
import type { Lease } from './shared-connection.ts'

export type { ServerStatus }

/** The live connections to all servers, each known by the id of its definition. */
export interface Pools {
  /**
   * Adds a server, or replaces its definition: a change drops its connections, and calls in flight
   * fail with `Its definition changed.` The same definition again changes nothing, nor does another
   * description. Starts eager ones.
   */
  define(server: Server): void
  remove(id: string): Promise<void>
  /**
   * A live connection, started when there is none; a start under way is waited for. With a tenant it
   * is that one's own where the server's isolation wants it. Rejects `ServerDown`, after a repeated
   * failure at once and with the time of the next try, or `RpcError` when there are too many.
   */
  lease(id: string, signal?: AbortSignal, tenant?: Tenant): Promise<Lease>
  /** The same at once where there is nothing to wait for; `null`: `lease` knows. */
  leaseNow(id: string, tenant: Tenant): Lease | null
  /**
   * Ends the server's connections and starts one anew at once, also when it would be tried later.
   * With `startTimeoutMs` this one start may take so long. Rejects `ServerDown`.
   */
  restart(id: string, startTimeoutMs?: number): Promise<void>
  /** Ends the tenant's own connections, to all servers and for good. */
  leave(tenant: Tenant): void
  /** A session that may use the server: meanwhile it is not stopped for idleness, and restarted. */
  hold(id: string): () => void
  status(id: string): ServerStatus
  /** How many connections to it there are in which state. */
  counts(id: string): ConnectionCounts
  /** After sleep or a change of network: what failed is tried now, what is remote looked at. */
  wake(): void
  /** The last 64 KB of what the server wrote to stderr, secrets masked. */
  stderr(id: string): string
  /** Hides the server's secrets in a text; `''` when they cannot be told. */
  mask(id: string, text: string): string
  /** What is ending, or ends from now on, gets no more than ~2 s for it. */
  hurry(): void
  /** Ends every child and its descendants, in at most ~5 s. */
  close(): Promise<void>
}

export type PoolsOptions = {
  log: Logger
  /** For `${NAME}` references, and for what children inherit (PATH, HOME, proxy, CA). */
  env: Record<string, string | undefined>
  /** Whether references of this server are filled in (now); those of all are if it is left out. */
  mayReadEnv?: (id: string) => boolean
  /** Why this definition may not be started (now); `null`, or left out: it may. */
  obstacleTo?: (server: Server) => Obstacle | null
  /** HTTP to a server; without it as far as this machine reaches. */
  fetchFor?: (id: string) => Fetch
  clientInfo: { name: string; version: string }
  /** Credentials that come from a sign-in; none where nobody can sign in. */
  auth?: ServerAuth
  /** Told of each new shared connection; its leases do not wait for that. */
  onConnected?: (id: string, connection: Connection) => void
  /** The same for a connection of one tenant. */
  onOwnConnected?: (id: string, connection: Connection, tenant: Tenant) => void
  /**
   * What on a shared connection belongs to no single request: `list_changed`, log messages of
   * unclear owner, …
   */
  onNotification?: (id: string, notification: RpcNotification) => void
  onState?: (id: string, status: ServerStatus) => void
  /** A connection to it is being started: the shared one, a client's own, one that is kept ready. */
  onStart?: (id: string) => void
  /** One of these did not start, or broke. */
  onFailure?: (id: string) => void
  /** What a server's process prints to stderr: whole lines, masked, of a flood only the first. */
  onStderr?: (id: string, lines: string[]) => void
  /** The era a server was last seen in; `null` when it was never seen. */
  knownEra?: (id: string) => Era | null
  /**
   * Ids of servers with `auto` isolation whose new clients get connections of their own, since it
   * did not come out whom such a server asked. One leaves when its definition changes.
   */
  switched?: { has(id: string): boolean; add(id: string): void; delete(id: string): void }
  /** Of all servers together; default 200. One that is shared is never refused. */
  maxConnections?: number
  /** Time without an answer or progress; default 10 min. */
  callTimeoutMs?: number
  /** The longest time for a call, however much progress it makes; default 1 h. */
  maxCallMs?: number
  /** How long a server of unknown era may leave our first question unanswered; default 3 s. */
  probeMs?: number
  /** The delay before the second restart in a row, default 1 s; it doubles up to the maximum. */
  firstRestartDelayMs?: number
  /** Default 60 s. */
  maxRestartDelayMs?: number
  /** A connection that lived so long makes earlier failures forgotten; default 30 s. */
  steadyMs?: number
  /** The PATH of the person's login shell; asked for once, with the first child. */
  loginPath?: () => Promise<string | undefined>
}

export function openPools(options: PoolsOptions): Pools {
  const pools = new Map<string, Pool>()
  const http = openHttpClient(options.env)
  const haste = new AbortController()
  const { maxConnections: limit = 200 } = options
  const make = poolMaker(options, {
    fetch: http.fetch,
    haste: haste.signal,
    claim(name) {
      if (makeRoom(pools.values(), limit)) return
      const words = `All servers together have ${limit} connections, as many as they may have.`
      throw tooMany(name, limit, words)
    },
    hasRoom: () => pools.values().reduce((sum, one) => sum + one.count, 0) < limit,
  })
  let isClosed = false

  const pool = (id: string) => {
    const found = pools.get(id)
    if (!found) throw new ServerDown(id, isClosed ? 'We are shutting down.' : 'It was removed.')
    return found
  }
  return {
    define(server) {
      if (isClosed) return
      const known = pools.get(server.id)
      if (known) return known.define(server)
      const added = make(server)
      pools.set(server.id, added)
      added.wake()
    },
    async remove(id) {
      const removed = pools.get(id)
      pools.delete(id)
      await removed?.close('It was removed.')
    },
    restart: async (id, startTimeoutMs) => pool(id).restart(startTimeoutMs),
    lease: async (id, signal, tenant) => pool(id).lease(signal, tenant),
    leaseNow: (id, tenant) => pools.get(id)?.leaseNow(tenant) ?? null,
    leave(tenant) {
      for (const one of pools.values()) one.leave(tenant)
    },
    hold: (id) => pools.get(id)?.hold() ?? (() => {}),
    status: (id) => pools.get(id)?.status ?? UNKNOWN,
    counts: (id) => pools.get(id)?.counts ?? { starting: 0, running: 0, spare: 0 },
    wake() {
      for (const one of pools.values()) one.lookAgain()
    },
    stderr: (id) => pools.get(id)?.stderr ?? '',
    mask: (id, text) => pools.get(id)?.mask(text) ?? '',
    hurry: () => haste.abort(),
    async close() {
      isClosed = true
      const open = [...pools.values()]
      pools.clear()
      await Promise.all(open.map((one) => one.close('We are shutting down.')))
      await http.close()
    },
  }
}

const UNKNOWN: ServerStatus = {
  state: 'stopped',
  error: null,
  problem: null,
  pid: null,
  startedAt: null,
  startMs: null,
  lastStartMs: null,
  retryAt: null,
  connections: 0,
}

type Common = Pick<PoolOptions, 'fetch' | 'haste' | 'claim' | 'hasRoom'>

function poolMaker(options: PoolsOptions, common: Common): (server: Server) => Pool {
  const { env, clientInfo, auth, loginPath, switched = new Set<string>() } = options
  const { callTimeoutMs = 600_000, maxCallMs = 3_600_000, probeMs = 3_000 } = options
  const backoff = {
    firstMs: options.firstRestartDelayMs ?? 1_000,
    maxMs: options.maxRestartDelayMs ?? 60_000,
    steadyMs: options.steadyMs ?? 30_000,
  }
  const childEnv = openChildEnv({ env, loginPath })
  const listProcesses = openProcessList()
  return (server) => {
    const { id } = server
    return new Pool(server, {
      // Names alone do not say whose server it is.
      log: options.log.child({ serverId: id }),
      obstacle: (definition) => options.obstacleTo?.(definition) ?? null,
      readEnv: () => (options.mayReadEnv?.(id) === false ? {} : env),
      ...{ clientInfo, auth, callTimeoutMs, maxCallMs, probeMs, backoff },
      ...{ childEnv, listProcesses, ...common },
      ...(options.fetchFor && { fetch: options.fetchFor(id) }),
      switched: {
        has: () => switched.has(id),
        add: () => void switched.add(id),
        delete: () => void switched.delete(id),
      },
      knownEra: () => options.knownEra?.(id) ?? null,
      onConnected: (connection) => options.onConnected?.(id, connection),
      onOwnConnected: (connection, tenant) => options.onOwnConnected?.(id, connection, tenant),
      onNotification: (notification) => options.onNotification?.(id, notification),
      onState: (status) => options.onState?.(id, status),
      onStart: () => options.onStart?.(id),
      onFailure: () => options.onFailure?.(id),
      onStderr: (lines) => options.onStderr?.(id, lines),
    })
  }
}
