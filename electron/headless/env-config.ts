import { resolve } from 'node:path'
import { parseArgs, type ParseArgsConfig } from 'node:util'
import envPaths from 'env-paths'
import { z } from 'zod'

/** What arguments and environment say; `null` leaves it to the core. */
export type HeadlessConfig = z.infer<typeof headlessConfig> & {
  /** The environment as it came, for references in definitions and for children. */
  env: Record<string, string | undefined>
}

export type HeadlessStart =
  | { kind: 'start'; config: HeadlessConfig }
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
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options']

const HELP = `MetaMCP Desktop, headless: one local URL for all your MCP servers.

  --host ADDRESS      address to listen on          METAMCP_HOST        (127.0.0.1)
  --port PORT         port, 0 picks a free one      METAMCP_PORT        (12008)
  --data-dir FOLDER   where everything is kept      METAMCP_DATA_DIR    (the platform's data folder)
  --config FILE       a metamcp.json to apply       METAMCP_CONFIG
  --public-url URL    where clients reach us        METAMCP_PUBLIC_URL  (http://127.0.0.1:<port>)
  --log-level LEVEL   debug, info, warn, error      METAMCP_LOG_LEVEL   (info)
  --help              this text

Only by environment: METAMCP_SECRET_KEY seals stored secrets (else a key file in the data folder),
METAMCP_ADMIN_TOKEN opens the management API (else one is generated and kept in the data folder).
Arguments win over the environment.
`

const headlessConfig = z.object({
  host: z.string(),
  port: z
    .string()
    .regex(/^\d{1,5}$/, 'is not a port: use 0 to 65535')
    .transform(Number)
    .refine((port) => port <= 65_535, 'is not a port: use 0 to 65535'),
  dataDir: z.string().transform((path) => resolve(path)),
  configFile: z
    .string()
    .transform((path) => resolve(path))
    .nullable(),
  publicUrl: z
    .string()
    .refine(isHttpUrl, 'is not an http or https URL')
    .transform((url) => url.replace(/\/+$/, ''))
    .nullable(),
  logLevel: z.enum(['debug', 'info', 'warn', 'error', 'silent'], {
    error: 'is not a log level: use debug, info, warn, error or silent',
  }),
  secretKey: z.string().nullable(),
  adminToken: z.string().nullable(),
})

type Field = keyof z.infer<typeof headlessConfig>

/** Where each field comes from, strongest first. */
const SOURCES: Record<Field, { option?: keyof typeof OPTIONS; variable: string }> = {
  host: { option: 'host', variable: 'METAMCP_HOST' },
  port: { option: 'port', variable: 'METAMCP_PORT' },
  dataDir: { option: 'data-dir', variable: 'METAMCP_DATA_DIR' },
  configFile: { option: 'config', variable: 'METAMCP_CONFIG' },
  publicUrl: { option: 'public-url', variable: 'METAMCP_PUBLIC_URL' },
  logLevel: { option: 'log-level', variable: 'METAMCP_LOG_LEVEL' },
  secretKey: { variable: 'METAMCP_SECRET_KEY' },
  adminToken: { variable: 'METAMCP_ADMIN_TOKEN' },
}

/**
 * Arguments (without `node` and the script) over environment over defaults. An empty value counts as
 * not given: that is what `METAMCP_PORT=` in an env file means.
 */
export function readHeadlessConfig(
  argv: string[],
  env: Record<string, string | undefined>,
): HeadlessStart {
  const { values, tokens } = parseArgs({
    args: argv,
    options: OPTIONS,
    strict: false,
    tokens: true,
  })
  if (values.help) return { kind: 'help', text: HELP }
  const mistakes = argumentMistakes(tokens)
  if (mistakes.length > 0) return mistake(mistakes)

  const given = (field: Field) => {
    const { option, variable } = SOURCES[field]
    const argument = option === undefined ? undefined : values[option]
    if (typeof argument === 'string') return { text: argument, source: `--${option}` }
    const text = env[variable]
    return text ? { text, source: variable } : null
  }
  const result = headlessConfig.safeParse({
    host: given('host')?.text ?? '127.0.0.1',
    port: given('port')?.text ?? '12008',
    dataDir: given('dataDir')?.text ?? envPaths('MetaMCP', { suffix: '' }).data,
    configFile: given('configFile')?.text ?? null,
    publicUrl: given('publicUrl')?.text ?? null,
    logLevel: given('logLevel')?.text ?? 'info',
    secretKey: given('secretKey')?.text ?? null,
    adminToken: given('adminToken')?.text ?? null,
  })
  if (result.success) return { kind: 'start', config: { ...result.data, env } }
  return mistake(
    result.error.issues.map(({ path: [field], message }) => {
      const { source = '', text = '' } = given(field as Field) ?? {}
      return `${source} ${JSON.stringify(text)} ${message}.`
    }),
  )
}

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number]

function argumentMistakes(tokens: Token[]): string[] {
  return tokens.flatMap((token) => {
    if (token.kind === 'positional') return [`Unknown argument "${token.value}".`]
    if (token.kind !== 'option') return []
    if (!Object.hasOwn(OPTIONS, token.name)) return [`Unknown argument "${token.rawName}".`]
    return token.value === undefined || token.value === ''
      ? [`${token.rawName} needs a value.`]
      : []
  })
}

function mistake(sentences: string[]): HeadlessStart {
  return { kind: 'mistake', text: `${sentences.join('\n')}\nSee --help.` }
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}
