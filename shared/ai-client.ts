import { z } from 'zod'
import { approval } from './server.ts'

/**
 * How far an AI client on this machine is with us. `configured`: its file names us, and it has not
 * been seen yet. `elsewhere`: its entry leads to another MetaMCP, or to a port we have left.
 * `broken`: its file cannot be parsed. `locked`: it cannot be read or written.
 */
export type AiClientState =
  'not-found' | 'not-connected' | 'configured' | 'connected' | 'elsewhere' | 'broken' | 'locked'

/** What makes it notice a new configuration: nothing, a new session in it, or quitting it. */
export type TakesUp = 'reloads' | 'session' | 'restart'

/** When a client was last there (ISO 8601), its calls so far, and how many tools it was told of. */
export type AiClientSeen = { at: string; calls: number; tools: number | null }

export type AiClientView = {
  id: string
  name: string
  state: AiClientState
  /** Its file, whether or not it exists; `null` when this machine's files are not ours to touch. */
  file: { path: string; shown: string; exists: boolean } | null
  /** Of `broken` and `locked`. */
  problem: { line: number | null; reason: string } | null
  /** Of `elsewhere`: the URL in its entry, without what may be secret. */
  address: string | null
  /** The name of the endpoint that its entry leads to. */
  endpoint: string | null
  seen: AiClientSeen | null
  /** What we wrote last, and can take back as long as the file is as we left it. */
  connection: AiConnection | null
  /** Entries in its file that lead to servers which are here too. */
  imported: { entry: string; server: string }[]
  transport: 'http' | 'stdio'
  takesUp: TakesUp
  /** How many tools it takes from all its servers together; `null` where no limit is known. */
  toolLimit: number | null
  /** Whether it misses tools that come and go until it starts again. */
  ignoresChanges: boolean
  /** Whether it opens links that add a server. */
  hasLink: boolean
}

export type AiConnection = {
  id: string
  /** When it was written, ISO 8601. */
  at: string
  /** When the file was changed since, so that it cannot be taken back; `null` when it was not. */
  changedAt: string | null
  /** Whether the key that was made for it still opens; `true` where none is needed. */
  isKeyOn: boolean
  /** The calls that the client had made before. */
  callsBefore: number
  /** The file's name, beside the one that was written; `null` where there was no file before. */
  backup: string | null
  endpointId: string
  /** Names of the client's own entries that were taken out. */
  removed: string[]
}

export type AiClients = {
  /** `null` where MetaMCP runs on another computer than its user: only snippets and links then. */
  platform: string | null
  clients: AiClientView[]
}

/** A client's file around its list of servers, entries that stay folded, keys masked. */
export type AiClientPreview = {
  before: string
  after: string
  language: 'json' | 'toml' | 'yaml'
  /** Of the file as it was read; what is written must still be made from it. */
  fingerprint: string
  backup: string | null
}

export const previewInput = z.strictObject({
  clientId: z.string(),
  endpointId: z.string(),
  /** Names of entries in the client's file to take out. */
  removeServers: z.array(z.string()).default([]),
})

export const connectInput = previewInput.extend({ fingerprint: z.string() })

export const snippetInput = z.strictObject({
  /** `null` for any client that reads an `mcp.json`. */
  clientId: z.string().nullable(),
  endpointId: z.string(),
})

export type AiSnippet = {
  /** Each does alone: what belongs into a file, and a command where the client has one. */
  pieces: {
    text: string
    language: 'json' | 'toml' | 'yaml' | 'bash'
    /** Where it belongs, as a person of this client knows it. */
    file: string | null
  }[]
  /** The name of the key that was made for it; `null` where the endpoint needs none. */
  keyName: string | null
}

export type AiLink = { url: string; keyName: string | null }

/** A server that a client on this machine has, without its secrets. */
export type FoundServer = {
  /** The same for the same command or URL, wherever it was found. */
  id: string
  /** As the first client calls it. */
  name: string
  /** The name it gets here. */
  newName: string
  type: 'STDIO' | 'SSE' | 'STREAMABLE_HTTP' | null
  /** The whole command or the URL, with what looks like a secret masked. */
  runs: string
  envNames: string[]
  headerNames: string[]
  enabled: boolean
  /** Names of fields that ask for something which is not taken over. */
  leftOut: string[]
  foundIn: { clientId: string; clientName: string; entry: string }[]
  /** Why it cannot be imported. */
  problem: string | null
  /** The server here that is the same. */
  here: string | null
}

export type FoundServers = {
  platform: string | null
  servers: FoundServer[]
  /** Clients whose file was read, and those whose file could not be. */
  clients: { id: string; name: string; servers: number; problem: string | null }[]
}

export const importInput = z.strictObject({
  ids: z.array(z.string()).min(1),
  /** The namespace they join; `null` for none. */
  namespaceId: z.string().nullable(),
  ...approval,
})

/** What was written, to be taken back with `undo`. */
export type AiChange = { connectionId: string; at: string; keyName: string | null }

export type ImportedServer = {
  id: string
  serverId: string
  name: string
  /** The name it had, where that could not be kept. */
  renamedFrom: string | null
  foundIn: { clientId: string; clientName: string; entry: string }[]
}
