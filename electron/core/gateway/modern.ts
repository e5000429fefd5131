import {
  isObject,
  MetaKey,
  MODERN_VERSIONS,
  RpcCode,
  RpcError,
  type JsonObject,
  type RpcNotification,
} from '../json-rpc.ts'
import type { Call } from './call.ts'
import type { Endpoint } from './endpoint.ts'
import { isMcpLogLevel, isWanted, type LogLevels } from './log-levels.ts'
import type { ServerInfo } from './sessions.ts'
import { quote, unknownMethod } from './unknown.ts'

/** Methods of revision 2026-07-28 that are relayed; the others are unknown to this face. */
const RELAYED: ReadonlySet<string> = new Set([
  'tools/list',
  'tools/call',
  'prompts/list',
  'prompts/get',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'completion/complete',
])

/** Results that say how long they may be kept: ours may not, since switches take effect at once. */
const CACHEABLE: ReadonlySet<string> = new Set([
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
])

export type ModernParts = { levels: LogLevels; serverInfo: ServerInfo }
export type ModernCall = Omit<Call, 'endpoint' | 'owner' | 'signal'> & {
  endpoint: Endpoint
  /** Aborted when its client leaves, or may not call any more. */
  controller: AbortController
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
    throw new RpcError(
      RpcCode.unsupportedVersion,
      `Unsupported protocol version: ${quote(version)}`,
      {
        supported: [...MODERN_VERSIONS],
        requested: quote(version),
      },
    )
  }
  if (method !== 'server/discover' && !RELAYED.has(method)) {
    throw unknownMethod(method)
  }
}

/**
 * Answers one request of the modern era (revision 2026-07-28), which carries all that is known of
 * its client in `_meta`; the caller has checked it. Rejects with `RpcError`.
 */
export async function answerModern(call: ModernCall, parts: ModernParts): Promise<JsonObject> {
  const result =
    call.method === 'server/discover' ? await discover(call.endpoint) : await relay(call, parts)
  return finish(call.method, result, parts)
}

async function discover(endpoint: Endpoint): Promise<JsonObject> {
  const { capabilities, instructions } = await endpoint.hello()
  const said = instructions === undefined ? {} : { instructions }
  return {
    supportedVersions: [...MODERN_VERSIONS],
    capabilities: withoutPush(capabilities),
    ...said,
  }
}

function envelopeOf(params: JsonObject | undefined): JsonObject {
  return isObject(params?._meta) ? params._meta : {}
}

function badEnvelope(key: string, shape: string): RpcError {
  return new RpcError(RpcCode.invalidParams, `_meta["${key}"] is missing or not ${shape}`)
}

async function relay(call: ModernCall, { levels }: ModernParts): Promise<JsonObject> {
  const owner = {}
  const wanted = envelopeOf(call.params)[MetaKey.logLevel]
  if (isMcpLogLevel(wanted)) levels.want(owner, wanted)
  const notify = (notification: RpcNotification) => {
    // Without a level in the envelope the client wants no log messages at all.
    const isLog = notification.method === 'notifications/message'
    if (!isLog) call.notify(notification)
    else if (isMcpLogLevel(wanted) && isWanted(notification.params?.level, wanted)) {
      call.notify(notification)
    }
  }
  try {
    const params = withoutEnvelope(call.params)
    const { endpoint, caller, method, controller } = call
    const { signal } = controller
    const relayed = { endpoint: endpoint.name, caller, method, params, signal, owner, notify }
    return await endpoint.handle(relayed)
  } catch (error) {
    throw inModernWords(error)
  } finally {
    levels.forget(owner)
  }
}

/** The envelope is between the client and us; a legacy server gets the rest of `_meta` as it came. */
function withoutEnvelope(params: JsonObject): JsonObject {
  const meta = isObject(params._meta) ? { ...params._meta } : {}
  delete meta[MetaKey.protocolVersion]
  delete meta[MetaKey.clientCapabilities]
  delete meta[MetaKey.clientInfo]
  delete meta[MetaKey.logLevel]
  const { _meta, ...rest } = params
  return Object.keys(meta).length > 0 ? { ...rest, _meta: meta } : rest
}

function finish(method: string, result: JsonObject, { serverInfo }: ModernParts): JsonObject {
  const meta = isObject(result._meta) ? result._meta : {}
  return {
    resultType: 'complete',
    ...(CACHEABLE.has(method) ? { ttlMs: 0, cacheScope: 'private' } : {}),
    ...result,
    _meta: { ...meta, [MetaKey.serverInfo]: serverInfo },
  }
}

/** This face pushes nothing between requests, so it does not promise to. */
function withoutPush(capabilities: JsonObject): JsonObject {
  const entries = Object.entries(capabilities).map(([name, value]) => {
    if (!isObject(value)) return [name, value]
    const { listChanged: _, ...rest } = value
    return [name, rest]
  })
  return Object.fromEntries(entries) as JsonObject
}

function inModernWords(error: unknown): unknown {
  if (!(error instanceof RpcError) || error.code !== RpcCode.resourceNotFound) return error
  return new RpcError(RpcCode.invalidParams, error.message, error.data)
}
