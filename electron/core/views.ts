import type { Endpoint } from '../../shared/endpoint.ts'
import type { Namespace } from '../../shared/namespace.ts'
import type { EndpointView } from './gateway/endpoint.ts'
import type { Stores } from './stores.ts'

/**
 * What the gateway is to serve now: every endpoint that is on, with what its namespace says. One
 * whose namespace is off stays, so that its clients keep their sessions, and offers nothing.
 */
export function endpointViews(stores: Stores): EndpointView[] {
  return stores.endpoints.list().flatMap((endpoint) => {
    const namespace = stores.namespaces.get(endpoint.namespaceId)
    return endpoint.enabled && namespace ? [endpointView(stores, endpoint, namespace)] : []
  })
}

function endpointView(stores: Stores, endpoint: Endpoint, namespace: Namespace): EndpointView {
  const { id, name, prefix, auth } = endpoint
  const servers = namespace.servers.flatMap((member) => {
    const server = stores.servers.get(member.serverId)
    if (!server) return []
    const on = namespace.enabled && member.enabled !== false && server.enabled
    return [{ id: server.id, name: server.name, on }]
  })
  return { id, name, prefix, auth, servers, rules: namespace.tools }
}
