type JsonObject = Record<string, unknown>

/** How the echo server behaves; everything is optional, `{}` is a well-behaved server. */
export type EchoOptions = {
  /** Which protocol it speaks: up to 2025-11-25, or 2026-07-28; default legacy. */
  era?: 'legacy' | 'modern'
  /**
   * Streamable HTTP on 127.0.0.1, path `/mcp`, instead of stdio. `json`: answers are JSON bodies;
   * what else belongs to a call goes to the session's own stream (legacy) or nowhere (modern).
   */
  http?: true | { port?: number; json?: boolean }
  /** Adds all tools, prompts and resources that the official conformance suite looks for. */
  conformance?: boolean
  /** `serverInfo.name`; default `echo`. */
  name?: string
  instructions?: string
  /** How many generated tools (`tool_000` …) it has beside its own. */
  tools?: number
  /** Definitions of its own to offer as well; calling or reading one echoes what was sent. */
  extraTools?: JsonObject[]
  extraPrompts?: JsonObject[]
  extraResources?: JsonObject[]
  /** Leave out the built-in tools, prompts, resources and templates. */
  bare?: boolean
  /** Capabilities that it does not declare, and whose methods it does not know. */
  without?: ('tools' | 'prompts' | 'resources' | 'logging' | 'completions')[]
  /** Items per page of a list; all on one page by default. */
  pageSize?: number
  /** The protocol version it answers, whatever was asked for. */
  protocolVersion?: string
  /** Modern: what lists and reads say of their caching; default 60 s, public. */
  ttlMs?: number
  cacheScope?: 'public' | 'private'
  /** Legacy: does not answer what it does not know before `initialize`, as some servers do. */
  ignoreUnknown?: boolean
  /** Legacy: ends when the first message is not `initialize`, as others do. */
  exitOnUnknown?: boolean

  /** Answers `initialize` (modern: `server/discover`) that much later, or once this file exists. */
  delayMs?: number
  waitFor?: string
  hangInInitialize?: boolean
  initializeError?: { code: number; message: string; data?: unknown }
  /** Ends before it reads anything. */
  exitAtStart?: { code: number; stderr?: string }
  /** `exitAtStart` only counts while this file does not exist. */
  exitUnless?: string
  /** Written to stderr at the start. */
  stderr?: string
  /** So many bytes of numbered lines to stderr at the start. */
  stderrFloodBytes?: number
  /** Lines on stdout that are not JSON-RPC, at the start and before each answer. */
  garbage?: boolean
  /** Survives the end of stdin and SIGTERM. */
  ignoreSigterm?: boolean
  /** Starts a child that ignores SIGTERM; `holds-pipes` keeps our stdout and stderr open as well. */
  grandchild?: 'quiet' | 'holds-pipes'
  /** Answers calls in pairs, the later one first; one that stays alone is answered after 250 ms. */
  outOfOrder?: boolean
  /** Tools that are never answered. */
  never?: string[]
}

/** What the echo server offers; arrays are live, `change_tools` adds to one. */
export type EchoOffer = {
  tools: JsonObject[]
  prompts: JsonObject[]
  resources: JsonObject[]
  resourceTemplates: JsonObject[]
}
