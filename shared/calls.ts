/** What the call log says of calls that are over. */

export const MAX_CALLS_PAGE = 500
/** More bars than this are too thin to point at. */
export const MAX_CALL_BUCKETS = 200

/** The least and the most that the call log can be told to keep, and what it keeps untold. */
export const CALL_LOG_DAYS = { least: 1, most: 3_650, usual: 30 } as const
export const CALL_LOG_ROWS = { least: 100, most: 1_000_000, usual: 100_000 } as const
export const CALL_LOG_MEGABYTES = { least: 10, most: 100_000, usual: 500 } as const

/** One call that is over. */
export type LoggedCall = {
  /** Rises with each call that is logged. */
  id: number
  /** Milliseconds since 1970, when it began. */
  at: number
  /** The endpoint's address. */
  endpoint: string
  /** Who called: `api-key:<id>`, `account:<id>`, `client:<account>:<id>`, `local`, `anonymous`. */
  caller: string
  /** What the client calls itself; `null` when it did not say. */
  client: string | null
  /** The same, as people call it. */
  clientLabel: string | null
  clientVersion: string | null
  /** Whose it is that was called, also where the server was not asked; `null` for nobody's. */
  server: string | null
  method: string
  /** As the client named it: a tool, a prompt, or the URI of a resource. */
  name: string | null
  ms: number
  /** `ok`, `tool-error`, `cancelled`, or the code of a JSON-RPC error. */
  outcome: string
  /** What the client was told went wrong, without secrets; in lists only its beginning. */
  error: string | null
  /** Characters of the arguments and of the result as JSON. */
  argumentsSize: number | null
  resultSize: number | null
  /** About what the result costs a model. */
  resultTokens: number | null
}

/** With what was kept of it: JSON, redacted; one that ends in `…` was cut. */
export type LoggedCallDetail = LoggedCall & { arguments: string | null; result: string | null }

/** All that are named have to fit. */
export type CallFilters = {
  server?: string | undefined
  endpoint?: string | undefined
  /** As the client calls itself; `''` for those that did not say. */
  client?: string | undefined
  /** One as it is logged, or `failed`: neither well nor cancelled. */
  outcome?: string | undefined
  name?: string | undefined
  /** Somewhere in name, server, client or error. */
  text?: string | undefined
  /** Milliseconds since 1970; `until` itself is not meant. */
  since?: number | undefined
  until?: number | undefined
}

/** Newest first. */
export type CallsPage = { calls: LoggedCall[]; more: boolean }

export type CallStatsBy = 'server' | 'tool' | 'client' | 'endpoint'

/** Calls of one server, tool, client or endpoint. */
export type CallStats = {
  /** `null`: of clients that did not say, or of calls that came to no server. */
  key: string | null
  label: string | null
  calls: number
  /** Neither well nor cancelled. */
  failed: number
  /** Of those that were not cancelled; `null` when all were. */
  p50Ms: number | null
  p95Ms: number | null
  /** About what their results cost a model. */
  tokens: number
}

/** Calls that began in one part of a time. */
export type CallBucket = { at: number; calls: number; failed: number }

/** What there is to choose from. */
export type CallChoices = {
  servers: string[]
  endpoints: string[]
  clients: { key: string; label: string }[]
}

/** How the log keeps up, since the start. */
export type CallsHealth = {
  written: number
  /** Not logged, since the database did not keep up, or refused. */
  dropped: number
  queued: number
}
