import type { InspectorTarget, InspectorView } from '../../../shared/inspector.ts'
import { AppError } from '../errors.ts'
import { LISTS, ownCall, type ListMethod } from '../gateway/call.ts'
import type { Endpoint } from '../gateway/endpoint.ts'
import { isObject, MODERN_VERSIONS, type JsonObject } from '../json-rpc.ts'

export type TargetsOptions = {
  /** The target as an endpoint without a public name; `undefined` when there is no such thing. */
  visit: (target: InspectorTarget) => Endpoint | undefined
  /** What a server answered to `initialize` or `server/discover` when it was last seen. */
  helloOf: (serverId: string) => JsonObject | null
}

/** Throws `AppError('not-found')`. */
export function visitTarget({ visit }: TargetsOptions, target: InspectorTarget): Endpoint {
  const endpoint = visit(target)
  if (!endpoint) throw noTarget(target)
  return endpoint
}

export function noTarget({ kind }: InspectorTarget): AppError {
  return new AppError('not-found', `This ${kind} is not there any more.`)
}

/** What a target offers, as clients get it. Waits at most 10 s for servers never seen before. */
export async function listTarget(
  options: TargetsOptions,
  target: InspectorTarget,
): Promise<InspectorView> {
  const endpoint = visitTarget(options, target)
  const { capabilities, instructions } = await endpoint.hello()
  const [tools, prompts, resources, resourceTemplates] = await Promise.all([
    listAll(endpoint, 'tools/list'),
    listAll(endpoint, 'prompts/list'),
    listAll(endpoint, 'resources/list'),
    listAll(endpoint, 'resources/templates/list'),
  ])
  const own = target.kind === 'server' ? selfOf(options.helloOf(target.id)) : null
  return {
    ...{ tools, prompts, resources, resourceTemplates, capabilities },
    instructions: instructions ?? null,
    ...(own ?? { protocolVersion: null, era: null, serverInfo: null }),
  }
}

async function listAll(endpoint: Endpoint, method: ListMethod): Promise<JsonObject[]> {
  const items: JsonObject[] = []
  let params: JsonObject = {}
  for (;;) {
    const page = await endpoint.handle({ ...ownCall(endpoint.name, method), params })
    const listed = page[LISTS[method]]
    items.push(...(Array.isArray(listed) ? listed.filter(isObject) : []))
    if (typeof page.nextCursor !== 'string') return toPlain(items) as JsonObject[]
    params = { cursor: page.nextCursor }
  }
}

function selfOf(
  hello: JsonObject | null,
): Pick<InspectorView, 'protocolVersion' | 'era' | 'serverInfo'> {
  const { protocolVersion, serverInfo } = hello ?? {}
  if (typeof protocolVersion !== 'string') {
    return { protocolVersion: null, era: null, serverInfo: null }
  }
  const isModern = MODERN_VERSIONS.some((version) => version === protocolVersion)
  return {
    protocolVersion,
    era: isModern ? 'modern' : 'legacy',
    serverInfo: isObject(serverInfo) ? (toPlain(serverInfo) as JsonObject) : null,
  }
}

/** Without numbers that are kept as their text, and symbols: the window gets clones of values. */
export function toPlain(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown)
}
