import { z } from 'zod'
import { plainText, serverName } from './names.ts'
import { approval, type ServerDefinition } from './server.ts'

/** The longest text that is read: it has to fit into a request. */
export const MAX_PASTED_CHARACTERS = 1_000_000

/** The largest bundle that is taken. */
export const MAX_BUNDLE_BYTES = 100 * 1024 * 1024

/** Whose way of writing servers down it is. */
export type FoundFormat =
  | 'mcp-servers'
  | 'vscode'
  | 'windsurf'
  | 'gemini'
  | 'zed'
  | 'codex'
  | 'goose'
  | 'continue'
  | 'opencode'
  | 'entry'
  | 'server-json'
  | 'client-command'
  | 'command'
  | 'url'
  | 'link'
  | 'bundle'
  | 'registry'

/** A value that a person has to give, or may. */
export type NeededValue = {
  id: string
  /** The name of the variable, header or input it is for. */
  name: string
  description: string
  secret: boolean
  required: boolean
  default: string | null
  /** The only values that it may have; `null` for any. */
  choices: string[] | null
  kind: 'text' | 'number' | 'boolean' | 'file' | 'folder'
}

/** What a person should know of an entry, in codes that the page has words for. */
export type FoundNote =
  /** Its name exists, or had to be made to fit. */
  | 'name-taken'
  | 'name-changed'
  /** `mcp-remote` or `cmd /c` around it was left out. */
  | 'bridge-left-out'
  | 'wrapper-left-out'
  /** It is off where it comes from, and will be here. */
  | 'off'
  /** The registry warns of it. */
  | 'deprecated'

/** Of secrets only the names; what looks like one in an argument or an address is covered. */
export type FoundDefinition =
  | { type: 'STDIO'; command: string; args: string[]; cwd: string | null; envNames: string[] }
  | {
      type: Exclude<ServerDefinition['type'], 'STDIO'>
      url: string
      headerNames: string[]
      hasBearerToken: boolean
    }

export type FoundEntry = {
  key: string
  /** As it stands where it comes from. */
  name: string
  /** What it is called here unless a person says otherwise; fits `serverName` and is free. */
  willBeCalled: string
  description: string
  /** `null` when it cannot be added; `problem` then says why, with the line if there is one. */
  definition: FoundDefinition | null
  problem: string | null
  needs: NeededValue[]
  notes: FoundNote[]
  /** Names of fields that ask for something which is not taken over, as they stand. */
  leftOut: string[]
  /** Variables of this computer's environment that it would be given. */
  reads: string[]
  /** Whether it is to be added unless a person says otherwise. */
  ticked: boolean
}

/** What was found in a text, a file or the registry. */
export type Found = {
  /** For `adding.add`, good for ten minutes; `null` when there is nothing to add. */
  token: string | null
  /** `null` when the text is none that servers are written in. */
  format: FoundFormat | null
  entries: FoundEntry[]
  /** Whether the entries are ways to have one server, of which one is enough. */
  isEither: boolean
  /** Why nothing could be read, a whole sentence. */
  problem: string | null
  /** The text, when it is words to search the registry for. */
  words: string | null
}

export const readTextInput = z.strictObject({
  text: z.string().max(MAX_PASTED_CHARACTERS, 'is longer than a million characters'),
})

const addChoice = z.strictObject({
  key: z.string(),
  name: serverName,
  /** By the id of the needed value. */
  values: z.record(z.string(), plainText).default({}),
})

export const addInput = z.strictObject({
  token: z.string(),
  choices: z.array(addChoice).min(1).max(500),
  /** `null`: into no namespace. */
  namespaceId: z.string().nullable(),
  ...approval,
})

export type AddInput = z.infer<typeof addInput>
export type AddChoice = z.infer<typeof addChoice>

/** A server of the registry, as a list shows it. */
export type RegistryServer = {
  /** Unique in the registry: `io.github.someone/something`. */
  id: string
  title: string
  description: string
  version: string
  /** What adding it would run or reach, shortened: `npx @stripe/mcp`, or an address. */
  runs: string
  deprecated: boolean
}

/** The copy of the registry on this machine. */
export type RegistryCopy = {
  servers: number
  /** When it was last compared with the registry, ISO 8601; `null` for the list that we ship. */
  fetchedAt: string | null
  refreshing: boolean
  /** Why the last comparison did not succeed. */
  problem: string | null
}

export type RegistryAnswer = {
  /** What was searched for; empty for the well-known ones. */
  text: string
  results: RegistryServer[]
  copy: RegistryCopy
}

export const registryQuery = z.strictObject({ text: z.string().max(200) })
export const registryChoice = z.strictObject({ id: z.string().max(300) })
