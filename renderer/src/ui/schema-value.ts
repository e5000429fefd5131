/** What a person has filled in: in a form, or as JSON; the one of the mode counts. */
export type SchemaValue = { mode: 'form' | 'json'; value: unknown; text: string }

export const EMPTY_VALUE: SchemaValue = { mode: 'form', value: {}, text: '' }

/** The value as JSON text; `null` when what was written is no JSON object. */
export function readValue({ mode, value, text }: SchemaValue): string | null {
  if (mode === 'form') return JSON.stringify(value ?? {})
  if (text.trim() === '') return '{}'
  return isJsonObject(text) ? text : null
}

export function asJson(given: SchemaValue): SchemaValue {
  if (given.mode === 'json') return given
  return { ...given, mode: 'json', text: JSON.stringify(given.value ?? {}, null, 2) }
}

/** `null` when what was written is no JSON object. */
export function asForm(given: SchemaValue): SchemaValue | null {
  if (given.mode === 'form') return given
  const text = readValue(given)
  return text === null ? null : { ...given, mode: 'form', value: JSON.parse(text) as unknown }
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
