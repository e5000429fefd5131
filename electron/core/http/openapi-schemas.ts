import { isRawJson } from '../json.ts'
import { isObject, type JsonObject } from '../json-rpc.ts'

/** How much may be written out in place of references: of one schema, and of a whole document. */
const MAX_OF_SCHEMA = 5_000
const MAX_OF_DOCUMENT = 200_000
/** Schemas that contain themselves are written out so often, and take anything below that. */
const MAX_TURNS = 3
const MAX_DEPTH = 60

/** Keywords with one schema, with a list of them, and with named ones (JSON Schema 2020-12). */
const ONE: ReadonlySet<string> = new Set([
  ...['items', 'additionalProperties', 'unevaluatedProperties', 'unevaluatedItems', 'contains'],
  ...['propertyNames', 'not', 'if', 'then', 'else', 'contentSchema'],
])
const MANY: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems'])
const NAMED: ReadonlySet<string> = new Set([
  ...['properties', 'patternProperties', 'dependentSchemas'],
])

/**
 * What has no meaning, or another one, within a document of OpenAPI: what references lead to is
 * written out, and mappings of discriminators are references as well.
 */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ...['$schema', '$id', 'id', '$anchor', '$dynamicAnchor', '$recursiveAnchor', '$vocabulary'],
  ...['$defs', 'definitions', '$ref', '$dynamicRef', '$recursiveRef', 'discriminator'],
  'additionalItems',
])

/** What may stand beside a reference and says nothing of what is valid. */
const WORDS: ReadonlySet<string> = new Set([
  ...['title', 'description', 'default', 'examples', 'deprecated', 'readOnly', 'writeOnly'],
  '$comment',
])

const TYPES: ReadonlySet<unknown> = new Set([
  ...['null', 'boolean', 'object', 'array', 'number', 'string', 'integer'],
])

/** Writes schemas out for one document, so that what they take together is bounded. */
export function openSchemaWriter(): (schema: unknown) => JsonObject {
  const document = { left: MAX_OF_DOCUMENT }
  return (schema) => {
    const root = isObject(schema) ? schema : {}
    return new Writer(root, document).write(root, { turns: [], depth: 0 })
  }
}

/** The way from the root: what was written out in place of references, outermost first. */
type Way = { turns: readonly object[]; depth: number }

/**
 * A tool's schema as one that stands for itself, without references: those of a tool are of its own
 * schema, not of the document, and readers of documents follow few of them. Open WebUI, for one,
 * takes a schema that is named twice for one that contains itself. A server may have written
 * anything: what no schema can be is left out.
 */
class Writer {
  readonly #root: JsonObject
  readonly #document: { left: number }
  #left = MAX_OF_SCHEMA

  constructor(root: JsonObject, document: { left: number }) {
    this.#root = root
    this.#document = document
  }

  write(schema: unknown, way: Way): JsonObject {
    if (schema === false) return { not: {} }
    if (!isObject(schema) || way.depth > MAX_DEPTH) return {}
    if (way.turns.length > 0) {
      this.#left -= 1
      this.#document.left -= 1
    }
    const own = this.#own(schema, { ...way, depth: way.depth + 1 })
    const ref = schema.$ref ?? schema.$dynamicRef ?? schema.$recursiveRef
    if (typeof ref !== 'string') return own
    const target = this.#target(ref, way)
    if (Object.keys(own).every((key) => WORDS.has(key))) return { ...target, ...own }
    return { ...own, allOf: [...((own.allOf as JsonObject[] | undefined) ?? []), target] }
  }

