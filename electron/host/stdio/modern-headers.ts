import { isObject, type Message } from './peek.ts'

/** Where the value of `Mcp-Name` stands (revision 2026-07-28, Transports; Tasks extension). */
const NAME_FIELD = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
])

/** Which arguments of a tool are repeated in headers: the header's name, and the way to the value. */
type Mirrored = { header: string; path: string[] }

/** What modern requests say in headers beside their body (revision 2026-07-28, Streamable HTTP). */
export class ModernHeaders {
  readonly #tools = new Map<string, Mirrored[]>()

  /** Takes note of a page of `tools/list`; a first page replaces what was known. */
  learn({ params }: Pick<Message<'request'>, 'params'>, result: unknown): void {
    if (params.cursor === undefined) this.#tools.clear()
    const tools = isObject(result) && Array.isArray(result.tools) ? result.tools : []
    for (const tool of tools as unknown[]) {
      if (!isObject(tool) || typeof tool.name !== 'string') continue
      const mirrored = mirroredIn(tool.inputSchema, [])
      if (mirrored.length > 0) this.#tools.set(tool.name, mirrored)
    }
  }

  /** Values that no header could hold are left out: the core says best what is wrong with them. */
  of({ method, params, version }: Message<'request'>): Record<string, string> {
    const headers: Record<string, string> = {}
    const add = (name: string, value: unknown) => {
      const text = textOf(value)
      if (text !== null) headers[name] = encodeValue(text)
    }
    add('MCP-Protocol-Version', version)
    add('Mcp-Method', method)
    const field = NAME_FIELD.get(method)
    const name = field === undefined ? undefined : params[field]
    if (typeof name === 'string') add('Mcp-Name', name)
    if (method === 'tools/call' && typeof params.name === 'string') {
      for (const { header, path } of this.#tools.get(params.name) ?? []) {
        add(`Mcp-Param-${header}`, valueAt(params.arguments, path))
      }
    }
    return headers
  }
}

/** Only chains of `properties` count; an annotation that is no name of a header is none. */
function mirroredIn(schema: unknown, path: string[]): Mirrored[] {
  if (!isObject(schema) || !isObject(schema.properties)) return []
  return Object.entries(schema.properties).flatMap(([key, property]) => {
    const here = [...path, key]
    const header = isObject(property) ? property['x-mcp-header'] : undefined
    const own = typeof header === 'string' && isToken(header) ? [{ header, path: here }] : []
    return [...own, ...mirroredIn(property, here)]
  })
}

function isToken(text: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text)
}

function valueAt(value: unknown, path: string[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined),
    value,
  )
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  return typeof value === 'boolean' || Number.isSafeInteger(value) ? String(value) : null
}

/** `=?base64?…?=` wraps what a header cannot hold as it is, and what looks wrapped already. */
function encodeValue(text: string): string {
  const isPlain = /^(?:[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?)?$/.test(text)
  const looksWrapped = text.startsWith('=?base64?') && text.endsWith('?=')
  return isPlain && !looksWrapped ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`
}
