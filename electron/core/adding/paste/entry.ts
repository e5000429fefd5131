import { z } from 'zod'
import type { FoundNote } from '../../../../shared/add-server.ts'
import { oauthClient, serverPatch } from '../../../../shared/server.ts'
import type { Problem } from '../../problems.ts'
import type { Definition } from '../draft.ts'
import { withoutBridge, withoutWrapper } from './bridges.ts'
import { splitCommand } from './shell-words.ts'

/** One server as a client writes it down. */
export type RawEntry = Record<string, unknown>

export type ReadEntry = { definition: Definition; notes: FoundNote[] } | { problems: Problem[] }

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
  const problems: Problem[] = []
  /** The field by whichever name it has; `undefined` also where it is wrong. */
  function take<T>(schema: z.ZodType<T>, names: readonly string[]): T | undefined {
    const name = names.find((one) => entry[one] !== undefined && entry[one] !== null)
    if (name === undefined) return undefined
    const result = schema.safeParse(entry[name])
    if (result.success) return result.data
    problems.push({ path: [name], message: messageOf(result.error) })
    return undefined
  }
  const isRemote = ADDRESS.some((name) => entry[name] !== undefined)
  const read = isRemote ? readRemote(entry, take) : readLocal(entry, take)
  if (read === null && problems.length === 0) {
    problems.push({ path: [], message: 'needs a "command" or a "url"' })
  }
  if (problems.length > 0 || read === null) return { problems }
  const definition = { ...read.definition, ...ownFields(entry) }
  const isOff = entry['disabled'] === true || entry['enabled'] === false
  if (!isOff) return { ...read, definition }
  return { definition: { ...definition, enabled: false }, notes: [...read.notes, 'off'] }
}

const OWN = serverPatch.pick({
  ...{ isolation: true, start: true, idleMs: true, startTimeoutMs: true },
  ...{ idleConnections: true, maxConnections: true },
})

/** What a file of ours says beside. Where others mean something else by such a name, it is left. */
function ownFields(entry: RawEntry): z.infer<typeof OWN> {
  const fields = Object.entries(OWN.shape).flatMap(([name, schema]) => {
    const result = schema.safeParse(entry[name])
    return result.success && result.data !== undefined ? [[name, result.data] as const] : []
  })
  return Object.fromEntries(fields)
}

/** The client that was registered by hand, as we, Claude Code, Gemini CLI or Cursor write it. */
function oauthOf(entry: RawEntry): z.infer<typeof oauthClient> | undefined {
  const given = objectIn(entry['oauth']) ?? objectIn(entry['auth'])
  if (!given) return undefined
  const scopes = given['scope'] ?? given['scopes']
  const found = {
    clientId: given['clientId'] ?? given['CLIENT_ID'],
    clientSecret: given['clientSecret'] ?? given['CLIENT_SECRET'],
    scope: Array.isArray(scopes) ? scopes.join(' ') : scopes,
    clientMetadataUrl: given['clientMetadataUrl'],
  }
  const known = Object.entries(found).filter(([, value]) => value !== undefined && value !== '')
  const result = oauthClient.safeParse(Object.fromEntries(known))
  return result.success && known.length > 0 ? result.data : undefined
}

function objectIn(value: unknown): RawEntry | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as RawEntry) : undefined
}

type Take = <T>(schema: z.ZodType<T>, names: readonly string[]) => T | undefined
type Read = { definition: Definition; notes: FoundNote[] } | null

const nested = z.object({
  path: text,
  args: texts.optional(),
  env: record.nullish(),
})

function readLocal(entry: RawEntry, take: Take): Read {
  const line = takeCommand(entry, take)
  const args = take(texts, ARGUMENTS) ?? []
  const env = take(record, ENVIRONMENT) ?? {}
  const cwd = take(text, FOLDER)
  if (!line) return null
  const own = Array.isArray(entry['env_keys']) ? entry['env_keys'].map(String) : []
  const handed = (take(variables, ['env_vars']) ?? []).map((key) => [key, `\${${key}}`])
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
function takeCommand(
  entry: RawEntry,
  take: Take,
): { words: string[]; env: Record<string, string> } | null {
  const given = COMMAND.map((name) => entry[name]).find((value) => value !== undefined)
  if (Array.isArray(given)) {
    const words = take(texts, COMMAND) ?? []
    return words.length > 0 ? { words, env: {} } : null
  }
  if (typeof given === 'object' && given !== null) {
    const inner = take(nested, COMMAND)
    return inner ? { words: [inner.path, ...(inner.args ?? [])], env: inner.env ?? {} } : null
  }
  const command = take(text, COMMAND)?.trim() ?? ''
  if (command === '') return null
  const hasArguments = ARGUMENTS.some((name) => entry[name] !== undefined)
  // A path may hold spaces; a list of words beginning with a runner is a line.
  const isLine = !hasArguments && /^(?:npx|uvx|uv|bunx|node|python3?|docker|deno) /.test(command)
  const split = isLine ? splitCommand(command) : null
  return split && 'words' in split ? { words: split.words, env: {} } : { words: [command], env: {} }
}

function readRemote(entry: RawEntry, take: Take): Read {
  const url = take(text, ADDRESS)?.trim()
  const headers = take(record, HEADERS) ?? {}
  const fromEnv = take(record, ['env_http_headers']) ?? {}
  const token = take(text, ['bearerToken', 'bearer_token'])
  const tokenVariable = take(text, ['bearer_token_env_var'])
  const oauth = oauthOf(entry)
  const inner = z.object({ headers: record }).safeParse(entry['requestOptions'])
  if (url === undefined || url === '') return null
  const references = Object.entries(fromEnv).map(([name, variable]) => [name, `\${${variable}}`])
  const bearerToken = token ?? (tokenVariable === undefined ? undefined : `\${${tokenVariable}}`)
  const definition = {
    type: remoteType(entry),
    url,
    headers: {
      ...(inner.success ? inner.data.headers : {}),
      ...headers,
      ...(Object.fromEntries(references) as Record<string, string>),
    },
    ...(bearerToken !== undefined && { bearerToken }),
    ...(oauth && { oauth }),
  }
  return { definition, notes: [] }
}

/** For a bare address Streamable HTTP: the connection falls back to SSE by itself. */
function remoteType(entry: RawEntry): 'SSE' | 'STREAMABLE_HTTP' {
  const type = entry['type'] ?? entry['transport'] ?? entry['transportType']
  return type === 'sse' ? 'SSE' : 'STREAMABLE_HTTP'
}

function messageOf({ issues: [issue] }: z.ZodError): string {
  // Of a list the field itself is named: people look for it, and its line is known.
  if (issue && issue.path.length > 0 && typeof issue.path[0] === 'number') {
    return 'must be a list of texts'
  }
  return issue && issue.path.length > 0 ? 'must be an object of texts' : (issue?.message ?? '')
}
