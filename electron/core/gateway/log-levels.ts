import type { Connection } from '../connections/connection.ts'
import { isObject } from '../json-rpc.ts'

/** RFC 5424 severities as MCP names them, most verbose first. */
const LEVELS = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
] as const

export type McpLogLevel = (typeof LEVELS)[number]

export function isMcpLogLevel(value: unknown): value is McpLogLevel {
  return LEVELS.some((level) => level === value)
}

/** Whether a message of this level is for someone who asked for `wanted` and above. */
export function isWanted(level: unknown, wanted: McpLogLevel): boolean {
  return !isMcpLogLevel(level) || LEVELS.indexOf(level) >= LEVELS.indexOf(wanted)
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

export function openLogLevels(): LogLevels {
  const wanted = new Map<object, McpLogLevel>()
  const connections = new Set<Connection>()
  const prepared = new WeakMap<Connection, McpLogLevel>()
  let told: McpLogLevel | undefined

  function tellAll(): void {
    const level = LEVELS.find((candidate) => [...wanted.values()].includes(candidate))
    if (level === undefined || level === told) return
    told = level
    for (const connection of connections) tell(connection, level)
  }

  return {
    want(owner, level) {
      wanted.set(owner, level)
      tellAll()
    },
    forget(owner) {
      if (wanted.delete(owner)) tellAll()
    },
    connected(connection) {
      if (!canTell(connection)) return
      connections.add(connection)
      void connection.closed.then(() => connections.delete(connection))
      if (told !== undefined && wanted.size > 0) tell(connection, told)
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
