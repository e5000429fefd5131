import type { ClientFace } from '../connections/connection.ts'
import {
  isObject,
  MetaKey,
  MODERN_VERSIONS,
  RpcCode,
  RpcError,
  type JsonObject,
} from '../json-rpc.ts'
import { cachingOf, NOT_KEPT, restrict } from './caching.ts'
import { isListMethod, type Call } from './call.ts'
import { listen, type ListenParts } from './listen.ts'
import { isMcpLogLevel, isWanted, type LogLevels, type McpLogLevel } from './log-levels.ts'
import type { ModernCall } from './modern-call.ts'
import type { Places } from './places.ts'
import type { Seats } from './seats.ts'
import type { ServerInfo } from './sessions.ts'
import { quote, unknownMethod } from './unknown.ts'
import { URL_REQUIRED } from './url-required.ts'

/** Methods of revision 2026-07-28 that are answered; the others are unknown to this face. */
const SPOKEN: ReadonlySet<string> = new Set([
  'server/discover',
  'subscriptions/listen',
  'tools/list',
  'tools/call',
  'prompts/list',
  'prompts/get',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'completion/complete',
  'tasks/get',
  'tasks/update',
  'tasks/cancel',
])

/** What earlier revisions had is never answered in this one (2026-07-28, "Error Codes"). */
const CODES_OF_BEFORE: ReadonlyMap<number, number> = new Map([
  [RpcCode.resourceNotFound, RpcCode.invalidParams],
  [URL_REQUIRED, RpcCode.internalError],
])

export type ModernParts = Omit<ListenParts, 'call'> & {
  levels: LogLevels
  serverInfo: ServerInfo
  seats: Seats
  places: Places
}

/** Checks the shape of a request's envelope. Throws `RpcError` (-32602) naming what is wrong. */
export function checkEnvelope(params: JsonObject | undefined): void {
  const meta = envelopeOf(params)
  const level = meta[MetaKey.logLevel]
  if (typeof meta[MetaKey.protocolVersion] !== 'string') {
    throw badEnvelope(MetaKey.protocolVersion, 'a string')
  }
  if (!isObject(meta[MetaKey.clientCapabilities])) {
    throw badEnvelope(MetaKey.clientCapabilities, 'an object')
  }
  if (level !== undefined && !isMcpLogLevel(level)) throw badEnvelope(MetaKey.logLevel, 'a level')
}

/** Throws `RpcError` for a version (-32022) or a method (-32601) that this face does not speak. */
export function checkSpoken(method: string, params: JsonObject | undefined): void {
  const version = envelopeOf(params)[MetaKey.protocolVersion]
  if (!MODERN_VERSIONS.some((known) => known === version)) {
    const text = `Unsupported protocol version: ${quote(version)}`
    const data = { supported: [...MODERN_VERSIONS], requested: quote(version) }
    throw new RpcError(RpcCode.unsupportedVersion, text, data)
  }
  if (!SPOKEN.has(method)) throw unknownMethod(method)
}

/**
 * Answers one request of the modern era (revision 2026-07-28), which carries all that is known of
 * its client in `_meta`; the caller has checked it. Rejects with `RpcError`.
 */
export async function answerModern(asked: ModernCall, parts: ModernParts): Promise<JsonObject> {
  const { endpoint, method } = asked
  if (method === 'server/discover') return finish(asked, await discover(asked), parts)
  const call = callOf(asked, parts)
  const { owner, logLevel } = call
  if (logLevel) parts.levels.want(owner, logLevel)
  try {
    if (method === 'subscriptions/listen') return await listen(asked, { ...parts, call })
    return finish(asked, await endpoint.handle(call), parts)
  } catch (error) {
    throw inModernWords(error)
  } finally {
    parts.levels.forget(owner)
  }
}

