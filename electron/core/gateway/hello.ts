import type { ServerCatalog } from '../../../shared/catalog.ts'
import { isObject, type JsonObject } from '../json-rpc.ts'

/** What an endpoint says of itself in `initialize` and `server/discover`. */
export type Hello = { capabilities: JsonObject; instructions?: string }

export type HelloPart = { server: string; catalog: ServerCatalog }

const MAX_CHARS_PER_SERVER = 2_000
const MAX_CHARS = 16_000

/**
 * The union of what the servers can do, as far as it is relayed. `listChanged` is always declared:
 * the lists change when a person throws a switch, whatever the servers say. `isPartial`: some of the
 * servers were never seen, and may bring prompts and resources later in a session.
 */
export function composeHello(parts: readonly HelloPart[], isPartial = false): Hello {
  const offered = parts.map(({ catalog }) => catalog.hello.capabilities).filter(isObject)
  const has = (name: string) => offered.some((capabilities) => capabilities[name] !== undefined)
  const capabilities: JsonObject = { tools: { listChanged: true } }
  if (isPartial || has('prompts')) capabilities.prompts = { listChanged: true }
  if (isPartial || has('resources')) {
    const canSubscribe = offered.some(({ resources }) => isObject(resources) && resources.subscribe)
    capabilities.resources = { listChanged: true, ...(canSubscribe && { subscribe: true }) }
  }
  if (has('completions')) capabilities.completions = {}
  if (has('logging')) capabilities.logging = {}
  const extensions = Object.assign({}, ...offered.map(extensionsOf).toReversed()) as JsonObject
  if (Object.keys(extensions).length > 0) capabilities.extensions = extensions
  const instructions = composeInstructions(parts)
  return instructions === undefined ? { capabilities } : { capabilities, instructions }
}

/** With words of ours before what servers say. */
export function introduce(hello: Hello, words: string | null): Hello {
  if (words === null) return hello
  const { instructions } = hello
  return { ...hello, instructions: instructions ? `${words}\n\n${instructions}` : words }
}

/** Settings of the extensions that a server speaks; of two servers the first in order is heard. */
function extensionsOf({ extensions }: JsonObject): JsonObject {
  return isObject(extensions) ? extensions : {}
}

/**
 * Servers' instructions are text that a model reads: each stands in a fence that names where it
 * comes from, cannot close it, and has a bounded share.
 */
function composeInstructions(parts: readonly HelloPart[]): string | undefined {
  const sections: string[] = []
  let length = 0
  for (const { server, catalog } of parts) {
    const { instructions } = catalog.hello
    if (typeof instructions !== 'string' || instructions.trim() === '') continue
    const section = `<server name="${server}">\n${cut(unfence(instructions.trim()))}\n</server>`
    length += section.length
    if (length > MAX_CHARS) break
    sections.push(section)
  }
  if (sections.length === 0) return undefined
  const opening =
    parts.length === 1
      ? 'What the MCP server behind this address says of itself:'
      : 'Several MCP servers behind one address. What each says of itself:'
  return [opening, ...sections].join('\n\n')
}

function unfence(text: string): string {
  return text.replaceAll(/<(\/?\s*server\b)/gi, '‹$1')
}

function cut(text: string): string {
  return text.length > MAX_CHARS_PER_SERVER ? `${text.slice(0, MAX_CHARS_PER_SERVER)}…` : text
}
