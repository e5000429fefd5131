import type { Config } from './config.ts'

const MINUTE_MS = 60_000
const SECOND_MS = 1_000

/** A secret in the form; `value` of `null` keeps the one that is stored. */
export type Secret = { key: string; name: string; value: string | null }

/** The form's fields; what the other kind of server has is empty. */
export type Values = {
  name: string
  description: string
  type: Config['type']
  command: string
  /** One a line. */
  args: string
  cwd: string
  env: Secret[]
  url: string
  headers: Secret[]
  /** `undefined` keeps what is stored, `null` takes it away. */
  bearerToken: string | null | undefined
  start: Config['start']
  idleMinutes: number | string
  startSeconds: number | string
  isolation: Config['isolation']
  idleConnections: number | string
  maxConnections: number | string
}

export function valuesOf(config: Config): Values {
  const { name, description, type, start, isolation } = config
  return {
    ...{ name, description, type, start, isolation },
    command: config.command ?? '',
    args: (config.args ?? []).map(lineOf).join('\n'),
    cwd: config.cwd ?? '',
    env: secretsOf(config.env),
    url: config.url ?? '',
    headers: secretsOf(config.headers),
    bearerToken: config.bearerToken,
    idleMinutes: config.idleMs / MINUTE_MS,
    startSeconds: config.startTimeoutMs / SECOND_MS,
    idleConnections: config.idleConnections,
    maxConnections: config.maxConnections,
  }
}

/** Back again; `config` has what the form does not show. */
export function configFrom(values: Values, config: Config): Config {
  const { name, description, type, start, isolation, bearerToken } = values
  const common = {
    ...{ name: name.trim(), description, type, start },
    idleMs: Math.round(Number(values.idleMinutes) * MINUTE_MS),
    startTimeoutMs: Math.round(Number(values.startSeconds) * SECOND_MS),
    ...{ isolation, idleConnections: Number(values.idleConnections) },
    maxConnections: Number(values.maxConnections),
  }
  if (type === 'STDIO') {
    return {
      ...{ ...common, command: values.command.trim(), args: argsOf(values.args) },
      cwd: values.cwd.trim() === '' ? null : values.cwd.trim(),
      env: recordOf(values.env),
    }
  }
  return {
    ...{ ...common, url: values.url.trim(), headers: recordOf(values.headers) },
    ...(config.oauth && { oauth: config.oauth }),
    ...(bearerToken !== undefined && { bearerToken }),
  }
}

export function newSecret(name = ''): Secret {
  return { key: crypto.randomUUID(), name, value: '' }
}

function secretsOf(record: Config['env'] = {}): Secret[] {
  return Object.entries(record).map(([name, value]) => ({ key: name, name, value }))
}

function recordOf(secrets: readonly Secret[]): Record<string, string | null> {
  const named = secrets.filter(({ name }) => name.trim() !== '')
  // An empty box beside a name that is stored was left alone: nobody loses a secret by it.
  const valueOf = ({ key, name, value }: Secret) => (key === name && value === '' ? null : value)
  return Object.fromEntries(named.map((one) => [one.name.trim(), valueOf(one)]))
}

/** What would not survive as a line is written as JSON. */
function lineOf(argument: string): string {
  const isPlain = !/^\s*$|[\r\n]|^"|^\s|\s$/.test(argument)
  return isPlain ? argument : JSON.stringify(argument)
}

function argsOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => (line.startsWith('"') ? (parsedText(line) ?? line) : line))
}

function parsedText(line: string): string | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'string' ? value : null
  } catch {
    return null
  }
}
