import type { Namespace } from '../../../shared/namespace.ts'
import type { Changes } from '../changes.ts'
import { holdsOf, keyOf } from '../gateway/assemble.ts'
import { noSuchNamespace } from '../namespaces/namespace-rows.ts'
import { newcomersOf } from '../namespaces/pins.ts'
import { noSuchServer } from '../servers/server-rows.ts'
import { openReviewed } from '../trust/reviewed.ts'
import { openTrust, type MemberTool, type Trust } from '../trust/trust.ts'
import type { Following } from './following.ts'
import type { Stores } from './stores.ts'

type TrustStores = Pick<Stores, 'namespaces' | 'servers' | 'catalogs' | 'settings'>

export type StoredTrustParts = { stores: TrustStores; follow: Following; changes: Changes }

/** What waits for a person, over the stores; what is held is decided where calls are. */
export async function openStoredTrust(parts: StoredTrustParts): Promise<Trust> {
  const { stores, follow, changes } = parts
  const { namespaces, servers, settings } = stores
  const reviewed = await openReviewed({
    load: () => settings.get('reviewed-tools'),
    save: (kept) => settings.set('reviewed-tools', kept),
    exists: (id) => namespaces.get(id) !== undefined,
  })
  return openTrust({
    namespaces: {
      ...{ list: namespaces.list, get: namespaces.get, accept: namespaces.accept },
      ...{ restore: namespaces.restore, definitions: namespaces.definitions },
      unaccept: namespaces.unaccept,
      refuse: (id, tools) =>
        namespaces.setTools(
          id,
          tools.map((one) => ({ ...one, enabled: false })),
        ),
    },
    servers: {
      ...{ list: servers.list, get: servers.get, approve: servers.approve },
    },
    reviewed,
    toolsIn: (namespace) => toolsIn(stores, namespace),
    listedIn: (namespace) =>
      partsOf(stores, namespace).map(({ serverId, catalog }) => ({
        ...{ serverId, tools: catalog?.tools ?? NONE },
      })),
    noNamespace: noSuchNamespace,
    noServer: noSuchServer,
    followNamespace: () => follow.endpoints(),
    followServer: (id) => follow.server(id),
    changed: (id) => changes.publish({ kind: 'namespace', id }),
  })
}

const NONE: readonly Record<string, unknown>[] = []

type Part = { serverId: string; catalog: ReturnType<Stores['catalogs']['get']>['catalog'] }

/** Of its servers that are on, also while the namespace itself is off: it may be on again soon. */
function partsOf({ servers, catalogs }: TrustStores, namespace: Namespace): Part[] {
  return namespace.servers.flatMap(({ serverId, enabled }) => {
    const isOn = enabled && servers.get(serverId)?.enabled === true
    return isOn ? [{ serverId, catalog: catalogs.get(serverId).catalog }] : []
  })
}

function toolsIn(stores: TrustStores, namespace: Namespace): MemberTool[] {
  const { tools: rules, changedTools } = namespace
  const pins = stores.namespaces.pins(namespace.id)
  const trust = { holdsChanged: changedTools === 'block', pins: pins.tools }
  const members = namespace.servers.map((member) => {
    const newTools = newcomersOf(namespace, member, pins)
    return { id: member.serverId, name: '', on: true, newTools }
  })
  const parts = partsOf(stores, namespace)
  const { holds, changed } = holdsOf({ servers: members, rules, trust }, parts)
  return parts.flatMap(({ serverId, catalog }) =>
    (catalog?.tools ?? NONE).flatMap((definition): MemberTool[] => {
      const key = keyOf(serverId, String(definition.name))
      const hold = holds.get(key)
      if (hold === 'off') return []
      // Where changes are followed, what changes is taken in by itself.
      const isTold = changed.has(key) && changedTools === 'warn'
      const state = hold ?? (isTold ? 'told' : 'offered')
      return [{ serverId, definition, state, pinned: pins.tools.get(key) ?? null }]
    }),
  )
}
