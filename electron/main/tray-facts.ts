import type { AppRouter } from '../core/index.ts'
import type { SettingsView } from '../../shared/preferences.ts'
import type { TrayFacts } from './tray-menu.ts'

/** The management API, called without a network between. */
export type Management = ReturnType<AppRouter['createCaller']>

const DAY_MS = 24 * 60 * 60_000

/** What the tray shows, from the same answers that the window's pages show. */
export async function readTrayFacts(
  api: Management,
  { paused }: Pick<SettingsView, 'paused'>,
): Promise<TrayFacts> {
  const [servers, approvals, trust, namespaces, overview, clients, host] = await Promise.all([
    api.servers.list(),
    api.approvals.list(),
    api.trust.count(),
    api.namespaces.summaries(),
    api.status.overview(),
    api.activity.clients(),
    api.host.abilities(),
  ])
  const since = Date.now() - DAY_MS
  const recent = clients
    .filter(({ name, lastSeenAt }) => name !== '' && Date.parse(lastSeenAt) >= since)
    .toSorted((a, b) => b.lastSeenAt.localeCompare(a.lastSeenAt))
  return {
    paused,
    servers,
    approvals,
    doubted: trust.servers,
    namespaces,
    endpoints: overview.endpoints,
    clients: recent.map(({ name }) => name),
    update: host.update,
  }
}
