import type { JsonObject } from './echo-wire.ts'

export function text(words: string): JsonObject {
  return { content: [{ type: 'text', text: words }] }
}

export function structured(value: JsonObject): JsonObject {
  return { content: [{ type: 'text', text: JSON.stringify(value) }], structuredContent: value }
}
