/** How many calls are remembered one by one. */
export const LATEST_CALLS = 1_000
/** How far back the counts go. */
export const COUNTED_MINUTES = 24 * 60

/**
 * `tool-error`: the server answered that it did not work. `error`: there was no result.
 * `cancelled`: the client did not wait for one.
 */
export type CallOutcome = 'ok' | 'tool-error' | 'error' | 'cancelled'

/** One call that a client made: of a tool or a prompt, or the reading of a resource. */
export type RecentCall = {
  /** Rises by one with each call. */
  seq: number
  /** Milliseconds since 1970, when it began. */
  at: number
  /** What the client calls itself; `''` when it did not say. */
  client: string
  /** The same, as clients are told apart: its `clientInfo.name` in lower case. */
  clientId: string
  endpoint: string
  /** The server that was asked; `null` when the call came to none. */
  server: string | null
  /** As the client named it: a tool, a prompt, or the URI of a resource. */
  name: string
  ms: number
  outcome: CallOutcome
  /** The code of a JSON-RPC error. */
  code: number | null
  /** Its first words; `null` when it went well. */
  error: string | null
}

/** Calls that ended in one minute. */
export type MinuteOfCalls = {
  /** Its beginning, in milliseconds since 1970. */
  at: number
  calls: number
  failed: number
}

export type ActivityOverview = {
  /** One for each minute asked for, the one that runs included, oldest first. */
  minutes: MinuteOfCalls[]
  /** Sums of these. */
  calls: number
  failed: number
  /** Of the last 60 seconds. */
  callsPerMinute: number
  /** Of the calls that are remembered from these minutes; `null` when there are none. */
  p50Ms: number | null
  p95Ms: number | null
  /** Whether a client has ever made a call, also before the last start. */
  hasCalls: boolean
  /** Sessions that are open, by the endpoint's name; calls of the modern era have none. */
  sessions: Record<string, number>
  /** Clients that were there within the last 24 hours. */
  clients: number
}

/** A program that has spoken to us, by the name it gave itself. */
export type SeenClient = {
  /** Its `clientInfo.name` in lower case; `''` for those that gave none. */
  id: string
  /** As people call it. */
  name: string
  version: string | null
  /** ISO 8601. */
  lastSeenAt: string
  /** All that were ever counted. */
  calls: number
  /** The endpoint that it used last, by name. */
  endpoint: string
  /** Sessions that are open. */
  sessions: number
  /** How many tools it was told of when it last read the list, since we started. */
  tools: number | null
  toolsReadAt: string | null
}

/** When a key was last used, and by which client. */
export type KeyUse = { at: string; client: string }
