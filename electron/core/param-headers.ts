import { isRawJson } from './json.ts'
import { isObject, type JsonObject } from './json-rpc.ts'

/**
 * Arguments of a tool call that are repeated in HTTP headers (revision 2026-07-28, "Custom Headers
 * from Tool Parameters"): which ones, with which value, and how a header writes it.
 */
type ParamField = {
  /** The header's name, in lower case: `mcp-param-…`. */
  header: string
  /** The keys that lead to the value, from the arguments on. */
  path: readonly string[]
  /** Such are compared as numbers: 42.0 is 42. */
  isInteger: boolean
}

/** What a tool's `inputSchema` asks for, or why its definition is one that clients must reject. */
export type ParamFields = { fields: readonly ParamField[] } | { fault: string }

const ANNOTATION = 'x-mcp-header'
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const PRIMITIVES: ReadonlySet<unknown> = new Set(['string', 'integer', 'boolean'])
/** Keywords whose values are data, and no schemas. */
const DATA: ReadonlySet<string> = new Set(['const', 'default', 'enum', 'examples', ANNOTATION])
/** Keywords whose keys are names, and whose values are schemas. */
const NAMED: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  'dependentSchemas',
  '$defs',
  'definitions',
])
/** Deeper schemas are not looked into: nobody writes them by hand. */
const MAX_DEPTH = 64

/** Schemas are values that are replaced, never changed; the same one is asked about at each call. */
const known = new WeakMap<object, ParamFields>()

export function readParamFields(inputSchema: unknown): ParamFields {
  if (!isObject(inputSchema)) return { fields: [] }
  const before = known.get(inputSchema)
  if (before) return before
  const found: ParamFields = findFields(inputSchema)
  known.set(inputSchema, found)
  return found
}

/**
 * The headers of a call: lower-case name → value, not encoded yet. An argument that is missing,
 * null, or no primitive gets none. Empty for a definition with a fault.
 */
export function paramHeaders(inputSchema: unknown, args: unknown): Map<string, string> {
  const read = readParamFields(inputSchema)
  const headers = new Map<string, string>()
  if ('fault' in read) return headers
  for (const { header, path } of read.fields) {
    const text = textOf(valueAt(args, path))
    if (text !== undefined) headers.set(header, text)
  }
  return headers
}

/** Wraps what a header cannot hold as it is ("Value Encoding"). */
export function encodeHeader(value: string): string {
  const isPlain = /^[\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?$/.test(value)
  if (value === '' || (isPlain && !isWrapped(value))) return value
  return `=?base64?${Buffer.from(value).toString('base64')}?=`
}

/** The value that a header carries; `undefined` for invalid characters or invalid Base64. */
export function decodeHeader(header: string): string | undefined {
  if (!/^[\x20-\x7e\t]*$/.test(header)) return undefined
  if (!isWrapped(header)) return header
  const text = header.slice('=?base64?'.length, -'?='.length)
  const bytes = Buffer.from(text, 'base64')
  // Node skips what is no Base64: only what it would write itself is taken.
  return bytes.toString('base64') === text ? bytes.toString() : undefined
}

function isWrapped(value: string): boolean {
  return /^=\?base64\?.*\?=$/s.test(value)
}

/** Values with large integers keep their digits, and are compared as they are written. */
function textOf(value: unknown): string | undefined {
  if (isRawJson(value)) return value.rawJSON
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let at = value
  for (const key of path) {
    if (!isObject(at) || isRawJson(at) || !Object.hasOwn(at, key)) return undefined
    at = at[key]
  }
  return at
}

function findFields(schema: JsonObject): ParamFields {
  const fields: ParamField[] = []
  const fault = visit(schema, [], fields)
  if (fault !== null) return { fault }
  const names = fields.map(({ header }) => header)
  const twice = names.find((name, index) => names.indexOf(name) < index)
  return twice === undefined ? { fields } : { fault: `two parameters ask for the header ${twice}` }
}

/** Adds what it finds to `fields`; `path` is null where no chain of `properties` leads. */
function visit(
  schema: unknown,
  path: readonly string[] | null,
  fields: ParamField[],
): string | null {
  if (!isObject(schema) || isRawJson(schema) || (path?.length ?? 0) > MAX_DEPTH) return null
  if (Object.hasOwn(schema, ANNOTATION)) {
    const fault = faultOf(schema, path)
    if (fault !== null) return fault
    const header = `mcp-param-${String(schema[ANNOTATION])}`.toLowerCase()
    if (path) fields.push({ header, path, isInteger: schema.type === 'integer' })
  }
  return visitParts(schema, path, fields)
}

function visitParts(
  schema: JsonObject,
  path: readonly string[] | null,
  fields: ParamField[],
): string | null {
  for (const [keyword, value] of Object.entries(schema)) {
    if (DATA.has(keyword) || typeof value !== 'object' || value === null) continue
    for (const [name, part] of partsOf(keyword, value)) {
      const next = keyword === 'properties' && path ? [...path, name] : null
      const fault = visit(part, next, fields)
      if (fault !== null) return fault
    }
  }
  return null
}

/** The schemas that a keyword holds: by name, in a list, or just one. */
function partsOf(keyword: string, value: object): [string, unknown][] {
  const isMany = NAMED.has(keyword) || Array.isArray(value)
  return isMany ? Object.entries(value) : [['', value]]
}

function faultOf(schema: JsonObject, path: readonly string[] | null): string | null {
  const name = schema[ANNOTATION]
  if (typeof name !== 'string' || !TOKEN.test(name)) return `${ANNOTATION} is no name for a header`
  if (!path || path.length === 0) return `${ANNOTATION} ${name} is not at a property`
  if (!PRIMITIVES.has(schema.type)) return `${ANNOTATION} ${name} is not at a primitive`
  return null
}
