/** Lengths of what is frozen and shared, such as a tool's schema: most of every definition. */
const known = new WeakMap<object, number>()

/**
 * How long an object is as JSON, in UTF-16 units: as `JSON.stringify(value).length`. What its fields
 * hold is measured once, so that the same definition in many lists costs little.
 */
export function jsonLength(value: Readonly<Record<string, unknown>>): number {
  const fields = Object.entries(value).flatMap(([key, field]) => {
    const length = fieldLength(field)
    return length === undefined ? [] : [JSON.stringify(key).length + 1 + length]
  })
  const commas = Math.max(0, fields.length - 1)
  return 2 + commas + fields.reduce((sum, length) => sum + length, 0)
}

/** `undefined` for what JSON leaves out. */
function fieldLength(field: unknown): number | undefined {
  // Only what cannot change any more keeps its length.
  if (typeof field !== 'object' || field === null || !Object.isFrozen(field)) {
    return (JSON.stringify(field) as string | undefined)?.length
  }
  const before = known.get(field)
  if (before !== undefined) return before
  const length = JSON.stringify(field).length
  known.set(field, length)
  return length
}
