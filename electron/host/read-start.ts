import { resolve } from 'node:path'
import { parseArgs, type ParseArgsConfig } from 'node:util'
import envPaths from 'env-paths'
import { z } from 'zod'
import { DEFAULT_PORT, logLevel } from '../../shared/preferences.ts'
import type { StartedWith } from '../core/index.ts'
import {
  addressesField,
  databaseField,
  drainField,
  originsField,
  portField,
  publicUrlField,
  replicaField,
} from './network-fields.ts'
import { readSavedStart } from './saved-start.ts'

/** What arguments and environment say; `null` leaves it to the core. */
export type HostConfig = z.infer<typeof hostConfig> & {
  /** The environment as it came, for references in definitions and for children. */
  env: Record<string, string | undefined>
  startedWith: StartedWith
}

export type StartOptions = {
  /** Without the executable and the script or app that it runs. */
  args: string[]
  env: Record<string, string | undefined>
  /** Switches that are not ours are mistakes, or meant for the runtime around us: Chromium's. */
  foreignSwitches: 'refuse' | 'leave'
}

/** What a host is to do. Texts are for a person, without a line break at their end. */
export type Start =
  | {
      kind: 'start'
      config: HostConfig
      /** What was given and has no effect, a sentence each. */
      warnings: string[]
    }
  | { kind: 'help'; text: string }
  /** Arguments or environment that cannot be used; one sentence for each mistake. */
  | { kind: 'mistake'; text: string }

