/** Values that are written to many, with their JSON once somebody has asked for it. */
const texts = new WeakMap<object, string | null>()

/** From now on its JSON is made once: it must not change any more. */
export function writeOnce<T extends object>(value: T): T {
  if (!texts.has(value)) texts.set(value, null)
  return value
}

export function isWrittenOnce(value: unknown): boolean {
  return typeof value === 'object' && value !== null && texts.has(value)
}

/** The JSON of what was marked; `undefined` for all else. */
export function writtenOnce(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const known = texts.get(value)
  if (known !== null) return known
  const text = JSON.stringify(value)
  texts.set(value, text)
  return text
}
