import { MCP_LOG_LEVELS } from '../../../shared/inspector.ts'
import type { Connection } from '../connections/connection.ts'
import { isObject } from '../json-rpc.ts'

export type McpLogLevel = (typeof MCP_LOG_LEVELS)[number]

export function isMcpLogLevel(value: unknown): value is McpLogLevel {
  return MCP_LOG_LEVELS.some((level) => level === value)
}

/** Whether a message of this level is for someone who asked for `wanted` and above. */
export function isWanted(level: unknown, wanted: McpLogLevel): boolean {
  return !isMcpLogLevel(level) || MCP_LOG_LEVELS.indexOf(level) >= MCP_LOG_LEVELS.indexOf(wanted)
}

/**
 * A legacy connection has one log level. A shared one has many listeners: its server is asked for
 * the most verbose level that anyone wants, and each listener gets what it asked for. Modern
 * servers are told with each request.
 */
export interface LogLevels {
  want(owner: object, level: McpLogLevel): void
  forget(owner: object): void
  /** A shared connection is there. */
  connected(connection: Connection): void
  /** Tells the level to a connection that is nobody else's, unless it was told. */
  prepare(connection: Connection, level: McpLogLevel): void
}

/** What each of many wants, and how many want each level. */
class Wishes {
  readonly #levels = new Map<object, McpLogLevel>()
  readonly #counts = new Map<McpLogLevel, number>()

  get mostVerbose(): McpLogLevel | undefined {
    return MCP_LOG_LEVELS.find((level) => (this.#counts.get(level) ?? 0) > 0)
  }

  set(owner: object, level: McpLogLevel): void {
    this.delete(owner)
    this.#levels.set(owner, level)
    this.#count(level, 1)
  }

  delete(owner: object): boolean {
    const level = this.#levels.get(owner)
    if (level !== undefined) this.#count(level, -1)
    return this.#levels.delete(owner)
  }

  #count(level: McpLogLevel, by: number): void {
    this.#counts.set(level, (this.#counts.get(level) ?? 0) + by)
  }
}

/** `lowerMs`: how long a level goes on after the last one who wanted it. */
export function openLogLevels(lowerMs = 5_000): LogLevels {
  const wanted = new Wishes()
  const connections = new Set<Connection>()
  const prepared = new WeakMap<Connection, McpLogLevel>()
  let told: McpLogLevel | undefined
  let lowering: NodeJS.Timeout | undefined

  function tellAll(level: McpLogLevel | undefined): void {
    lowering = undefined
    if (level === undefined) return
    told = level
    for (const connection of connections) tell(connection, level)
  }

  /** At once if somebody wants more; if less, after a while: calls come one after the other. */
  function follow(): void {
    const level = wanted.mostVerbose
    const isMore = told === undefined || isWanted(told, level ?? told)
    if (level !== undefined && level !== told && !isMore) {
      lowering ??= setTimeout(() => tellAll(wanted.mostVerbose), lowerMs).unref()
      return
    }
    clearTimeout(lowering)
    lowering = undefined
    if (level !== told) tellAll(level)
  }

  return {
    want(owner, level) {
      wanted.set(owner, level)
      follow()
    },
    forget(owner) {
      if (wanted.delete(owner)) follow()
    },
    connected(connection) {
      if (!canTell(connection)) return
      connections.add(connection)
      void connection.closed.then(() => connections.delete(connection))
      if (told !== undefined && wanted.mostVerbose !== undefined) tell(connection, told)
    },
    prepare(connection, level) {
      if (connection.isShared || !canTell(connection)) return
      if (prepared.get(connection) === level) return
      prepared.set(connection, level)
      tell(connection, level)
    },
  }
}

function canTell({ era, hello: { capabilities } }: Connection): boolean {
  return era === 'legacy' && isObject(capabilities) && capabilities.logging !== undefined
}

function tell(connection: Connection, level: McpLogLevel): void {
  // A server that refuses goes on logging as it likes: nothing of ours depends on it.
  connection.request('logging/setLevel', { level }).catch(() => undefined)
}
