import type { z } from 'zod'
import type { HeldCall, Hold } from '../../held-call.ts'
import type { Logger } from '../../log.ts'
import type { Call, Middleware } from '../call.ts'
import type { Listed } from '../catalog.ts'

/** Where in the house a middleware stands, and what it may ask there. */
export type MiddlewarePlace = {
  /** The endpoint's address, as in `/metamcp/<address>/mcp`. */
  endpoint: string
  log: Logger
  /**
   * The tool that a `tools/call` is for, with the annotations that the namespace gives it and, as
   * `ORIGIN`, its server and its name there. `undefined` for all other calls.
   */
  toolOf(call: Call): Listed | undefined
  /** Whether that tool is still on: a call may have waited long. */
  isOn(tool: Listed): boolean
  /** What hides texts in this namespace's calls, for whoever keeps any: each adds its own. */
  redactions: ((text: string) => string)[]
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

/** A kind whose options are checked where it is made: the list holds them all as one type. */
export function middlewareKind<Options extends object>(
  kind: MiddlewareKind<Options>,
): MiddlewareKind {
  return kind as unknown as MiddlewareKind
}
