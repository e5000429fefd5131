import type { Server } from '../../../shared/server.ts'
import type { RpcNotification } from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import { openChildEnv } from './child-env.ts'
import { ServerDown } from './connection.ts'
import type { Connection, Era } from './connection.ts'
import { openHttpClient, type Fetch } from './http-client.ts'
import { Pool } from './pool.ts'
import type { Lease, ServerStatus } from './pool.ts'
import { openProcessList } from './process-tree.ts'
import type { ServerAuth } from './server-auth.ts'

export type { ServerStatus }

/** The live connections to all servers, each known by the id of its definition. */
export interface Pools {
  /**
   * Adds a server, or replaces its definition: a change drops its connections, and calls in flight
   * fail with `Its definition changed.` The same definition again changes nothing. Starts eager ones.
   */
  define(server: Server): void
  remove(id: string): Promise<void>
  /**
   * A live connection, started when there is none; a start under way is waited for. Rejects
   * `ServerDown`, after a repeated failure at once and with the time of the next try.
   */
  lease(id: string, signal?: AbortSignal): Promise<Lease>
  /** A session that may use the server: meanwhile it is not stopped for idleness, and restarted. */
  hold(id: string): () => void
  status(id: string): ServerStatus
  /** The last 64 KB of what the server wrote to stderr, secrets masked. */
  stderr(id: string): string
  /** Ends every child and its descendants, in at most ~5 s. */
  close(): Promise<void>
}

export type PoolsOptions = {
  log: Logger
  /** For `${NAME}` references, and for what children inherit (PATH, HOME, proxy, CA). */
  env: Record<string, string | undefined>
  clientInfo: { name: string; version: string }
  /** Credentials that come from a sign-in; none where nobody can sign in. */
  auth?: ServerAuth
  /** Told of each new connection; its leases do not wait for that. */
  onConnected?: (id: string, connection: Connection) => void
  /** What belongs to no single request: `list_changed`, log messages of unclear owner, … */
  onNotification?: (id: string, notification: RpcNotification) => void
  onState?: (id: string, status: ServerStatus) => void
  /** The era a server was last seen in; `null` when it was never seen. */
  knownEra?: (id: string) => Era | null
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
  const make = poolMaker(options, http.fetch)
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
    lease: async (id, signal) => pool(id).lease(signal),
    hold: (id) => pools.get(id)?.hold() ?? (() => {}),
    status: (id) => pools.get(id)?.status ?? UNKNOWN,
    stderr: (id) => pools.get(id)?.stderr ?? '',
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
  pid: null,
  startedAt: null,
  startMs: null,
}

function poolMaker(options: PoolsOptions, fetch: Fetch): (server: Server) => Pool {
  const { log, env, clientInfo, auth, onConnected, onNotification, onState } = options
  const { callTimeoutMs = 600_000, maxCallMs = 3_600_000, probeMs = 3_000, loginPath } = options
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
      ...{ log, env, clientInfo, callTimeoutMs, maxCallMs, probeMs, backoff, childEnv, fetch },
      ...{ auth, listProcesses, onAmbiguous: () => {} },
      knownEra: () => options.knownEra?.(id) ?? null,
      onConnected: (connection) => onConnected?.(id, connection),
      onNotification: (notification) => onNotification?.(id, notification),
      onState: (status) => onState?.(id, status),
    })
  }
}
