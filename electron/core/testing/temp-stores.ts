import { openChanges, type Change } from '../changes.ts'
import type { Database } from '../db/open.ts'
import { openStores, type Stores } from '../stores.ts'
import { openTempDatabase } from './temp-database.ts'

export type TempStores = Stores &
  AsyncDisposable & {
    db: Database & { dataDir: string }
    /** Every change that was published, oldest first. */
    told: Change[]
    /** The same definitions as a later start reads them. */
    reopen(): Promise<Stores>
  }

/** All definition stores over a database of their own, which goes with them. */
export async function openTempStores(): Promise<TempStores> {
  const db = await openTempDatabase()
  const told: Change[] = []
  const changes = openChanges((error) => {
    throw error
  })
  changes.subscribe((change) => void told.push(change))
  const open = () => openStores(db, changes, { dataDir: db.dataDir, secretKey: 'k'.repeat(32) })
  const stores = await open()
  return {
    ...stores,
    db,
    told,
    reopen: open,
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  }
}

/** A STDIO server that is never started, for tests of definitions. */
export function someServer(name: string) {
  return { name, type: 'STDIO' as const, command: 'run-me' }
}
