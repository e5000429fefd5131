import { z } from 'zod'
import type { FoundNote } from '../../../../shared/add-server.ts'
import { oauthClient, serverPatch } from '../../../../shared/server.ts'
import type { Problem } from '../../problems.ts'
import type { Definition } from '../draft.ts'
import { withoutBridge, withoutWrapper } from './bridges.ts'
import { openFields, type Fields, type RawEntry } from './fields.ts'
import { splitCommand } from './shell-words.ts'

/** `leftOut`: names of fields that ask for something and mean nothing here. */
export type ReadEntry =
  { definition: Definition; notes: FoundNote[]; leftOut: string[] } | { problems: Problem[] }

const text = z.string('must be a text')
const scalar = z.union([z.string(), z.number(), z.boolean()], 'must be a text').transform(String)
const texts = z.array(scalar, 'must be a list of texts')
/** Names of variables that Codex hands on, plain or with where they come from. */
const variables = z.array(
  z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]),
  'must be a list of texts',
)
const record = z.record(z.string(), scalar, 'must be an object of texts')

/** Of each field, the names that clients have for it, the commonest first. */
const COMMAND = ['command', 'cmd'] as const
const ARGUMENTS = ['args', 'arguments'] as const
const ENVIRONMENT = ['env', 'environment', 'envs'] as const
const FOLDER = ['cwd', 'workingDirectory', 'working_directory'] as const
const ADDRESS = ['url', 'serverUrl', 'httpUrl', 'uri', 'endpoint', 'baseUrl'] as const
const HEADERS = ['headers', 'http_headers', 'httpHeaders'] as const

/** Whether an object is a server rather than something that holds servers. */
export function isEntry(value: unknown): value is RawEntry {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return [...COMMAND, ...ADDRESS].some((field) => isOneOf((value as RawEntry)[field]))
}

function isOneOf(value: unknown): boolean {
  const isPath = typeof value === 'object' && value !== null && 'path' in value
  return typeof value === 'string' || Array.isArray(value) || isPath
}

/** A definition of what a client wrote, with its placeholders; or each mistake with its field. */
export function readEntry(entry: RawEntry): ReadEntry {
  const fields = openFields(entry)
  const read = fields.has(ADDRESS) ? readRemote(fields) : readLocal(fields)
  const own = ownFields(fields)
  const isOff = [
    fields.takeIfFits(z.boolean(), 'disabled') === true,
    fields.takeIfFits(z.boolean(), 'enabled') === false,
  ].includes(true)
  if (fields.problems.length > 0) return { problems: [...fields.problems] }
  if (!read) return { problems: [{ path: [], message: 'needs a "command" or a "url"' }] }
  return {
    definition: { ...read.definition, ...own, ...(isOff && { enabled: false }) },
    notes: [...read.notes, ...(isOff ? (['off'] as const) : [])],
    leftOut: fields.unread(),
  }
}

const OWN = serverPatch.pick({
  ...{ isolation: true, start: true, idleMs: true, startTimeoutMs: true },
  ...{ idleConnections: true, maxConnections: true },
})

/** What a file of ours says beside, and Codex of how long a start may take. */
function ownFields(fields: Fields): z.infer<typeof OWN> {
  const own = Object.entries(OWN.shape).flatMap(([name, schema]) => {
    const value = fields.takeIfFits(schema, name)
    return value === undefined ? [] : [[name, value] as const]
  })
  const startTimeoutMs = OWN.shape.startTimeoutMs.unwrap()
  const inSeconds = z.number().transform((seconds) => Math.round(seconds * 1_000))
  const given =
    fields.takeIfFits(inSeconds.pipe(startTimeoutMs), 'startup_timeout_sec') ??
    fields.takeIfFits(startTimeoutMs, 'startup_timeout_ms')
  const start = given === undefined ? {} : { startTimeoutMs: given }
  return { ...start, ...Object.fromEntries(own) }
}

/** The client that was registered by hand, as we, Claude Code, Gemini CLI or Cursor write it. */
function oauthOf(fields: Fields): z.infer<typeof oauthClient> | undefined {
  const given = fields.inside('oauth') ?? fields.inside('auth')
  if (!given) return undefined
  const scopes = given.peek('scope') ?? given.peek('scopes')
  const found = {
    clientId: given.peek('clientId') ?? given.peek('CLIENT_ID'),
    clientSecret: given.peek('clientSecret') ?? given.peek('CLIENT_SECRET'),
    scope: Array.isArray(scopes) ? scopes.join(' ') : scopes,
    clientMetadataUrl: given.peek('clientMetadataUrl'),
  }
  // Who is asked to sign in does so anyway.
  given.settle('enabled')
  const known = Object.entries(found).filter(([, value]) => value !== undefined && value !== '')
  const result = oauthClient.safeParse(Object.fromEntries(known))
  if (!result.success || known.length === 0) return undefined
  given.settle('clientId', 'CLIENT_ID', 'clientSecret', 'CLIENT_SECRET')
  given.settle('scope', 'scopes', 'clientMetadataUrl')
  return result.data
}

