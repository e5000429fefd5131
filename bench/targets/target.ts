import { resolve } from 'node:path'
import type { Client } from '../driver/client.ts'

export type TargetName =
  | 'direct-stdio'
  | 'direct-http'
  | 'direct-node'
  | 'bare-relay'
  | 'ours'
  | 'mcp-hub'
  | 'mcp-proxy'
  | 'supergateway'

/** A server to stand before. `tools`: how many it has in all. */
export type Served = { name: string; tools: number; fault?: 'dead' | 'hangs' }

/** A gateway that runs with its servers; or servers alone, where nothing stands before them. */
export type Running = {
  /** Of the gateway; of the first server where there is none. */
  pid: number
  /** What the gateway printed so far. */
  printed(): string
  /** A session of its own; with that server, where nothing joins them. */
  connect(server?: string): Promise<Client>
  /** What a server's tool is called here. */
  tool(server: string, name: string): string
  /** A client asks each of these by itself: nothing joins them. */
  each?: readonly string[]
}

export type Scope = {
  /** Ends what is started. */
  stack: AsyncDisposableStack
  /** For what is kept; what is in it stays from start to start. */
  folder: string
  env?: Record<string, string>
}

export type Target = {
  name: TargetName
  start(servers: readonly Served[], scope: Scope): Promise<Running>
}

const ECHO = resolve(import.meta.dirname, '../servers/echo.mjs')

/** The arguments of `node` that run a server. */
export function echoArgs(server: Served): string[] {
  return [ECHO, JSON.stringify(server)]
}

/** One server with the tools of all that are well. */
export function inOne(servers: readonly Served[]): Served {
  const [{ name } = { name: 's0' }] = servers
  const well = servers.filter(({ fault }) => !fault)
  return { name, tools: well.reduce((sum, { tools }) => sum + tools, 0) }
}