const OPTIONS = {
  host: { type: 'string' },
  port: { type: 'string' },
  'data-dir': { type: 'string' },
  config: { type: 'string' },
  'public-url': { type: 'string' },
  'log-level': { type: 'string' },
  auth: { type: 'string' },
  'admin-port': { type: 'string' },
  'admin-host': { type: 'string' },
  'allow-origin': { type: 'string' },
  'allow-private-addresses': { type: 'string' },
  restore: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options']

const HELP = `MetaMCP Desktop: one local URL for all your MCP servers.

  --host ADDRESS      address to listen on          METAMCP_HOST        (127.0.0.1)
  --port PORT         port, 0 picks a free one      METAMCP_PORT        (12008)
  --data-dir FOLDER   where everything is kept      METAMCP_DATA_DIR    (the platform's data folder)
  --config FILE       a metamcp.json to apply       METAMCP_CONFIG
  --public-url URL    where clients reach us        METAMCP_PUBLIC_URL  (http://127.0.0.1:<port>)
  --auth MODE         local or accounts             METAMCP_AUTH        (local: the admin token alone)
  --admin-port PORT   a port for management alone   METAMCP_ADMIN_PORT  (the same port)
  --admin-host ADDRESS  where that port listens     METAMCP_ADMIN_HOST  (127.0.0.1)
  --log-level LEVEL   debug, info, warn, error      METAMCP_LOG_LEVEL   (info)
  --allow-origin ORIGINS              web pages that may call endpoints, separated by commas
                                      METAMCP_ALLOWED_ORIGINS  (none)
  --allow-private-addresses PLACES    addresses, ranges and hosts inside your network that servers of
                                      accounts may be at  METAMCP_ALLOW_PRIVATE  (none)
  --restore FILE      first put back a backup from the data folder's backups; what is there is kept
  --help              this text

Only by environment: METAMCP_SECRET_KEY seals stored secrets (else a key file in the data folder),
METAMCP_ADMIN_TOKEN opens the management API (else one is generated and kept in the data folder),
METAMCP_METRICS_TOKEN opens /metrics and nothing else (else the admin token alone does),
DATABASE_URL is a database of a PostgreSQL server, which replicas may share (else in the data folder).
METAMCP_REPLICA is what such a replica is called, in letters and digits (else made up at each start),
METAMCP_REPLICA_URL where the others reach it (http://<address or computer>:<port>), and
METAMCP_DRAIN_SECONDS how long calls in flight get when it is to end (3).
Arguments win over the environment.`

/** Both without the address, which holds a password. */
const DATABASE_IGNORED =
  'DATABASE_URL is ignored: the desktop app keeps its database in the data folder.'
const NO_RESTORE =
  '--restore puts back backups of the database in the data folder; with DATABASE_URL use pg_restore.'

const hostConfig = z.object({
  host: z.string(),
  port: portField,
  adminPort: portField.nullable(),
  adminHost: z.string(),
  allowedOrigins: originsField,
  allowPrivate: addressesField,
  dataDir: z.string(),
  configFile: z
    .string()
    .transform((path) => resolve(path))
    .nullable(),
  publicUrl: publicUrlField.nullable(),
  restoreFile: z
    .string()
    .transform((path) => resolve(path))
    .nullable(),
  logLevel: z.enum(logLevel.options, {
    error: 'is not a log level: use debug, info, warn, error or silent',
  }),
  auth: z.enum(['local', 'accounts'], { error: 'is no way to sign in: use local or accounts' }),
  databaseUrl: databaseField.nullable(),
  replica: replicaField.nullable(),
  replicaUrl: publicUrlField.nullable(),
  drainMs: drainField,
  secretKey: z.string().nullable(),
  adminToken: z.string().nullable(),
  metricsToken: z.string().nullable(),
})

type Field = keyof z.infer<typeof hostConfig>

/** Where each field comes from, strongest first. */
const SOURCES: Record<Field, { option?: keyof typeof OPTIONS; variable?: string }> = {
  host: { option: 'host', variable: 'METAMCP_HOST' },
  port: { option: 'port', variable: 'METAMCP_PORT' },
  adminPort: { option: 'admin-port', variable: 'METAMCP_ADMIN_PORT' },
  adminHost: { option: 'admin-host', variable: 'METAMCP_ADMIN_HOST' },
  allowedOrigins: { option: 'allow-origin', variable: 'METAMCP_ALLOWED_ORIGINS' },
  allowPrivate: { option: 'allow-private-addresses', variable: 'METAMCP_ALLOW_PRIVATE' },
  dataDir: { option: 'data-dir', variable: 'METAMCP_DATA_DIR' },
  configFile: { option: 'config', variable: 'METAMCP_CONFIG' },
  publicUrl: { option: 'public-url', variable: 'METAMCP_PUBLIC_URL' },
  // By argument alone: a variable would put the same backup back at every start.
  restoreFile: { option: 'restore' },
  logLevel: { option: 'log-level', variable: 'METAMCP_LOG_LEVEL' },
  auth: { option: 'auth', variable: 'METAMCP_AUTH' },
  databaseUrl: { variable: 'DATABASE_URL' },
  replica: { variable: 'METAMCP_REPLICA' },
  replicaUrl: { variable: 'METAMCP_REPLICA_URL' },
  drainMs: { variable: 'METAMCP_DRAIN_SECONDS' },
  secretKey: { variable: 'METAMCP_SECRET_KEY' },
  adminToken: { variable: 'METAMCP_ADMIN_TOKEN' },
  metricsToken: { variable: 'METAMCP_METRICS_TOKEN' },
}

/**
 * Arguments over environment over defaults, the same for every host. An empty variable counts as
 * not given: that is what `METAMCP_PORT=` in an env file means.
 */
export function readStart({ args, env, foreignSwitches }: StartOptions): Start {
  const left = foreignSwitches === 'leave' ? args.filter(isForeignSwitch) : []
  const { values, tokens } = parseArgs({
    args: args.filter((arg) => !left.includes(arg)),
    options: OPTIONS,
    strict: false,
    tokens: true,
  })
  if (values.help) return { kind: 'help', text: HELP }
  const mistakes = argumentMistakes(tokens)
  if (mistakes.length > 0) return mistake(mistakes)
  // A developer's shell may have one of another program; only servers are told where theirs is.
  const isDesktop = foreignSwitches === 'leave'
  const read = readConfig(values, isDesktop ? { ...env, DATABASE_URL: undefined } : env)
  if (read.mistakes) return mistake(read.mistakes)
  const ignored = isDesktop && env.DATABASE_URL ? [DATABASE_IGNORED] : []
  const warnings = [...(read.problem ? [read.problem] : []), ...left.map(leftAlone), ...ignored]
  return { kind: 'start', config: { ...read.config, env }, warnings }
}

type Values = Partial<Record<string, string | boolean | (string | boolean)[]>>

function readConfig(values: Values, env: StartOptions['env']) {
  const given = (field: Field) => {
    const { option, variable } = SOURCES[field]
    const argument = option === undefined ? undefined : values[option]
    if (typeof argument === 'string') return { text: argument, source: `--${option}` }
    const text = variable === undefined ? undefined : env[variable]
    return text ? { text, source: variable } : null
  }
  const dataDir = resolve(given('dataDir')?.text ?? envPaths('MetaMCP', { suffix: '' }).data)
  const { saved, problem } = readSavedStart(dataDir)
  const result = hostConfig.safeParse({
    dataDir,
    host: given('host')?.text ?? '127.0.0.1',
    port: given('port')?.text ?? String(saved.port ?? DEFAULT_PORT),
    adminPort: given('adminPort')?.text ?? null,
    adminHost: given('adminHost')?.text ?? '127.0.0.1',
    allowedOrigins: given('allowedOrigins')?.text ?? '',
    allowPrivate: given('allowPrivate')?.text ?? '',
    configFile: given('configFile')?.text ?? null,
    publicUrl: given('publicUrl')?.text ?? null,
    restoreFile: given('restoreFile')?.text ?? null,
    logLevel: given('logLevel')?.text ?? saved.logLevel ?? 'info',
    auth: given('auth')?.text ?? 'local',
    databaseUrl: given('databaseUrl')?.text ?? null,
    replica: given('replica')?.text ?? null,
    replicaUrl: given('replicaUrl')?.text ?? null,
    drainMs: given('drainMs')?.text ?? '3',
    secretKey: given('secretKey')?.text ?? null,
    adminToken: given('adminToken')?.text ?? null,
    metricsToken: given('metricsToken')?.text ?? null,
  })
  if (result.success && result.data.databaseUrl !== null && result.data.restoreFile !== null) {
    return { mistakes: [NO_RESTORE] }
  }
  if (result.success) {
    const sources = { port: given('port')?.source, logLevel: given('logLevel')?.source }
    const startedWith = { logLevel: result.data.logLevel, sources }
    return { config: { ...result.data, startedWith }, problem }
  }
  const mistakes = result.error.issues.map(({ path: [field], message }) => {
    const { source = '', text = '' } = given(field as Field) ?? {}
    // An address of a database holds a password.
    const shown = field === 'databaseUrl' ? '' : ` ${JSON.stringify(text)}`
    return `${source}${shown} ${message}.`
  })
  return { mistakes }
}

/** Whether it looks like a switch, and none of ours has its name. */
function isForeignSwitch(arg: string): boolean {
  const [, name = ''] = /^--([^=]*)/.exec(arg) ?? []
  return /^-./.test(arg) && !['-h', '--'].includes(arg) && !Object.hasOwn(OPTIONS, name)
}

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number]

function argumentMistakes(tokens: Token[]): string[] {
  return tokens.flatMap((token) => {
    if (token.kind === 'positional') return [`Unknown argument "${token.value}".`]
    if (token.kind !== 'option') return []
    if (!Object.hasOwn(OPTIONS, token.name)) return [`Unknown argument "${token.rawName}".`]
    // `--config --port 0` forgot a file: none is meant by the name "--port".
    const isMissing = !token.value || (!token.inlineValue && token.value.startsWith('-'))
    return isMissing ? [`${token.rawName} needs a value.`] : []
  })
}

function leftAlone(arg: string): string {
  return `${arg.replace(/=.*/s, '')} is no argument of MetaMCP: left to Chromium.`
}

function mistake(sentences: string[]): Start {
  return { kind: 'mistake', text: `${sentences.join('\n')}\nSee --help.` }
}
