import { randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { isObject, RpcCode, RpcError, type JsonObject } from '../../json-rpc.ts'
import type { Call, Middleware } from '../call.ts'
import type { Listed } from '../catalog.ts'
import { middlewareKind, type MiddlewarePlace } from './kind.ts'

const READ_MORE = 'read_more'

/** Characters of all that waits to be read on. */
const MAX_KEPT = 50_000_000

type Options = { characters: number; keepSeconds: number }
type Kept = { caller: string; text: string }

/**
 * Cuts the text of a tool's result at a number of characters, and keeps the rest: the result says
 * how to read on with the tool `read_more`, which the list has then. What is not text passes.
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

function limited({ characters, keepSeconds }: Options, place: MiddlewarePlace): Middleware {
  const kept = place.keep(
    () => new LRUCache<string, Kept>({ maxSize: MAX_KEPT, ttl: keepSeconds * 1_000 }),
  )
  return (next) =>
    async function limitSize(call) {
      const { method } = call
      if (method !== 'tools/list' && method !== 'tools/call') return next(call)
      const tool = freeName(call, place)
      const cutting = { call, characters, kept, tool }
      if (method === 'tools/list') return withReadMore(await next(call), tool)
      return call.params.name === tool ? readMore(cutting) : cutResult(await next(call), cutting)
    }
}

/** A server's tool of that name keeps it, and does not get what is meant for ours. */
function freeName(call: Call, place: MiddlewarePlace): string {
  const isTaken = (name: string) =>
    place.toolOf({ ...call, method: 'tools/call', params: { name } }) !== undefined
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

/** `tool`: what reads on. */
type Cutting = { call: Call; characters: number; kept: LRUCache<string, Kept>; tool: string }

function cutResult(result: JsonObject, { call, characters, kept, tool }: Cutting): JsonObject {
  const content = Array.isArray(result.content) ? result.content.filter(isObject) : []
  const structured = isObject(result.structuredContent)
    ? JSON.stringify(result.structuredContent)
    : null
  const texts = content.flatMap((item) => (typeof item.text === 'string' ? [item.text] : []))
  // Servers say the same once more as text, for clients that know no structured content.
  const said = texts.length > 0 ? texts : structured === null ? [] : [structured]
  const length = said.reduce((sum, text) => sum + text.length, 0)
  const isLong = length > characters || (structured?.length ?? 0) > characters
  if (!isLong) return result
  const text = said.join('\n')
  const others = content.filter((item) => typeof item.text !== 'string')
  const { structuredContent: _, ...rest } = result
  if (text.length <= characters) return { ...rest, content: [...content] }
  const handle = randomBytes(16).toString('base64url')
  kept.set(handle, { caller: call.caller, text }, { size: text.length })
  return { ...rest, content: [...page({ text, handle, characters, tool }, 0), ...others] }
}

function readMore({ call, characters, kept, tool }: Cutting): JsonObject {
  const { caller, params } = call
  const { handle, offset = 0 } = isObject(params.arguments) ? params.arguments : {}
  if (typeof handle !== 'string' || !Number.isSafeInteger(offset) || Number(offset) < 0) {
    throw new RpcError(RpcCode.invalidParams, `${tool} takes a "handle" and an "offset"`)
  }
  const found = kept.get(handle)
  // Of another caller is as if there were none.
  if (!found || found.caller !== caller) {
    const text = 'There is nothing to read on under this handle any more: call the tool again.'
    return { content: [{ type: 'text', text }], isError: true }
  }
  return { content: page({ text: found.text, handle, characters, tool }, Number(offset)) }
}

type Page = { text: string; handle: string; characters: number; tool: string }

function page({ text, handle, characters, tool }: Page, offset: number): JsonObject[] {
  const part = text.slice(offset, endOf(text, offset + characters))
  const end = offset + part.length
  const items = [{ type: 'text', text: part }]
  if (end >= text.length) return items
  const next = JSON.stringify({ handle, offset: end })
  const note = `[Characters ${offset} to ${end} of ${text.length}. To read on, call ${tool} with ${next}.]`
  return [...items, { type: 'text', text: note }]
}

/** Never between the two halves of a character. */
function endOf(text: string, end: number): number {
  const unit = text.charCodeAt(end - 1)
  return end < text.length && unit >= 0xd800 && unit <= 0xdbff ? end + 1 : end
}