  #target(ref: string, { turns, depth }: Way): JsonObject {
    const target = this.#find(ref)
    const times = isObject(target) ? turns.filter((one) => one === target).length : 0
    const isSpent = this.#left <= 0 || this.#document.left <= 0
    if (target === undefined || times >= MAX_TURNS || isSpent) return {}
    const next = isObject(target) ? [...turns, target] : turns
    return this.write(target, { turns: next, depth: depth + 1 })
  }

  #own(schema: JsonObject, way: Way): JsonObject {
    const entries = Object.entries(schema).flatMap(([key, value]) => {
      const written = LEFT_OUT.has(key) ? undefined : this.#keyword(key, value, way)
      return written === undefined ? [] : [[key, written] as const]
    })
    return Object.fromEntries([...entries, ...this.#ofBefore(schema, way)])
  }

  /** `undefined`: it is left out. */
  #keyword(key: string, value: unknown, way: Way): unknown {
    if (key === 'items' && Array.isArray(value)) return undefined
    // Open WebUI gives up a whole document for one `items: true`, which says nothing anyway.
    if (key === 'items' && value === true) return undefined
    if (ONE.has(key)) return typeof value === 'boolean' ? value : this.write(value, way)
    if (MANY.has(key)) {
      const list = Array.isArray(value) ? value.map((one) => this.write(one, way)) : []
      return list.length > 0 ? list : undefined
    }
    if (NAMED.has(key)) return isObject(value) ? this.#named(value, way) : undefined
    return plain(key, value)
  }

  #named(value: JsonObject, way: Way): JsonObject {
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, this.write(one, way)]),
    )
  }

  /** What earlier drafts said otherwise: a list with a schema for each place, and open ends. */
  #ofBefore({ items, additionalItems, ...schema }: JsonObject, way: Way): [string, unknown][] {
    const said: [string, unknown][] = []
    if (Array.isArray(items)) {
      if (items.length > 0) said.push(['prefixItems', items.map((one) => this.write(one, way))])
      if (additionalItems === false) said.push(['items', false])
      else if (isObject(additionalItems)) said.push(['items', this.write(additionalItems, way)])
    }
    for (const [end, at] of ENDS) {
      if (schema[end] === true && at in schema) said.push([end, schema[at]])
    }
    return said
  }

  /** By a pointer into the schema (RFC 6901), or an anchor; what lies elsewhere is not fetched. */
  #find(ref: string): unknown {
    if (!ref.startsWith('#')) return undefined
    const [first, ...steps] = ref.slice(1).split('/')
    if (first !== '') return steps.length === 0 ? this.#anchored(ref.slice(1)) : undefined
    let at: unknown = this.#root
    for (const step of steps) {
      const name = nameOf(step)
      const isThere = typeof at === 'object' && at !== null && Object.hasOwn(at, name)
      if (!isThere) return undefined
      at = (at as JsonObject)[name]
    }
    return at
  }

  #anchored(anchor: string): unknown {
    const { $defs, definitions } = this.#root
    const known = [this.#root, ...[$defs, definitions].filter(isObject).flatMap(Object.values)]
    return known.find(
      (one) => isObject(one) && (one.$anchor === anchor || one.$dynamicAnchor === anchor),
    )
  }
}

const ENDS = [
  ['exclusiveMinimum', 'minimum'],
  ['exclusiveMaximum', 'maximum'],
] as const

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string'
const isFlag: Check = (value) => typeof value === 'boolean'
const isNumber: Check = (value) => typeof value === 'number' || isRawJson(value)
const isCount: Check = (value) => Number.isInteger(value) && Number(value) >= 0
const isList: Check = (value) => Array.isArray(value)

/** What the values of keywords are (JSON Schema 2020-12, "Validation"), where that is told. */
const VALUES = new Map<string, Check>([
  ...['title', 'description', 'pattern', 'format', '$comment'].map((key) => [key, isText] as const),
  ...['contentEncoding', 'contentMediaType'].map((key) => [key, isText] as const),
  ...['deprecated', 'readOnly', 'writeOnly', 'uniqueItems'].map((key) => [key, isFlag] as const),
  ...['minimum', 'maximum'].map((key) => [key, isNumber] as const),
  ...['exclusiveMinimum', 'exclusiveMaximum'].map((key) => [key, isNumber] as const),
  ...['minLength', 'maxLength', 'minItems', 'maxItems'].map((key) => [key, isCount] as const),
  ...['minProperties', 'maxProperties'].map((key) => [key, isCount] as const),
  ...['minContains', 'maxContains'].map((key) => [key, isCount] as const),
  ...['enum', 'examples'].map((key) => [key, isList] as const),
  ['multipleOf', (value) => isNumber(value) && !(Number(value) <= 0)],
  ['dependentRequired', isObject],
])

/** A keyword without a schema in it, where its value can be right. */
function plain(key: string, value: unknown): unknown {
  if (key === 'type') {
    const isMany = Array.isArray(value) && value.length > 0 && value.every((one) => TYPES.has(one))
    return isMany || TYPES.has(value) ? value : undefined
  }
  if (key === 'required') {
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined
  }
  return VALUES.get(key)?.(value) === false ? undefined : value
}

function nameOf(step: string): string {
  try {
    return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
  } catch {
    return step
  }
}
