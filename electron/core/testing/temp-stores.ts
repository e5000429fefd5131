import { sql } from 'drizzle-orm'
import { afterAll } from 'vitest'
import { openChanges, type Change } from '../changes.ts'
import { openStores, type Stores } from '../stores.ts'
import { openTempDatabase, type TempDatabase } from './temp-database.ts'

export type TempStores = Stores &
  AsyncDisposable & {
    db: TempDatabase
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

afterAll(async () => (await shared)?.[Symbol.asyncDispose]())

/** All definition stores over an empty database; one at a time. */
export async function openTempStores(): Promise<TempStores> {
  if (isInUse) throw new Error('the stores of another test are still open: use `await using`')
  isInUse = true
  shared ??= openTempDatabase()
  const db = await shared
  const told: Change[] = []
  const changes = openChanges((error) => {
    throw error
  })
  changes.subscribe((change) => void told.push(change))
  const open = () => openStores(db, changes, { dataDir: db.dataDir, secretKey: 'k'.repeat(32) })
  const stores = await open()
  const empty = async () => {
    await db.write((tx) =>
      tx.execute(sql`truncate servers, namespaces, endpoints, api_keys, settings cascade`),
    )
    isInUse = false
  }
  return { ...stores, db, told, reopen: open, [Symbol.asyncDispose]: empty }
}

/** A STDIO server that is never started, for tests of definitions. */
export function someServer(name: string) {
  return { name, type: 'STDIO' as const, command: 'run-me' }
}
