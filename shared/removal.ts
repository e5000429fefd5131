/** What can be removed and put back, by the name of its router. */
export type RemovalKind = 'servers' | 'namespaces' | 'endpoints' | 'apiKeys'

/** Something that was removed and can still be put back. */
export type RemovalView = {
  id: string
  kind: RemovalKind
  names: string[]
  /** ISO 8601. */
  at: string
  /** Until then it can be put back. */
  expiresAt: string
}

/** The answer to a removal: how to undo it, and what it took from where. */
export type Removed = {
  removalId: string
  names: string[]
  left: {
    /** Namespaces that had a server of these. */
    namespaces: number
    /** Tools that these servers offered. */
    tools: number
    /** API keys that were limited to an endpoint of these. */
    keys: number
    /** Sessions that ended with it. */
    sessions: number
  }
}
