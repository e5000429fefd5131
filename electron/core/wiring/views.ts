import type { Owned } from '../../../shared/account.ts'
import type { Endpoint } from '../../../shared/endpoint.ts'
import type { InspectorTarget } from '../../../shared/inspector.ts'
import type { Namespace } from '../../../shared/namespace.ts'
import { mayUse } from '../access.ts'
import type { EndpointView } from '../gateway/endpoint.ts'
import { newcomersOf } from '../namespaces/pins.ts'
import type { Stores } from './stores.ts'

/**
 * What stands for an endpoint's name in its URLs, in lists of who was there, and in the log. Names
 * are unique per owner only: an account's has the account's handle after it, which nobody can
 * guess, and a dot, which no name has. `null` while its account is not known.
 */
export function addressOf({ directory }: Pick<Stores, 'directory'>, endpoint: NamedEndpoint) {
  const { name, ownerId } = endpoint
  if (ownerId === null) return name
  const account = directory.get(ownerId)
  return account ? `${name}.${account.handle}` : null
}

type NamedEndpoint = Pick<Endpoint, 'name' | 'ownerId'>

/** Where clients of Streamable HTTP reach it; `url` is ours. */
export function mcpUrl(url: string, address: string): string {
  return `${url}/metamcp/${address}/mcp`
}

/**
 * What the gateway is to serve now: every endpoint that is on, with what its namespace says. One
 * whose namespace is off stays, so that its clients keep their sessions, and offers nothing. One
 * whose namespace it may not use any more is as if there were none.
 */
export function endpointViews(stores: Stores): EndpointView[] {
  return stores.endpoints.list().flatMap((endpoint) => {
    const namespace = namespaceOf(stores, endpoint)
    const name = addressOf(stores, endpoint)
    if (!endpoint.enabled || !namespace || name === null) return []
    const { rateLimit, discovery } = endpoint
    const view = endpointView(stores, { ...endpoint, name }, asClientsSee(stores, namespace))
    return [{ ...view, rateLimit, discovery }]
  })
}

function namespaceOf({ namespaces }: Stores, endpoint: Endpoint): Namespace | undefined {
  const namespace = namespaces.get(endpoint.namespaceId)
  return namespace && mayUse(endpoint, namespace) ? namespace : undefined
}

/** While everything is paused, all namespaces are as if they were off. */
function asClientsSee({ preferences }: Stores, namespace: Namespace): Namespace {
  return preferences.isPaused ? { ...namespace, enabled: false } : namespace
}

/** What a target of the inspector is of. */
export function ownedTarget(stores: Stores, { kind, id }: InspectorTarget): Owned | undefined {
  if (kind === 'server') return stores.servers.get(id)
  return kind === 'namespace' ? stores.namespaces.get(id) : stores.endpoints.get(id)
}

/**
 * What management callers look at: a server alone under its own names, a namespace, or what clients
 * of an endpoint see; also one that is off. Its name is none that an endpoint can have.
 */
export function visitedView(
  stores: Stores,
  { kind, id }: InspectorTarget,
): EndpointView | undefined {
  if (kind === 'server') return serverView(stores, id)
  if (kind === 'namespace') {
    const namespace = stores.namespaces.get(id)
    if (!namespace) return undefined
    const shown = { id, name: `namespace/${namespace.name}`, prefix: true, auth: MANAGERS_ONLY }
    return endpointView(stores, shown, { ...namespace, enabled: true })
  }
  const endpoint = stores.endpoints.get(id)
  const namespace = endpoint && namespaceOf(stores, endpoint)
  if (!namespace) return undefined
  const shown = { ...endpoint, name: `endpoint/${endpoint.name}`, auth: MANAGERS_ONLY }
  const { discovery } = endpoint
  return { ...endpointView(stores, shown, asClientsSee(stores, namespace)), discovery }
}

/** Who may come in is decided elsewhere, by the address. */
const MANAGERS_ONLY = { apiKey: true, oauth: false, queryParam: false }

function serverView(stores: Stores, id: string): EndpointView | undefined {
  const server = stores.servers.get(id)
  if (!server) return undefined
  const servers = [{ id, name: server.name, on: server.enabled, newTools: 'on' as const }]
  const name = `server/${server.name}`
  const trust = { holdsChanged: false, pins: new Map<string, string>() }
  const bare = { prefix: 'own' as const, rules: [], items: [], middleware: [], trust }
  return { id, name, auth: MANAGERS_ONLY, servers, ...bare }
}

function endpointView(
  stores: Stores,
  { id, name, prefix, auth }: Pick<Endpoint, 'id' | 'name' | 'prefix' | 'auth'>,
  namespace: Namespace,
): EndpointView {
  const pins = stores.namespaces.pins(namespace.id)
  const servers = namespace.servers.flatMap((member) => {
    const server = stores.servers.get(member.serverId)
    if (!server) return []
    const on = namespace.enabled && member.enabled !== false && server.enabled
    const newTools = newcomersOf(namespace, member, pins)
    return [{ id: server.id, name: server.name, on, newTools }]
  })
  const { tools: rules, items, middleware, changedTools } = namespace
  const trust = { holdsChanged: changedTools === 'block', pins: pins.tools }
  return { id, name, prefix, auth, servers, rules, items, middleware, trust }
}
