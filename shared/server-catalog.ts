/** How a tool behaves, as its server says: MCP's annotations, as far as people are told. */
export type ToolHint = 'read-only' | 'destructive' | 'idempotent' | 'open-world'

export type CatalogTool = {
  name: string
  title: string | null
  description: string | null
  hints: ToolHint[]
  /** About how many tokens its definition takes in a client's context. */
  tokens: number
}

export type CatalogItem = { name: string; title: string | null; description: string | null }

/** What a server offered when it was last seen, for people. */
export type ServerCatalogView = {
  tools: CatalogTool[]
  prompts: CatalogItem[]
  /** Resources, then templates; `uri` of a template is its pattern. */
  resources: (CatalogItem & { uri: string; isTemplate: boolean })[]
  /** What it calls itself, and the protocol revision it spoke. */
  software: { name: string; version: string } | null
  protocolVersion: string | null
}

/** Where a server's tools go: the namespaces that have it, each with the endpoints that serve it. */
export type ServerUse = {
  namespaceId: string
  namespace: string
  /** The namespace is on, and the server is in it. */
  on: boolean
  endpoints: { id: string; name: string; enabled: boolean }[]
}
