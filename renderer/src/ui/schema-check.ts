import { Validator, type OutputUnit, type Schema } from '@cfworker/json-schema'

export type JsonSchema = Record<string, unknown>

/** What is wrong with a value, and where. `rule` names the words: `ui:schema.problem.<rule>`. */
export type SchemaProblem = {
  /** Names of fields and places in lists, from the outermost. */
  path: readonly string[]
  rule: Rule
  /** The limit, the format, the type or the choices; `''` where there is none. */
  limit: string
}

const RULES = [
  'required',
  'type',
  'enum',
  'const',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'format',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'additionalProperties',
] as const
type Rule = (typeof RULES)[number] | 'other'

/** Say only that something within them is wrong, which is told for itself. */
const CONTAINERS = new Set([
  'properties',
  'patternProperties',
  'items',
  'prefixItems',
  'allOf',
  '$ref',
  '$recursiveRef',
  'if',
  'then',
  'else',
  'dependentSchemas',
  'additionalProperties',
  'unevaluatedProperties',
])

/** The ways in which a value does not fit; none when the schema itself makes no sense. */
export function findProblems(schema: JsonSchema, value: unknown): SchemaProblem[] {
  const errors = validate(schema, value)
  const found = errors.filter(isTold).map((error) => problemOf(schema, error))
  const seen = new Set<string>()
  return found.filter(({ path, rule }) => {
    const key = JSON.stringify([path, rule])
    return seen.has(key) ? false : seen.add(key)
  })
}

export function fits(schema: JsonSchema, value: unknown): boolean {
  return validate(schema, value).length === 0
}

function validate(schema: JsonSchema, value: unknown): OutputUnit[] {
  try {
    // A copy, since the validator writes into the schema.
    const own = withoutPatterns(schema) as Schema
    // The value as it will be sent: without fields that are `undefined`.
    const sent: unknown = value === undefined ? null : JSON.parse(JSON.stringify(value))
    const { errors } = new Validator(own, draftOf(schema), false).validate(sent)
    return errors.map((error) => asMissing(error, sent))
  } catch {
    return []
  }
}

/** An entry of a list that was left empty is sent as `null`. */
function asMissing(error: OutputUnit, sent: unknown): OutputUnit {
  const path = readPointer(error.instanceLocation)
  const isEntry = error.keyword === 'type' && /^\d+$/.test(path.at(-1) ?? '')
  return isEntry && valueAt(sent, path) === null ? { ...error, keyword: 'required' } : error
}

/**
 * Patterns of servers are not run: one that was made for it would stop the window, and the server
 * checks them anyway.
 */
function withoutPatterns(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutPatterns)
  if (typeof schema !== 'object' || schema === null) return schema
  const { pattern, patternProperties, ...rest } = schema as JsonSchema
  const entries = Object.entries(rest).map(([key, value]) => [key, withoutPatterns(value)])
  const kept = Object.fromEntries(entries) as JsonSchema
  // As the name of a field it is none.
  if (typeof pattern === 'object') kept['pattern'] = withoutPatterns(pattern)
  // What the patterns would allow is not known any more.
  if (patternProperties !== undefined) delete kept['additionalProperties']
  return kept
}

function draftOf({ $schema }: JsonSchema): '4' | '7' | '2019-09' | '2020-12' {
  const name = typeof $schema === 'string' ? $schema : ''
  if (/draft-0?[34]/.test(name)) return '4'
  if (/draft-0?[67]/.test(name)) return '7'
  return name.includes('2019-09') ? '2019-09' : '2020-12'
}

/** Of branches, that none fits is said, and not why each of them does not. */
function isTold({ keyword, keywordLocation }: OutputUnit): boolean {
  if (CONTAINERS.has(keyword)) return false
  return !/\/(anyOf|oneOf|not|contains)\/./.test(keywordLocation)
}

function problemOf(schema: JsonSchema, { keyword, ...error }: OutputUnit): SchemaProblem {
  const path = readPointer(error.instanceLocation)
  if (keyword === 'required') {
    const name = /required property "(.*)"/s.exec(error.error)?.[1]
    return { path: name === undefined ? path : [...path, name], rule: 'required', limit: '' }
  }
  // The schema `false` stands where nothing may be.
  if (keyword === 'false') return { path, rule: 'additionalProperties', limit: '' }
  const rule = RULES.find((known) => known === keyword)
  if (!rule) return { path, rule: 'other', limit: '' }
  return { path, rule, limit: textOf(valueAt(schema, readPointer(error.keywordLocation))) }
}

function readPointer(pointer: string): string[] {
  const parts = pointer.replace(/^#\/?/, '').split('/')
  return parts
    .filter((part) => part !== '')
    .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'))
}

function valueAt(root: unknown, pointer: readonly string[]): unknown {
  let at: unknown = root
  for (const step of pointer) {
    if (typeof at !== 'object' || at === null) return undefined
    if (step === '$ref') at = resolveRef(root as JsonSchema, (at as JsonSchema)['$ref'])
    else at = Object.hasOwn(at, step) ? (at as JsonSchema)[step] : undefined
  }
  return at
}

/** Within the schema itself; others are never fetched. */
export function resolveRef(root: JsonSchema, ref: unknown): unknown {
  if (ref === '#') return root
  if (typeof ref !== 'string' || !ref.startsWith('#/')) return undefined
  let at: unknown = root
  for (const step of readPointer(ref)) {
    const isThere = typeof at === 'object' && at !== null && Object.hasOwn(at, step)
    at = isThere ? (at as JsonSchema)[step] : undefined
  }
  return at
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ')
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number)
}
