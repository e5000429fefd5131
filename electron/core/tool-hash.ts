import { contentHash } from './canonical-json.ts'

type Definition = Readonly<Record<string, unknown>>

/** What a model is told of a tool, and what a client may do without asking a person. */
const PINNED = ['name', 'title', 'description', 'inputSchema', 'outputSchema', 'annotations']

const hashes = new WeakMap<object, string>()

/** The part of a tool's definition that a person has looked at when taking it in. */
export function pinnedPart(tool: Definition): Record<string, unknown> {
  return Object.fromEntries(PINNED.flatMap((key) => (key in tool ? [[key, tool[key]]] : [])))
}

/** SHA-256 of that part in canonical JSON, hexadecimal: the order of keys is no change. */
export function toolHash(tool: Definition): string {
  const known = hashes.get(tool)
  if (known !== undefined) return known
  const hash = contentHash(pinnedPart(tool))
  // Catalogs are frozen: what was counted once stays true.
  if (Object.isFrozen(tool)) hashes.set(tool, hash)
  return hash
}
