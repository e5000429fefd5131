import { isObject, type JsonObject } from '../../json-rpc.ts'

type Hide = (text: string) => string

export type Hiding = {
  text: Hide
  /** For what something is found by, such as a URI: only what is a secret beyond doubt. */
  name: Hide
}

/**
 * What the names of fields are: the `protocol`'s; a tool's `parameters`, without which no call would
 * do; or `data` like what they hold, as in those parameters.
 */
type Names = 'protocol' | 'parameters' | 'data'

/** Words of the protocol, which mean nothing to people. */
const WORDS_OF_PROTOCOL = new Set(['type', 'role', 'mimeType'])

/** By the fields of a request or a result; the names in all others are the protocol's. */
const NAMES = new Map<string, Names>([
  ['arguments', 'parameters'],
  ['structuredContent', 'data'],
])

/** The object with these of its fields gone through; the same one where nothing was hidden. */
export function withFields(
  object: JsonObject,
  fields: readonly string[],
  hiding: Hiding,
): JsonObject {
  let shown = object
  for (const field of fields) {
    const before = object[field]
    if (before === undefined) continue
    const after = within(before, hiding, NAMES.get(field))
    if (after !== before) shown = { ...shown, [field]: after }
  }
  return shown
}

/** The value with every text in it hidden where it must be; the same one where nothing was. */
export function within(value: unknown, hiding: Hiding, names: Names = 'protocol'): unknown {
  if (typeof value === 'string') return hiding.text(value)
  if (Array.isArray(value)) return inList(value, hiding, names)
  return isObject(value) ? inObject(value, hiding, names) : value
}

function inList(list: readonly unknown[], hiding: Hiding, names: Names): readonly unknown[] {
  const shown = list.map((one) => within(one, hiding, names))
  return shown.some((one, at) => one !== list[at]) ? shown : list
}

function inObject(object: JsonObject, hiding: Hiding, names: Names): JsonObject {
  const way = { hiding, names: names === 'parameters' ? ('data' as const) : names }
  let shown: JsonObject | null = null
  let isRenamed = false
  for (const key of Object.keys(object)) {
    if (names === 'data' && !isRenamed) isRenamed = hiding.name(key) !== key
    const field = inField(object, key, way)
    if (field === object[key]) continue
    shown ??= { ...object }
    shown[key] = field
  }
  return isRenamed ? withNames(shown ?? object, hiding) : (shown ?? object)
}

type Way = { hiding: Hiding; names: Names }

function inField(object: JsonObject, key: string, { hiding, names }: Way): unknown {
  const value = object[key]
  if (typeof value !== 'string') return within(value, hiding, names)
  if (names === 'protocol') {
    if (key === 'uri') return hiding.name(value)
    if (WORDS_OF_PROTOCOL.has(key)) return value
  }
  const { mimeType } = object
  if ((key !== 'data' && key !== 'blob') || typeof mimeType !== 'string') return hiding.text(value)
  // A picture with a hole is none.
  if (!IS_TEXT.test(mimeType)) return value
  return key === 'blob' ? inBase64(value, hiding) : hiding.text(value)
}

const IS_TEXT = /^text\/|[/+](?:json|xml|yaml|toml|javascript|typescript|csv|sql)\b/i

function inBase64(blob: string, hiding: Hiding): string {
  const text = Buffer.from(blob, 'base64').toString()
  const shown = hiding.text(text)
  return shown === text ? blob : Buffer.from(shown).toString('base64')
}

/** Two names that are the same now are told apart: nothing of what they hold is lost. */
function withNames(object: JsonObject, hiding: Hiding): JsonObject {
  const taken = new Set<string>()
  const entries = Object.entries(object).map(([key, field]) => {
    const shown = hiding.name(key)
    let name = shown
    for (let count = 2; taken.has(name); count++) name = `${shown} ${count}`
    taken.add(name)
    return [name, field] as const
  })
  return Object.fromEntries(entries) as JsonObject
}
