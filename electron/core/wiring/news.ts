import type { Owned } from '../../../shared/account.ts'
import type { Access } from '../access.ts'
import type { Change, Changes } from '../changes.ts'
import type { Stores } from './stores.ts'

/** Whom a change concerns: what it is of may be gone when the news of it goes out. */
export interface News extends Disposable {
  concerns(change: Change, access: Access): boolean
}

/**
 * Remembers whose is what, from before the change to after it: who sees a thing no more is told of
 * that, too. Open it before anybody subscribes.
 */
export function openNews(stores: Stores, changes: Changes): News {
  const known = ownersNow(stores)
  const concerned = new WeakMap<Change, Owned[]>()
  const unsubscribe = changes.subscribe((change) => {
    const thing = thingOf(change)
    if (!thing) return
    const key = `${thing.kind} ${thing.id}`
    const [before, now] = [known.get(key), lookUp(stores, thing)]
    if (now) known.set(key, { ownerId: now.ownerId, shared: now.shared })
    else if (isOwn(change)) known.delete(key)
    concerned.set(
      change,
      [before, now].filter((one) => one !== undefined),
    )
  })
  return {
    concerns(change, access) {
      if (access.isOperator) return true
      if (FOR_ADMINS.has(change.kind)) return access.isAdmin
      if (!thingOf(change)) return true
      return (concerned.get(change) ?? []).some((owned) => access.sees(owned))
    },
    [Symbol.dispose]: unsubscribe,
  }
}

type Thing = { kind: 'server' | 'namespace' | 'endpoint' | 'api-key'; id: string }

const FOR_ADMINS: ReadonlySet<Change['kind']> = new Set<Change['kind']>([
  ...(['ai-clients', 'host', 'audit'] as const),
])

function thingOf(change: Change): Thing | null {
  const { kind } = change
  if (kind === 'server' || kind === 'server-state') return { kind: 'server', id: change.id }
  if (kind === 'sign-in' || kind === 'catalog') return { kind: 'server', id: change.serverId }
  if (kind === 'namespace' || kind === 'endpoint' || kind === 'api-key') return change
  return null
}

/** Told of the definition itself, not of what it does. */
function isOwn({ kind }: Change): boolean {
  return kind !== 'server-state' && kind !== 'sign-in' && kind !== 'catalog'
}

function lookUp(stores: Stores, { kind, id }: Thing): Owned | undefined {
  if (kind === 'server') return stores.servers.get(id)
  if (kind === 'namespace') return stores.namespaces.get(id)
  if (kind === 'endpoint') return stores.endpoints.get(id)
  const apiKey = stores.apiKeys.get(id)
  return apiKey && { ownerId: apiKey.ownerId, shared: false }
}

function ownersNow(stores: Stores): Map<string, Owned> {
  const { servers, namespaces, endpoints, apiKeys } = stores
  const all = [
    ...servers.list().map(({ id }): Thing => ({ kind: 'server', id })),
    ...namespaces.list().map(({ id }): Thing => ({ kind: 'namespace', id })),
    ...endpoints.list().map(({ id }): Thing => ({ kind: 'endpoint', id })),
    ...apiKeys.list().map(({ id }): Thing => ({ kind: 'api-key', id })),
  ]
  return new Map(
    all.flatMap((thing) => {
      const owned = lookUp(stores, thing)
      if (!owned) return []
      return [[`${thing.kind} ${thing.id}`, { ownerId: owned.ownerId, shared: owned.shared }]]
    }),
  )
}
