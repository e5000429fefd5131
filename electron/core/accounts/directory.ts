import type { AccountRole } from '../../../shared/account.ts'
import type { Database } from '../db/open.ts'
import { users } from '../db/schema.ts'

/** What is known of an account without asking the database. */
export type Account = {
  id: string
  name: string
  email: string
  role: AccountRole
  /** Stands in the addresses of its endpoints: random, and not to be listed for others. */
  handle: string
  createdAt: Date
}

/** All accounts, in memory: whose is what is asked on the path of a call. */
export interface Directory {
  /** In order of their names. */
  list(): Account[]
  get(id: string): Account | undefined
  byHandle(handle: string): Account | undefined
  /** After a change that is stored. */
  reload(): Promise<void>
}

export async function openDirectory({ db }: { db: Database }): Promise<Directory> {
  let byId = new Map<string, Account>()
  let byHandle = new Map<string, Account>()

  async function reload(): Promise<void> {
    const { id, name, email, role, handle, createdAt } = users
    const columns = { id, name, email, role, handle, createdAt }
    const accounts = await db.read((tx) => tx.select(columns).from(users).orderBy(name, id))
    byId = new Map(accounts.map((account) => [account.id, account]))
    byHandle = new Map(accounts.map((account) => [account.handle, account]))
  }

  await reload()
  return {
    list: () => [...byId.values()],
    get: (id) => byId.get(id),
    byHandle: (handle) => byHandle.get(handle),
    reload,
  }
}
