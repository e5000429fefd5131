import type { SpareThread } from './db/thread.ts'
import type { HostActions } from './host-actions.ts'
import type { Logger, LogLevel } from './log.ts'
import type { Machine } from './machine.ts'

/** What a start was told, for whoever wants to change it for the next. */
export type StartedWith = {
  logLevel: LogLevel
  /** The arguments or variables that decide these: `--port`; without one it is a setting. */
  sources: { port?: string; logLevel?: string }
}

/** Everything the core is told by the program around it; it looks up nothing by itself. */
export type CoreConfig = {
  /** The folder of everything that is kept; made when it is not there. One process at a time. */
  dataDir: string
  /** The address to listen on, `127.0.0.1` unless others are to reach it. */
  host: string
  /** `0` picks a free one. */
  port: number
  /**
   * Where management is served, apart from what clients call; `0` picks a free one. Left out or
   * `null`: together on one port.
   */
  adminPort?: number | null
  /** The address that this port is on; `127.0.0.1` if left out. */
  adminHost?: string
  /** Web pages of these origins may call endpoints, by `CORS`; none if left out. */
  allowedOrigins?: readonly string[]
  /** The origin where clients reach us; `null` for `http://127.0.0.1:<port>`. */
  publicUrl: string | null
  /** A `metamcp.json` to apply at the start. */
  configFile: string | null
  /** A backup to put in the place of what is in the data folder, before anything is opened. */
  restoreFile: string | null
  /**
   * DATABASE_URL, a database of a PostgreSQL server that several replicas may share; `null` or left
   * out for one in the data folder.
   */
  databaseUrl?: string | null
  /**
   * What this process is called among those that share a database, in up to 32 letters and digits;
   * `null` or left out: a name of its own at each start.
   */
  replica?: string | null
  /** Where the others reach it; `null` or left out: `http://`, its address or computer, and port. */
  replicaUrl?: string | null
  /** How long calls in flight get when it closes; 3,000 if left out. */
  drainMs?: number
  /**
   * METAMCP_SECRET_KEY, at least 32 characters, or the 32 bytes themselves where a host keeps them;
   * `null` for a key file in the data folder.
   */
  secretKey: string | Uint8Array | null
  /** METAMCP_ADMIN_TOKEN; `null` for one that is generated and kept in the data folder. */
  adminToken: string | null
  /** METAMCP_METRICS_TOKEN, which opens the metrics alone; `null` or left out: the admin token does. */
  metricsToken?: string | null
  /**
   * Who manages: `local`, the app itself and the holder of the admin token alone, or `accounts`, also
   * people who sign in. Left out: `local`.
   */
  auth?: 'local' | 'accounts'
  /**
   * Addresses, ranges and names beside the public internet that servers of accounts may be at, and
   * sign-ins lead to. Left out or `null`: anywhere, on a person's own computer.
   */
  allowPrivate?: readonly string[] | null
  /** The folder of what is shipped as it is: `migrations` and more. */
  resourcesDir: string
  /** The built page of the window, for browsers; `null` where no browser is to have it. */
  pageDir: string | null
  /** A dump of the migrated, empty database that makes the first start fast; `null` for none. */
  databaseTemplate: string | null
  /** A thread for the database that the host has started already, as early as it could. */
  spareThread?: SpareThread | null
  /** The registry to find servers in, `https://registry.modelcontextprotocol.io` if left out. */
  registryUrl?: string
  /** What `${NAME}` in definitions stands for, and what servers that we start inherit from. */
  env: Record<string, string | undefined>
  /**
   * Told an AppError after which nothing here can go on: the host ends its process. Only where
   * replicas share a database; left out: it is logged.
   */
  onFatal?: (error: Error) => void
  /** Ours, as clients and `/health` are told it. */
  version: string
  log: Logger
  /** Left out by hosts that are not started by a person. */
  startedWith?: StartedWith
  /** What the program around us does for the person before it; left out where nobody is. */
  hostActions?: HostActions
  /** Whose AI clients we may set up; left out or `null` where their user is on another computer. */
  machine?: Machine | null
}
