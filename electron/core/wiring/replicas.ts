import type { Accounts } from '../accounts/accounts.ts'
import type { Change, Changes } from '../changes.ts'
import type { CoreConfig } from '../config.ts'
import { coalesce } from '../db/coalesce.ts'
import type { Database } from '../db/open.ts'
import { WRITTEN } from '../db/replica-news.ts'
import { AppError, messageOf } from '../errors.ts'
import type { Removals } from '../removals/removals.ts'
import { requireSameKey } from '../settings/secret-check.ts'
import type { EndpointAuthorization } from './authorization.ts'
import type { Following } from './following.ts'
import type { Stores } from './stores.ts'

export type ReplicasParts = {
  config: Pick<CoreConfig, 'log' | 'onFatal'>
  db: Database
  stores: Stores
  changes: Changes
  follow: Following
  removals: Pick<Removals, 'reload'>
  accounts: Accounts | null
  authorization: EndpointAuthorization | null
}

/** What windows on other replicas show as well, which is told at most once a second. */
const SHOWN = new Set<Change['kind']>(['audit', 'calls'])

/**
 * Makes memory, and what is live, follow what other replicas on the same database have stored.
 * Nothing in it stores anything: two replicas would keep each other busy for ever.
 */
export function followReplicas(parts: ReplicasParts): Disposable {
  const { db, config, stores, changes, follow, accounts } = parts
  const { news } = db
  const followWritten = coalesce(() => followAll(parts))
  let isTold = false

  function start(work: () => Promise<unknown>): void {
    work().catch((error: unknown) => {
      config.log.error(
        { error: messageOf(error) },
        'what another replica did could not be followed',
      )
    })
  }
  news.listen(WRITTEN, () => start(followWritten))
  news.listen('sessions', () => start(async () => accounts?.reload()))
  news.listen('catalog', (id) =>
    start(async () => {
      await stores.catalogs.reload(String(id))
      await follow.endpoints()
    }),
  )
  news.listen('shown', (told) => {
    const kind = told as Change['kind']
    if (!SHOWN.has(kind)) return
    isTold = true
    changes.publish({ kind } as Change)
    isTold = false
  })
  news.onGap(() =>
    start(async () => {
      await requireKey(parts)
      for (const { id } of stores.servers.list()) await stores.catalogs.reload(id)
      await followWritten()
    }),
  )
  // What was written between our reading at the start and now.
  if (db.isShared) start(followWritten)
  const unsubscribe = changes.subscribe(({ kind }) => {
    if (db.isShared && !isTold && SHOWN.has(kind)) news.tell('shown', kind)
  })
  return { [Symbol.dispose]: unsubscribe }
}

/** Meanwhile we may have been taken for gone, and everything sealed with a new key. */
async function requireKey({ db, stores, config }: ReplicasParts): Promise<void> {
  await db
    .read((tx) => requireSameKey(tx, stores.secrets))
    .catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'conflict') config.onFatal?.(error)
      throw error
    })
}

async function followAll(parts: ReplicasParts): Promise<void> {
  const { stores, changes, follow, removals, accounts, authorization } = parts
  const servers = new Set<string>()
  const roles = rolesIn(stores)
  const unsubscribe = changes.subscribe((change) => {
    if (change.kind === 'server') servers.add(change.id)
  })
  try {
    await reloadStores(stores)
  } finally {
    unsubscribe()
  }
  await removals.reload()
  await accounts?.reload()
  await authorization?.reload()
  for (const id of servers) {
    // Put back, or gone for good.
    if (stores.servers.get(id)) await stores.catalogs.reload(id)
    await follow.server(id)
    if (!stores.servers.get(id)) stores.catalogs.forget(id)
  }
  for (const [id, role] of rolesIn(stores)) if (roles.get(id) !== role) follow.rights(id)
  await follow.endpoints()
}

function rolesIn({ directory }: Stores): Map<string, string> {
  return new Map(directory.list().map(({ id, role }) => [id, role]))
}

/** Everything that is mirrored in memory, as it is stored now. */
export async function reloadStores(stores: Stores): Promise<void> {
  const { directory, servers, namespaces, endpoints, apiKeys } = stores
  for (const store of [directory, servers, namespaces, endpoints, apiKeys]) await store.reload()
  for (const store of [stores.preferences, stores.handedOver, stores.signIns]) await store.reload()
}
