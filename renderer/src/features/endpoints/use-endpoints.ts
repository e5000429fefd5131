import { useQuery } from '@tanstack/react-query'
import type { ShownEndpoint as KnownEndpoint } from '../../../../shared/endpoint.ts'
import type { NamespaceSummary } from '../../../../shared/offer.ts'
import { useTRPC } from '../../trpc.ts'

export type ShownEndpoint = KnownEndpoint & {
  /** Where clients of Streamable HTTP and of HTTP+SSE reach it; `null` until that is known. */
  url: string | null
  sseUrl: string | null
  /** Where programs read of its tools that know OpenAPI alone. */
  openApiUrl: string | null
  namespace: NamespaceSummary | null
  /** Names of the clients that have a session on it. */
  clients: string[]
  /** Sessions that are open. */
  sessions: number
  /** How many keys open it. */
  keys: number
  /** What its tools cost a client's model, in tokens; `null` while nobody can call it. */
  cost: { listed: number; all: number } | null
}

/** All endpoints, with what else is known of each. */
export function useEndpoints() {
  const trpc = useTRPC()
  const endpoints = useQuery(trpc.endpoints.list.queryOptions())
  const overview = useQuery(trpc.status.overview.queryOptions())
  const summaries = useQuery(trpc.namespaces.summaries.queryOptions())
  const keys = useQuery(trpc.apiKeys.list.queryOptions())
  const costs = useQuery(trpc.endpoints.costs.queryOptions())
  const clients = useQuery(trpc.activity.clients.queryOptions())
  const activity = useQuery(trpc.activity.overview.queryOptions({ minutes: 1 }))
  const shown = endpoints.data?.map((endpoint): ShownEndpoint => {
    const base = overview.data && `${overview.data.url}/metamcp/${endpoint.address}`
    const here = clients.data?.filter(
      (client) => client.sessions > 0 && client.endpoint === endpoint.address,
    )
    return {
      ...endpoint,
      url: base ? `${base}/mcp` : null,
      sseUrl: base ? `${base}/sse` : null,
      openApiUrl: base ? `${base}/api/openapi.json` : null,
      namespace: summaries.data?.find(({ id }) => id === endpoint.namespaceId) ?? null,
      clients: here?.map(({ name }) => name) ?? [],
      cost: costs.data?.find(({ id }) => id === endpoint.id) ?? null,
      sessions: activity.data?.sessions[endpoint.address] ?? 0,
      keys:
        keys.data?.filter((key) => key.enabled && opens(key.endpoints, endpoint.id)).length ?? 0,
    }
  })
  return {
    endpoints: shown,
    namespaces: summaries.data,
    error: endpoints.error,
    /** Where we are: whoever reaches it can call what needs no key. */
    host: overview.data ? new URL(overview.data.url).hostname : null,
  }
}

function opens(scope: 'all' | string[], id: string): boolean {
  return scope === 'all' || scope.includes(id)
}