/** What a request's envelope says of its client. */
export function clientIn(params: JsonObject | undefined): ClientFace {
  const meta = envelopeOf(params)
  const info = meta[MetaKey.clientInfo]
  const capabilities = meta[MetaKey.clientCapabilities]
  return {
    capabilities: isObject(capabilities) ? capabilities : {},
    info: isObject(info) ? info : undefined,
  }
}

async function discover({ endpoint, params }: ModernCall): Promise<JsonObject> {
  const { capabilities, instructions } = await endpoint.hello(clientIn(params).info)
  const said = instructions === undefined ? {} : { instructions }
  return { supportedVersions: [...MODERN_VERSIONS], capabilities, ...said }
}

function callOf(asked: ModernCall, { seats, places }: ModernParts): Call {
  const { endpoint, caller, method, controller } = asked
  const meta = envelopeOf(asked.params)
  const level = meta[MetaKey.logLevel]
  const logLevel = isMcpLogLevel(level) ? level : undefined
  const client = clientIn(asked.params)
  const version = String(meta[MetaKey.protocolVersion])
  return {
    ...{ endpoint: endpoint.name, caller, era: 'modern', version, client, method, logLevel },
    params: withoutEnvelope(places.unmarked(asked)),
    signal: controller.signal,
    owner: {},
    notify: forLevel(asked.notify, logLevel),
    // Never reached: in this era a server's question is an answer, which the relay makes of it.
    ask: () => Promise.reject(new RpcError(RpcCode.methodNotFound, 'Ask by input_required')),
    borrowTenant: (isShared) => seats.take({ endpoint, caller, client }, isShared),
    subscriber: { updated: () => {} },
  }
}

/** Without a level in the envelope the client wants no log messages at all. */
function forLevel(notify: Call['notify'], wanted: McpLogLevel | undefined): Call['notify'] {
  return (notification) => {
    if (notification.method !== 'notifications/message') return notify(notification)
    if (wanted && isWanted(notification.params?.level, wanted)) notify(notification)
  }
}

function envelopeOf(params: JsonObject | undefined): JsonObject {
  return isObject(params?._meta) ? params._meta : {}
}

function badEnvelope(key: string, shape: string): RpcError {
  return new RpcError(RpcCode.invalidParams, `_meta["${key}"] is missing or not ${shape}`)
}

/** The envelope is between the client and us; a server gets the rest of `_meta` as it came. */
function withoutEnvelope(params: JsonObject): JsonObject {
  const meta = isObject(params._meta) ? { ...params._meta } : {}
  delete meta[MetaKey.protocolVersion]
  delete meta[MetaKey.clientCapabilities]
  delete meta[MetaKey.clientInfo]
  delete meta[MetaKey.logLevel]
  const { _meta: _, ...rest } = params
  return Object.keys(meta).length > 0 ? { ...rest, _meta: meta } : rest
}

/** Adds what every result of this era has to say, without touching what a server said. */
function finish(asked: ModernCall, result: JsonObject, parts: ModernParts): JsonObject {
  const { serverInfo, places } = parts
  const meta = isObject(result._meta) ? result._meta : {}
  const isOpen = !asked.endpoint.auth.apiKey
  return restrict(
    {
      resultType: 'complete',
      ...places.marked(result, asked),
      ...keptFor(asked, result),
      _meta: { ...meta, [MetaKey.serverInfo]: serverInfo },
    },
    isOpen,
  )
}

/** Results that must say how long they may be kept. */
function keptFor({ method, endpoint }: ModernCall, result: JsonObject): JsonObject {
  if (isListMethod(method)) return endpoint.caching(method)
  if (method === 'server/discover') return NOT_KEPT
  return method === 'resources/read' ? cachingOf(result) : {}
}

function inModernWords(error: unknown): unknown {
  if (!(error instanceof RpcError)) return error
  const code = CODES_OF_BEFORE.get(error.code)
  return code === undefined ? error : new RpcError(code, error.message, error.data)
}
