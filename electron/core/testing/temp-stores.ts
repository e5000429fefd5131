import { sql } from 'drizzle-orm'
import { openChanges, type Change } from '../changes.ts'
import { openLog } from '../log.ts'
import { openRemovals, type Removals } from '../removals/removals.ts'
import { openStores, type Stores } from '../wiring/stores.ts'
import { afterFile } from './after-file.ts'
import { openTempDatabase, type TempDatabase } from './temp-database.ts'

export type TempStores = Stores &
  AsyncDisposable & {
    db: TempDatabase
    /** Over these stores; nothing is live that would follow. */
    removals: Removals
    /** Every change that was published, oldest first. */
    told: Change[]
    /** The same definitions as a later start reads them. */
    reopen(): Promise<Stores>
  }

/*
 * Opening a database takes seconds of processor time, so the tests of a file share one and each
 * leaves it empty.
 */
let shared: Promise<TempDatabase> | undefined
let isInUse = false

/** Opened anew in each file, as the next may want it on another database. */
function openShared(): Promise<TempDatabase> {
  const opening = openTempDatabase()
  afterFile(async () => {
    shared = undefined
    isInUse = false
    await (await opening)[Symbol.asyncDispose]()
  })
  return opening
}

/** All definition stores over an empty database; one at a time. */
export async function openTempStores(): Promise<TempStores> {
  if (isInUse) throw new Error('the stores of another test are still open: use `await using`')
  isInUse = true
  shared ??= openShared()
  const db = await shared
  const told: Change[] = []
  const changes = openChanges((error) => {
    throw error
  })
  changes.subscribe((change) => void told.push(change))
  const open = () =>
    openStores(db, changes, {
      dataDir: db.dataDir,
      secretKey: 'k'.repeat(32),
      log: openLog('silent'),
    })
  const stores = await open()
  const removals = await removalsOver(db, stores)
  const empty = async () => {
    await removals.close()
    await db.write((tx) =>
      tx.execute(
        sql`truncate servers, namespaces, endpoints, api_keys, settings, removals cascade`,
      ),
    )
    isInUse = false
  }
  return { ...stores, db, removals, told, reopen: open, [Symbol.asyncDispose]: empty }
}

function removalsOver(db: TempDatabase, stores: Stores): Promise<Removals> {
  const { servers, namespaces, endpoints, apiKeys, catalogs, signIns, secrets } = stores
  return openRemovals({
    ...{ db, secrets, log: openLog('silent') },
    deleteIn: {
      servers: servers.deleteIn,
      namespaces: namespaces.deleteIn,
      endpoints: endpoints.deleteIn,
      apiKeys: apiKeys.deleteIn,
    },
    async follow(kind, ids) {
      for (const one of [servers, namespaces, endpoints, apiKeys]) await one.reload()
      for (const id of kind === 'servers' ? ids : []) {
        catalogs.forget(id)
        signIns.forget(id)
        await catalogs.reload(id)
        await signIns.recall(id)
      }
      return 0
    },
    farewellOf: () => null,
    sayFarewell: () => Promise.resolve(),
  })
}

/** A STDIO server that is never started, for tests of definitions. */
export function someServer(name: string) {
  return { name, type: 'STDIO' as const, command: 'run-me' }
}
