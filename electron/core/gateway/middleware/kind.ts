import type { z } from 'zod'
import type { HeldCall, Hold } from '../../held-call.ts'
import type { RpcNotification } from '../../json-rpc.ts'
import type { Logger } from '../../log.ts'
import type { Call, Middleware } from '../call.ts'
import type { Listed } from '../catalog.ts'
import type { Memory } from './memory.ts'

type Hide = (text: string) => string

/** What one entry hides; `null` where results pass as they are. */
export type Redaction = {
  /** In what is only read later. */
  logged: Hide
  /** In texts of results. */
  toClients: Hide | null
  /** In what a server tells without being asked. */
  told: ((notification: RpcNotification) => RpcNotification) | null
}

/** Where in the house a middleware stands, and what it may ask there. */
export type MiddlewarePlace = {
  /** The endpoint's address, as in `/metamcp/<address>/mcp`. */
  endpoint: string
  endpointId: string
  log: Logger
  /**
   * The tool that a `tools/call` is for, with the annotations that the namespace gives it and, as
   * `ORIGIN`, its server and its name there. `undefined` for all other calls.
   */
  toolOf(call: Call): Listed | undefined
  /** Whether clients have a tool under this name, a server's own or one that a person gave. */
  isTaken(name: string): boolean
  /** Whether that tool is still on: a call may have waited long. */
  isOn(tool: Listed): boolean
  /** What hides texts in this namespace's calls, for whoever keeps any: each adds its own. */
  redactions: Redaction[]
  /** What is kept of results, here and at all other endpoints. */
  memory: Memory
  /** What this entry made here before; it outlives changes of what servers offer. */
  keep<T>(make: () => T): T
  /** Puts a call before people; `null` when as many wait already as may. */
  hold(call: Omit<HeldCall, 'endpoint' | 'endpointId'>): Hold | null
  /** One that came to this endpoint, and waits or is over since a short time. */
  held(id: string): Hold | undefined
}

/** A middleware that a namespace's list can name. */
export type MiddlewareKind<Options extends object = object> = {
  /** Its name in the list. */
  use: string
  options: z.ZodType<Options>
  make(options: Options, place: MiddlewarePlace): Middleware
}

/** One that every namespace has: its options are the namespace's own fields of these names. */
export type FixedKind = Pick<MiddlewareKind, 'use' | 'options'>

/** A kind whose options are checked where it is made: the list holds them all as one type. */
export function middlewareKind<Options extends object>(
  kind: MiddlewareKind<Options>,
): MiddlewareKind {
  return kind as unknown as MiddlewareKind
}
