import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { canonicalJson } from '../../canonical-json.ts'
import { isTooDeep } from '../../json-depth.ts'
import { isObject, RpcCode, RpcError, type JsonObject } from '../../json-rpc.ts'
import { parseJson } from '../../json.ts'
import type { Call, Middleware } from '../call.ts'
import type { Listed } from '../catalog.ts'
import { middlewareKind, type MiddlewarePlace } from './kind.ts'

const READ_MORE = 'read_more'

type Options = { characters: number; keepSeconds: number }

/**
 * Cuts the text of a tool's result at a number of characters, and keeps the rest: the result says
 * how to read on with the tool `read_more`, which the list has then. Structured content that is
 * longer is read on as text. Pictures, sound and other binary content pass.
 */
export const limitSize = middlewareKind<Options>({
  use: 'limit-size',
  options: z.strictObject({
    characters: z
      .int()
      .min(500)
      .max(10_000_000)
      .default(40_000)
      .meta({ title: 'Characters', description: 'The longest text that a result may have.' }),
    keepSeconds: z
      .int()
      .min(10)
      .max(86_400)
      .default(900)
      .meta({ title: 'Seconds', description: 'How long the rest can be read.' }),
  }),
  make: (options, place) => limited(options, place),
})

function limited(options: Options, place: MiddlewarePlace): Middleware {
  return (next) =>
    async function limitSize(call) {
      const { method } = call
      if (method !== 'tools/list' && method !== 'tools/call') return next(call)
      const cutting = { ...options, call, place, tool: freeName(place) }
      if (method === 'tools/list') return withReadMore(await next(call), cutting.tool)
      const isOurs = call.params.name === cutting.tool
      return isOurs ? readMore(cutting) : cutResult(await next(call), cutting)
    }
}

/** Who has that name already keeps it, and does not get what is meant for ours. */
function freeName({ isTaken }: MiddlewarePlace): string {
  let name = READ_MORE
  while (isTaken(name)) name = `metamcp_${name}`
  return name
}

/** What may be cut does not promise a shape any more. */
function withReadMore(result: JsonObject, name: string): JsonObject {
  const tools = (Array.isArray(result.tools) ? (result.tools as Listed[]) : []).map(
    ({ outputSchema: _, ...tool }) => tool as Listed,
  )
  return { ...result, tools: [...tools, { ...READ_MORE_TOOL, name }] }
}

const READ_MORE_TOOL = {
  title: 'Read more',
  description:
    'Reads on in the result of an earlier call that was too long. Takes the handle and the offset that the cut result names.',
  inputSchema: {
    type: 'object',
    properties: {
      handle: { type: 'string', description: 'As the cut result names it.' },
      offset: { type: 'integer', minimum: 0, description: 'The character to read on from.' },
    },
    required: ['handle'],
    additionalProperties: false,
  },
  annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
}

type Cutting = Options & {
  call: Call
  place: MiddlewarePlace
  /** What reads on. */
  tool: string
}

function cutResult(result: JsonObject, cutting: Cutting): JsonObject {
  const { characters } = cutting
  const { structuredContent, ...rest } = result
  const content = Array.isArray(result.content) ? result.content.filter(isObject) : []
  const texts = content.flatMap((item) => textIn(item) ?? [])
  const structured = structuredContent === undefined ? '' : JSON.stringify(structuredContent)
  const length = texts.reduce((sum, text) => sum + text.length, 0)
  const isStructureLong = structured.length > characters
  if (length <= characters && !isStructureLong) return result
  // Servers say the same once more as text, for clients that know no structured content.
  const isOnlyThere = isStructureLong && !texts.some((text) => says(text, structuredContent))
  const others = content.filter((item) => textIn(item) === null)
  const shown = isStructureLong || structuredContent === undefined ? rest : result
  const text = [...texts, ...(isOnlyThere ? [structured] : [])].join('\n')
  return { ...shown, content: [...firstPage(text, cutting), ...others] }
}

/** A text, or that of a resource below its address; `null` for what is none. */
function textIn({ text, resource }: JsonObject): string | null {
  if (typeof text === 'string') return text
  if (!isObject(resource) || typeof resource.text !== 'string') return null
  return typeof resource.uri === 'string' ? `${resource.uri}\n${resource.text}` : resource.text
}

/** Whether a text is this value as JSON, however it is written. */
function says(text: string, value: unknown): boolean {
  if (!/^\s*[[{]/.test(text) || isTooDeep(text)) return false
  try {
    return canonicalJson(parseJson(text)) === canonicalJson(value)
  } catch {
    return false
  }
}

function firstPage(found: string, { call, place, ...cutting }: Cutting): JsonObject[] {
  // A secret that is cut in two would not be known for one by a `redact` that stands further out.
  const text = place.redactions.reduce((all, { toClients }) => toClients?.(all) ?? all, found)
  const handle = randomBytes(16).toString('base64url')
  const rest = {
    ...{ endpointId: place.endpointId, caller: call.caller, text },
    tool: place.toolOf(call) ?? null,
  }
  const { rests } = place.memory
  rests.set(handle, rest, { size: Math.max(1, text.length), ttl: cutting.keepSeconds * 1_000 })
  return page({ ...cutting, text, handle: rests.has(handle) ? handle : null }, 0)
}

function readMore({ call, place, characters, tool }: Cutting): JsonObject {
  const { caller, params } = call
  const { handle, offset = 0 } = isObject(params.arguments) ? params.arguments : {}
  if (typeof handle !== 'string' || !Number.isSafeInteger(offset) || Number(offset) < 0) {
    throw new RpcError(RpcCode.invalidParams, `${tool} takes a "handle" and an "offset"`)
  }
  const rest = place.memory.rests.get(handle)
  // Of another caller is as if there were none, and so is that of a tool that is off by now.
  const isTheirs = rest?.caller === caller && rest.endpointId === place.endpointId
  if (!isTheirs || (rest.tool && !place.isOn(rest.tool))) {
    const text = 'There is nothing to read on under this handle any more: call the tool again.'
    return { content: [{ type: 'text', text }], isError: true }
  }
  return { content: page({ text: rest.text, handle, characters, tool }, Number(offset)) }
}

/** `handle`: `null` for what is too much to be kept. */
type Page = { text: string; handle: string | null; characters: number; tool: string }

function page({ text, handle, characters, tool }: Page, offset: number): JsonObject[] {
  const part = text.slice(offset, endOf(text, offset + characters))
  const end = offset + part.length
  const items = [{ type: 'text', text: part }]
  if (end >= text.length) return items
  const way =
    handle === null
      ? 'The rest is too much to be kept: ask for less.'
      : `To read on, call ${tool} with ${JSON.stringify({ handle, offset: end })}.`
  const note = `[Characters ${offset} to ${end} of ${text.length}. ${way}]`
  return [...items, { type: 'text', text: note }]
}

/** Never between the two halves of a character. */
function endOf(text: string, end: number): number {
  const unit = text.charCodeAt(end - 1)
  return end < text.length && unit >= 0xd800 && unit <= 0xdbff ? end + 1 : end
}
