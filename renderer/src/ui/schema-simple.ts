import { resolveRef, type JsonSchema } from './schema-check.ts'

/** Why a schema has no form; `ui:schema.noForm.<why>`. */
export type NoForm = 'not-object' | 'elsewhere' | 'too-large' | 'nothing'

/** A part of a value that is written as JSON, since its schema does not say what it is made of. */
export const FREE = 'x-metamcp-free'

/** Beyond it nobody fills in a form, and drawing it takes long. */
const MAX_PARTS = 400

/** A schema as a form can show it, saying no more than the given one; checks use that one. */
export function simplify(schema: JsonSchema): { schema: JsonSchema } | { why: NoForm } {
  const { properties } = schema
  if (schema['type'] !== undefined && schema['type'] !== 'object') return { why: 'not-object' }
  if (!isObject(properties)) {
    const isOpen = ['anyOf', 'oneOf', 'allOf', '$ref', 'additionalProperties'].some(
      (key) => schema[key] !== undefined && schema[key] !== false,
    )
    return { why: isOpen ? 'not-object' : 'nothing' }
  }
  if (Object.keys(properties).length === 0) return { why: 'nothing' }
  const state = { root: schema, parts: 0, isElsewhere: false }
  // Its title and description stand above the form already.
  const { title: _, description: __, $schema: ___, ...rest } = schema
  const simple = { ...simplifyPart(rest, state), type: 'object' }
  if (state.isElsewhere) return { why: 'elsewhere' }
  return state.parts > MAX_PARTS ? { why: 'too-large' } : { schema: simple }
}

type State = { root: JsonSchema; parts: number; isElsewhere: boolean }

function simplifyPart(given: unknown, state: State): JsonSchema {
  if (++state.parts > MAX_PARTS) return {}
  const schema = isObject(given) ? withoutNull(given) : {}
  if (schema['$ref'] !== undefined) {
    if (resolveRef(state.root, schema['$ref']) === undefined) state.isElsewhere = true
    return schema
  }
  if (isFree(schema)) return freeOf(schema)
  const result = { ...schema }
  for (const key of ['properties', '$defs', 'definitions']) {
    const parts = schema[key]
    if (!isObject(parts)) continue
    result[key] = Object.fromEntries(
      Object.entries(parts).map(([name, part]) => [name, simplifyPart(part, state)]),
    )
  }
  if (isObject(schema['items'])) {
    result['items'] = simplifyPart(schema['items'], state)
    // Of a few choices, each once: one field in which they are chosen.
    if (isChoice(schema['items'])) result['uniqueItems'] = true
  }
  for (const key of ['anyOf', 'oneOf', 'allOf']) {
    const parts = schema[key]
    if (Array.isArray(parts)) result[key] = parts.map((part) => simplifyPart(part, state))
  }
  return result
}

/** "a text or null" is a field that may be left empty. */
function withoutNull(schema: JsonSchema): JsonSchema {
  const { type } = schema
  if (Array.isArray(type)) {
    const others = type.filter((one) => one !== 'null')
    return others.length === 1 ? dropNull({ ...schema, type: others[0] as unknown }) : schema
  }
  for (const key of ['anyOf', 'oneOf']) {
    const parts = schema[key]
    if (!Array.isArray(parts)) continue
    const others = parts.filter((part) => !(isObject(part) && part['type'] === 'null'))
    if (others.length === parts.length || others.length !== 1) continue
    const { [key]: _, ...rest } = schema
    return dropNull({ ...(isObject(others[0]) ? others[0] : {}), ...rest })
  }
  return schema
}

function dropNull(schema: JsonSchema): JsonSchema {
  if (schema['default'] !== null) return schema
  const { default: _, ...rest } = schema
  return rest
}

function isChoice({ enum: values, oneOf, anyOf }: JsonSchema): boolean {
  const parts = oneOf ?? anyOf
  return (
    Array.isArray(values) ||
    (Array.isArray(parts) && parts.every((part) => isObject(part) && part['const'] !== undefined))
  )
}

function isFree(schema: JsonSchema): boolean {
  const { type, properties, items, additionalProperties } = schema
  if (['enum', 'const', 'anyOf', 'oneOf', 'allOf'].some((key) => schema[key] !== undefined)) {
    return false
  }
  if (type === 'object') return !isObject(properties) && !isObject(additionalProperties)
  if (type === 'array') return !isObject(items)
  return type === undefined ? !isObject(properties) : Array.isArray(type)
}

function freeOf({ title, description }: JsonSchema): JsonSchema {
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    type: 'object',
    [FREE]: true,
  }
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
