/** What the default export of a middleware is. It is called once for each place where it stands. */
export type OwnMiddleware = (options: Record<string, unknown>, place: Place) => Around

/** Gets the rest of the pipeline, and gives back the pipeline with itself around it. */
export type Around = (next: Handler) => Handler

/** Answers a call, or rejects: an `Error` with a number as its `code` reaches the client as it is. */
export type Handler = (call: Call) => Promise<Result>

/** One request. Change nothing in it: give `next` a copy, `{ ...call, params: … }`. */
export type Call = {
  /** `tools/call`, `tools/list`, `prompts/get`, `resources/read` and so on. */
  readonly method: string
  /** As the client sent it; tools and prompts have the names of the namespace's catalog. */
  readonly params: Record<string, unknown>
  /** The endpoint's address, as in `/metamcp/<address>/mcp`. */
  readonly endpoint: string
  /** Who calls: the same text for the same key, sign-in or person. */
  readonly caller: string
  /** Revisions of the protocol up to 2025-11-25, or from 2026-07-28. */
  readonly era: 'legacy' | 'modern'
  /** What the client says of itself. */
  readonly client: {
    readonly capabilities: Record<string, unknown>
    readonly info?: Record<string, unknown> | undefined
  }
  /** Aborted when the client does not wait any more. */
  readonly signal: AbortSignal
}

/** It may be answered again, by `cache`: change nothing in it, give back a copy. */
export type Result = Readonly<Record<string, unknown>>

export type Place = {
  /** The endpoint's address. */
  readonly endpoint: string
  /** Lines for the page Logs. Never log secrets. */
  readonly log: Record<'debug' | 'info' | 'warn' | 'error', (facts: object, text: string) => void>
  /** The tool that a `tools/call` is for, as clients are shown it; `undefined` for other calls. */
  toolOf(call: Call): Record<string, unknown> | undefined
  /** What `make` made for this entry before; it outlives changes of what servers offer. */
  keep<T>(make: () => T): T
}
