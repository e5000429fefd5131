import { useQuery } from '@tanstack/react-query'
import { useIsMember } from '../../shell/me.ts'
import { useTRPC } from '../../trpc.ts'

const MINUTE_MS = 60_000
/** Enough for the lines that are shown, however often a call was repeated. */
const CALLS = 200

/** Everything that the page is made of; `undefined` is not known yet. */
export function useOverview(minutes: number) {
  const trpc = useTRPC()
  const servers = useQuery(trpc.servers.list.queryOptions())
  const activity = useQuery(
    trpc.activity.overview.queryOptions(
      { minutes },
      // Time goes on when nothing happens, too; and another period does not empty the page.
      { refetchInterval: MINUTE_MS, placeholderData: (before) => before },
    ),
  )
  const status = useQuery(trpc.status.overview.queryOptions())
  const endpoints = useQuery(trpc.endpoints.list.queryOptions())
  const namespaces = useQuery(trpc.namespaces.summaries.queryOptions())
  const seen = useQuery(trpc.activity.clients.queryOptions())
  const known = useQuery(trpc.clients.list.queryOptions(undefined, { enabled: !useIsMember() }))
  const latest = useQuery(trpc.activity.latest.queryOptions({ limit: CALLS }))
  const problem = [servers, activity, status, endpoints, namespaces, seen, latest].find(
    ({ error }) => error !== null,
  )?.error
  return {
    servers: servers.data,
    activity: activity.data,
    urls: new Map(status.data?.endpoints.map(({ id, url }) => [id, url])),
    endpoints: endpoints.data ?? [],
    namespaces: namespaces.data ?? [],
    seen: seen.data ?? [],
    known: known.data?.clients ?? [],
    latest: latest.data ?? [],
    problem: problem ?? null,
  }
}
