import type { EntryTemplate } from './catalogue/kinds.ts'

/** What fills the places of an entry's template; `headers` of `null` leaves them out. */
export type EntryValues = {
  name: string
  url: string
  headers: Record<string, string> | null
  command: string
  args: string[]
}

/** A client's entry for us, as its catalogue says. */
export function fillEntry(template: EntryTemplate, values: EntryValues): object {
  const fields = Object.entries(template).flatMap(([field, content]) => {
    if (typeof content === 'object' && !Array.isArray(content)) {
      const inner = fillEntry(content, values)
      return Object.keys(inner).length > 0 ? [[field, inner]] : []
    }
    if (content === '$headers') return values.headers ? [[field, values.headers]] : []
    const key = typeof content === 'string' && content.startsWith('$') ? content.slice(1) : ''
    return [[field, isValue(key) ? values[key] : content]]
  })
  return Object.fromEntries(fields) as object
}

function isValue(key: string): key is keyof EntryValues {
  return ['name', 'url', 'command', 'args'].includes(key)
}

/** Whether a client reaches us over HTTP, or starts the bridge. */
export function transportOf(template: EntryTemplate): 'http' | 'stdio' {
  return Object.values(template).includes('$command') ? 'stdio' : 'http'
}

/** What an entry of any client leads to: clients differ in names, not in what they say. */
export type Target = {
  type: 'STDIO' | 'SSE' | 'STREAMABLE_HTTP'
  command: string
  args: string[]
  env: Record<string, string>
  cwd: string | null
  url: string
  headers: Record<string, string>
  enabled: boolean
}

/** `null` for an entry that has neither a command nor a URL. */
export function readTarget(entry: object): Target | null {
  const fields = entry as Record<string, unknown>
  const program = isRecord(fields['command']) ? fields['command'] : fields
  const [command = '', ...first] = textsOf(fields['cmd'] ?? program['path'] ?? program['command'])
  const url = firstText(fields, ['url', 'serverUrl', 'httpUrl', 'uri'])
  if (command === '' && url === '') return null
  const headers = [
    ...['headers', 'http_headers'].map((name) => fields[name]),
    ...['requestInit', 'requestOptions'].map((name) => memberOf(fields[name], 'headers')),
  ]
  const variable = firstText(fields, ['bearer_token_env_var'])
  return {
    type: command !== '' ? 'STDIO' : isSse(fields, url) ? 'SSE' : 'STREAMABLE_HTTP',
    command,
    args: [...first, ...textsOf(program['args'])],
    env: Object.assign(
      {},
      ...['env', 'envs', 'environment'].map((name) => recordOf(program[name])),
    ),
    cwd: firstText(fields, ['cwd']) || null,
    url,
    headers: Object.assign(
      {},
      variable ? { Authorization: `Bearer \${${variable}}` } : {},
      ...headers.map(recordOf),
    ),
    enabled: fields['disabled'] !== true && fields['enabled'] !== false,
  }
}

function isSse(fields: Record<string, unknown>, url: string): boolean {
  if (typeof fields['httpUrl'] === 'string') return false
  const kind = firstText(fields, ['type', 'transport'])
  return kind === 'sse' || (kind === '' && /\/sse\/?(\?|$)/.test(url))
}

function firstText(fields: Record<string, unknown>, names: string[]): string {
  for (const name of names) {
    const value = fields[name]
    if (typeof value === 'string' && value !== '') return value
  }
  return ''
}

function textsOf(value: unknown): string[] {
  const values: unknown[] = Array.isArray(value) ? value : [value]
  return values.filter((one) => typeof one === 'string' || typeof one === 'number').map(String)
}

function recordOf(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {}
  const fields = Object.entries(value).filter(([, content]) => typeof content !== 'object')
  return Object.fromEntries(fields.map(([name, content]) => [name, String(content)]))
}

function memberOf(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