type Read = { definition: Definition; notes: FoundNote[] } | null

const nested = z.object({
  path: text,
  args: texts.optional(),
  env: record.nullish(),
})

function readLocal(fields: Fields): Read {
  const line = takeCommand(fields)
  const args = fields.take(texts, ARGUMENTS) ?? []
  const env = fields.take(record, ENVIRONMENT) ?? {}
  const cwd = fields.take(text, FOLDER)
  if (!line) return null
  settleKind(fields)
  const own = fields.takeIfFits(z.array(z.string()), 'env_keys') ?? []
  const handed = (fields.take(variables, ['env_vars']) ?? []).map((key) => [key, `\${${key}}`])
  const keys = Object.fromEntries(own.filter((key) => !(key in env)).map((key) => [key, '']))
  const unwrapped = withoutWrapper([...line.words, ...args])
  const [command = '', ...rest] = unwrapped.words
  const definition = {
    type: 'STDIO' as const,
    command,
    args: rest,
    env: {
      ...handedOn(command, rest),
      ...(Object.fromEntries(handed) as Record<string, string>),
      ...{ ...keys, ...line.env, ...env },
    },
    ...(cwd !== undefined && { cwd }),
  }
  const bridged = withoutBridge(definition)
  if (bridged) return { definition: bridged, notes: ['bridge-left-out'] }
  return { definition, notes: unwrapped.isChanged ? ['wrapper-left-out'] : [] }
}

/** `docker run -e NAME` hands on a variable of ours, which a server that we start has to be given. */
function handedOn(command: string, args: string[]): Record<string, string> {
  if (!/(?:^|[\\/])(?:docker|podman)(?:\.exe)?$/.test(command)) return {}
  const names = args.filter((word, index) => {
    const isValue = /^(?:-e|--env)$/.test(args[index - 1] ?? '')
    return isValue && /^[A-Za-z_]\w*$/.test(word)
  })
  return Object.fromEntries(names.map((name) => [name, `\${${name}}`]))
}

/** As words: some clients take a list, some one text with the arguments in it. */
function takeCommand(fields: Fields): { words: string[]; env: Record<string, string> } | null {
  const given = COMMAND.map((name) => fields.peek(name)).find((value) => value !== undefined)
  if (Array.isArray(given)) {
    const words = fields.take(texts, COMMAND) ?? []
    return words.length > 0 ? { words, env: {} } : null
  }
  if (typeof given === 'object' && given !== null) {
    const inner = fields.take(nested, COMMAND)
    return inner ? { words: [inner.path, ...(inner.args ?? [])], env: inner.env ?? {} } : null
  }
  const command = fields.take(text, COMMAND)?.trim() ?? ''
  if (command === '') return null
  // A path may hold spaces; a list of words beginning with a runner is a line.
  const isLine = /^(?:npx|uvx|uv|bunx|node|python3?|docker|deno) /.test(command)
  const split = isLine && !fields.has(ARGUMENTS) ? splitCommand(command) : null
  return split && 'words' in split ? { words: split.words, env: {} } : { words: [command], env: {} }
}

function readRemote(fields: Fields): Read {
  const url = fields.take(text, ADDRESS)?.trim()
  const headers = fields.take(record, HEADERS) ?? {}
  const fromEnv = fields.take(record, ['env_http_headers']) ?? {}
  const token = fields.take(text, ['bearerToken', 'bearer_token'])
  const tokenVariable = fields.take(text, ['bearer_token_env_var'])
  const oauth = oauthOf(fields)
  if (url === undefined || url === '') return null
  const inner = ['requestOptions', 'requestInit'].flatMap((name) =>
    Object.entries(fields.inside(name)?.takeIfFits(record, 'headers') ?? {}),
  )
  const references = Object.entries(fromEnv).map(([name, variable]) => {
    return [name, `\${${variable}}`] as const
  })
  const bearerToken = token ?? (tokenVariable === undefined ? undefined : `\${${tokenVariable}}`)
  const definition = {
    type: remoteType(fields),
    url,
    headers: {
      ...Object.fromEntries(inner),
      ...headers,
      ...Object.fromEntries(references),
    },
    ...(bearerToken !== undefined && { bearerToken }),
    ...(oauth && { oauth }),
  }
  return { definition, notes: [] }
}

/** For a bare address Streamable HTTP: the connection falls back to SSE by itself. */
function remoteType(fields: Fields): 'SSE' | 'STREAMABLE_HTTP' {
  return settleKind(fields) === 'sse' ? 'SSE' : 'STREAMABLE_HTTP'
}

const KIND = z
  .string()
  .toLowerCase()
  .regex(/^(?:stdio|local|sse|https?|remote|streamable[-_]?https?)$/)

/** How it is reached, by the name that clients have for it. */
function settleKind(fields: Fields): string | undefined {
  const given = ['type', 'transport', 'transportType'].map((name) => fields.takeIfFits(KIND, name))
  return given.find((kind) => kind !== undefined)
}
