import { isObject, RpcCode, RpcError } from '../json-rpc.ts'
import type { KeptPayload } from '../kept-payload.ts'
import { openRedaction } from '../redaction.ts'
import { SECRET_SHAPES } from '../secret-shapes.ts'
import { keptText } from './kept-text.ts'
import { measure, tokensOf, type Measured } from './measure.ts'
import { hideNamed } from './named-secrets.ts'

const LONGEST_NAME = 500
const LONGEST_CLIENT = 100
const LONGEST_ERROR = 2_000
/** Values of a call that are looked at on its path, and afterwards. */
const ON_PATH = 200
const AFTERWARDS = 20_000
/** What one counts as that has too many values to count them on the path. */
const MANY_VALUES = 512 * 1024
const SMALLEST = 512

/** Who called, and where. */
export type CallVisit = {
  endpoint: string
  caller: string
  client: { info: Record<string, unknown> | undefined }
}

/** A call that is over: of `result` and `error` one is `null`. */
export type EndedCall = {
  server: string | null
  method: string
  name: string
  at: number
  ms: number
  arguments: unknown
  result: Record<string, unknown> | null
  error: unknown
  wasCancelled: boolean
  kept: KeptPayload | null
}

/** Whose it is: what may be known of it by whom. */
export type CallOwner = {
  /** The account that keeps the endpoint to itself; `null` when nobody does. */
  ownerId: string | null
  /** The account of the key or client; `null` for the instance's, and for nobody's. */
  accountId: string | null
}

/** A call as it waits to be written, with what was seen of its size on its path. */
export type CallNote = {
  visit: CallVisit
  call: EndedCall
  owner: CallOwner
  asked: Measured | null
  got: Measured | null
}

/** As the table has it. */
export type CallRow = {
  at: string
  endpoint: string
  caller: string
  client: string | null
  client_version: string | null
  server: string | null
  method: string
  name: string | null
  duration_ms: number
  outcome: string
  owner_id: string | null
  account_id: string | null
  error: string | null
  arguments_size: number | null
  result_size: number | null
  result_tokens: number | null
  arguments: string | null
  result: string | null
}

/** Made on the path of its call. */
export function noteOf(visit: CallVisit, call: EndedCall, owner: CallOwner): CallNote {
  const asked = sized(call.arguments, ON_PATH)
  const got = sized(call.result ?? undefined, ON_PATH)
  return { visit, call, owner, asked, got }
}

function sized(value: unknown, most: number): Measured | null {
  return value === undefined ? null : measure(value, most)
}

/** About how much memory a note holds, in bytes. */
export function weightOf({ call, asked, got }: CallNote): number {
  const { kept, result } = call
  // A result may have been cut after it was kept.
  const more = kept && kept.result !== result ? sized(kept.result, ON_PATH) : null
  return SMALLEST + weigh(asked) + weigh(got) + weigh(more)
}

function weigh(measured: Measured | null): number {
  if (measured === null) return 0
  const { characters, isWhole } = measured
  return 2 * (isWhole ? characters : Math.max(characters, MANY_VALUES))
}

/** Takes the time that it takes: off the path of any call. */
export function rowOf({ visit, call, owner, ...seen }: CallNote): CallRow {
  const { info } = visit.client
  const asked = wholly(seen.asked, call.arguments)
  const got = wholly(seen.got, call.result)
  const { kept } = call
  const { outcome, error } = outcomeOf(call)
  return {
    at: new Date(call.at).toISOString(),
    endpoint: visit.endpoint,
    caller: visit.caller,
    client: wordsIn(info?.['name'], LONGEST_CLIENT),
    client_version: wordsIn(info?.['version'], LONGEST_CLIENT),
    server: call.server,
    method: call.method,
    name: nameOf(call),
    duration_ms: Math.round(call.ms * 1_000) / 1_000,
    outcome,
    owner_id: owner.ownerId,
    account_id: owner.accountId,
    error,
    arguments_size: asked?.characters ?? null,
    result_size: got?.characters ?? null,
    result_tokens: got && tokensOf(got),
    arguments: kept && storable(keptText(kept.arguments, kept)),
    result: kept && storable(keptText(kept.result, kept)),
  }
}

/** What was too much to look at on the path. */
function wholly(seen: Measured | null, value: unknown): Measured | null {
  return seen === null || seen.isWhole ? seen : measure(value, AFTERWARDS)
}

/** A URI may hold a password, or a key; names of tools are no secrets, though some look like one. */
function nameOf({ method, name }: EndedCall): string | null {
  if (name === '') return null
  const shown = method === 'resources/read' ? withoutSecrets(name) : name
  return wordsIn(shown, LONGEST_NAME)
}

const IN_QUERY =
  /([?&](?:[^=&#]{0,40}[_-])?(?:token|key|secret|password|signature|sig|auth)=)[^&#]+/gi

function withoutSecrets(uri: string): string {
  const shown = uri.slice(0, 4 * LONGEST_NAME).replaceAll(IN_QUERY, '$1[redacted secret]')
  return SECRET_SHAPES.reduce((all, shape) => all.replaceAll(shape, '[redacted secret]'), shown)
}

const hideSecrets = openRedaction(['secrets'], [])

function outcomeOf(call: EndedCall): { outcome: string; error: string | null } {
  const { result, error, wasCancelled } = call
  if (wasCancelled) return { outcome: 'cancelled', error: null }
  if (error instanceof RpcError) return { outcome: String(error.code), error: told(error.message) }
  // What failed for a reason of our own is told by the log, and to no client.
  if (result === null) return { outcome: String(RpcCode.internalError), error: null }
  if (result['isError'] !== true) return { outcome: 'ok', error: null }
  return { outcome: 'tool-error', error: told(firstText(result['content'])) }
}

function told(text: string): string | null {
  // A secret that is cut in two is not known for one.
  const shown = hideNamed(hideSecrets(text.slice(0, 2 * LONGEST_ERROR))).trim()
  return wordsIn(shown, LONGEST_ERROR)
}

function firstText(content: unknown): string {
  const blocks: unknown[] = Array.isArray(content) ? content : []
  const block = blocks.find((one) => isObject(one) && typeof one['text'] === 'string')
  return isObject(block) ? String(block['text']) : ''
}

function wordsIn(value: unknown, longest: number): string | null {
  if (typeof value !== 'string') return null
  const text = value.trim()
  if (text === '') return null
  return storable(text.length > longest ? `${text.slice(0, longest)}…` : text)
}

/** PostgreSQL keeps no NUL, and no half of a character. */
function storable(text: string | null): string | null {
  return text && text.replaceAll('\0', '').toWellFormed()
}
