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
 * A shared connection has one log level and many listeners: servers are asked for the most verbose
 * level that anyone wants, and each listener gets what it asked for.
 */
export interface LogLevels {
  want(owner: object, level: McpLogLevel): void
  forget(owner: object): void
  connected(connection: Connection): void
}

export function openLogLevels(): LogLevels {
  const wanted = new Map<object, McpLogLevel>()
  const connections = new Set<Connection>()
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
      if (!isObject(connection.hello.capabilities)) return
      if (connection.hello.capabilities.logging === undefined) return
      connections.add(connection)
      void connection.closed.then(() => connections.delete(connection))
      if (told !== undefined && wanted.size > 0) tell(connection, told)
    },
  }
}

function tell(connection: Connection, level: McpLogLevel): void {
  // A server that refuses goes on logging as it likes: nothing of ours depends on it.
  connection.request('logging/setLevel', { level }).catch(() => undefined)
}
