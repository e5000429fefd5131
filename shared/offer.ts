import type { ChangedTools, NewTools } from './namespace.ts'

/**
 * What hides a tool from clients; `null` when they see it. `tool-new` and `tool-changed` wait for a
 * person to look at them.
 */
export type HiddenBy =
  'server-off-everywhere' | 'server-off' | 'tool-off' | 'tool-new' | 'tool-changed' | null

/** What a server or a namespace says of how a tool behaves (MCP's `annotations`). */
export type ToolHints = Record<string, unknown>

/** What a namespace changes on a tool, field by field; what is missing is as the server says it. */
export type ToolChanges = {
  name?: string
  title?: string
  description?: string
  annotations?: ToolHints
}

/** One tool of a server in a namespace. What the namespace does not change is in the first half. */
export type OfferedTool = {
  /** Its name at its server. */
  tool: string
  title: string | null
  description: string | null
  annotations: ToolHints | null
  /** The name it has without an override: `<server>__<name>`, or the bare one. */
  exposed: string
  /** The name by which clients know it, also while it is hidden. */
  name: string
  changed: ToolChanges
  /** Its own switch in this namespace. */
  on: boolean
  hiddenBy: HiddenBy
  /** Whether it says something else of itself than when it was taken in. */
  isChanged: boolean
  /**
   * Why it has another name than it would have alone: another tool has it (`rival` is that tool's
   * server), it was longer than 64 characters, or model APIs refuse some of its characters.
   */
  renamed: { why: 'taken'; rival: string } | { why: 'too-long' | 'characters' } | null
  /** What its definition costs a model, about: the tokens of its JSON as it is listed. */
  tokens: number
}

/** What a namespace changes on a prompt, a resource or a template; only a prompt has a `name`. */
export type ItemChanges = Omit<ToolChanges, 'annotations'>

/** What is said of prompts, resources and templates alike; see `OfferedTool`. */
type OfferedItem = {
  title: string | null
  description: string | null
  changed: ItemChanges
  on: boolean
  hiddenBy: 'server-off-everywhere' | 'server-off' | 'item-off' | null
}

export type OfferedPrompt = OfferedItem & {
  /** Its name at its server. */
  prompt: string
  /** The name it has without an override. */
  exposed: string
  /** The name by which clients know it, also while it is hidden. */
  name: string
  renamed: OfferedTool['renamed']
}

export type OfferedResource = OfferedItem & {
  /** Its URI, or the pattern of a template. */
  uri: string
  name: string | null
  mimeType: string | null
  isTemplate: boolean
  /** The server earlier in the order that owns this URI, so that this one is hidden. */
  lostTo: string | null
}

/** One server of a namespace, with all that it has. */
export type OfferedServer = {
  id: string
  name: string
  /** Its switch in this namespace. */
  on: boolean
  /** Its own switch, for all namespaces. */
  enabled: boolean
  /** What becomes of its new tools here; `null`: what the namespace says. */
  newTools: NewTools | null
  /** Whether it was ever asked with success; else what it has is not known. */
  seen: boolean
  tools: OfferedTool[]
  prompts: OfferedPrompt[]
  /** Templates after resources. */
  resources: OfferedResource[]
}

/** What a namespace offers, and what it could: servers in its order, tools in the server's. */
export type NamespaceOffer = {
  id: string
  name: string
  enabled: boolean
  /** Whether names begin with the server's, as most of the endpoints that serve it want it. */
  prefix: boolean
  newTools: NewTools
  changedTools: ChangedTools
  servers: OfferedServer[]
  /** The endpoints that serve it. */
  seenBy: { id: string; name: string; enabled: boolean; prefix: boolean }[]
}

/** Counts of what clients of a namespace see while it is on. */
export type NamespaceSummary = {
  id: string
  name: string
  enabled: boolean
  servers: number
  /** Servers that are on, here and in general. */
  serversOn: number
  /** Of those, how many were never seen: what they have is not in the counts. */
  unseen: number
  tools: number
  tokens: number
  prompts: number
  resources: number
  /** Names of the endpoints that serve it. */
  endpoints: string[]
}

/** What can be done about a broken link, with whom it is done to. */
export type WhyFix =
  | { id: 'server-on'; serverId: string }
  | { id: 'open-server'; serverId: string }
  | { id: 'add-server'; namespaceId: string; serverId: string }
  | { id: 'server-on-here'; namespaceId: string; serverId: string }
  | { id: 'tool-on'; namespaceId: string; serverId: string; tool: string }
  /** A person is to look at it first. */
  | { id: 'open-trust'; namespaceId: string; serverId: string; tool: string }
  | { id: 'namespace-on'; namespaceId: string }
  | { id: 'endpoint-on'; endpointId: string }
  | { id: 'pin-tool'; endpointId: string; serverId: string; tool: string }
  | { id: 'new-endpoint'; namespaceId: string }
  /** Of everything that is paused. */
  | { id: 'resume' }
  | { id: 'new-key'; endpointId: string }

/** What was found, as the name of a sentence; `values` are the words in it. */
type WhyFinding =
  | 'server-missing'
  | 'server-off'
  | 'server-unseen'
  | 'server-failed'
  | 'server-sign-in'
  | 'server-lacks-tool'
  | 'server-offers-tool'
  | 'not-in-namespace'
  | 'off-in-namespace'
  | 'in-namespace'
  | 'tool-off'
  /** New tools are off here unless they are picked. */
  | 'tool-unpicked'
  | 'tool-new'
  | 'tool-changed'
  /** It says something else of itself now, and is offered all the same. */
  | 'tool-changed-on'
  | 'tool-renamed'
  | 'tool-on'
  | 'namespace-off'
  | 'namespace-on'
  | 'no-endpoint'
  | 'endpoint-off'
  | 'endpoint-on'
  | 'paused'
  /** Clients do not see it in their list: they search for it. */
  | 'searched'
  | 'searched-above'
  | 'tool-pinned'
  | 'tool-listed'
  | 'no-key'
  | 'keys'
  /** Clients come in by OAuth. */
  | 'sign-in'
  | 'open-to-all'

export type WhyStep = {
  check: 'server' | 'namespace' | 'tool' | 'endpoint' | 'search' | 'key'
  /** `warn`: clients see it, and something about it will not work. */
  result: 'ok' | 'warn' | 'broken'
  finding: WhyFinding
  values: Record<string, string | number>
  fix: WhyFix | null
}

/** Why clients of an endpoint see a tool, or do not: every check, from the server to the key. */
export type Why = {
  serverId: string
  server: string
  tool: string
  /** The name by which clients know it; `null` when it is nowhere in the namespace. */
  name: string | null
  namespaceId: string
  namespace: string
  endpointId: string | null
  steps: WhyStep[]
}

/** A tool of any server, whether or not a namespace offers it. */
export type FoundTool = { serverId: string; server: string; tool: string }
