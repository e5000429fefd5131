import type { ServerDefinition } from './server.ts'
import type { ServerProblem } from './server-problem.ts'

/**
 * How far a look at a server got, in this order: its references are filled in; its command is found
 * (stdio), or its host resolves and its port is reached (HTTP); it starts, greets, lists its tools.
 */
export type CheckStepName =
  'settings' | 'command' | 'resolves' | 'reaches' | 'starts' | 'answers' | 'tools'

export type CheckStep = {
  step: CheckStepName
  ok: boolean
  ms: number
  /** The path of the command, an address, `HTTP 401`, `2025-11-25 · echo 1.0`, `12 tools`; or `''`. */
  found: string
}

/** What became of looking at one server. No part of it holds a secret. */
export type ServerCheck = {
  /** `off`: it is switched off, and was not looked at. */
  outcome: 'ok' | 'failed' | 'off'
  steps: CheckStep[]
  /** Why it does not work, as everywhere else; `null` when it does. */
  problem: ServerProblem | null
  /** The same in whole sentences, with what it last wrote to stderr; `''` when it works. */
  reason: string
  /** Lines on stdout that are no messages: how many, and the first. */
  noise: { lines: number; first: string } | null
}

/** What can be checked. */
export type CheckableServer = {
  id: string
  name: string
  type: ServerDefinition['type']
  enabled: boolean
}

/** MetaMCP itself: its data folder, the key of secrets, the database, and the port. */
export type InstanceCheck = {
  step: 'folder' | 'key' | 'database' | 'port'
  ok: boolean
  ms: number
  /** Where it is, or how it is. */
  found: string
  /** A sentence with what to do; `''` when all is well. */
  problem: string
}
