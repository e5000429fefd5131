import { isDeepStrictEqual } from 'node:util'
import { eq } from 'drizzle-orm'
import type { Changes } from '../changes.ts'
import type { Database, Tx } from '../db/open.ts'
import { servers, signIns } from '../db/schema.ts'
import type { Secrets } from '../secrets.ts'
import { deepFreeze } from '../shelf.ts'
import { signIn, type SignIn } from './sign-in.ts'

/** Sign-ins by the id of their server, sealed at rest. Memory comes first: `get` never waits. */
export interface SignInStore {
  get(serverId: string): SignIn | undefined
  /** Shows it at once; resolves when it is stored. That the server was deleted is no error. */
  put(serverId: string, value: SignIn): Promise<void>
  /** Forgets everything. */
  drop(serverId: string): Promise<void>
  /** For a server that is deleted: its row goes with it, this is its memory. */
  forget(serverId: string): void
  /** For a server that was put back: what is stored of it is in memory again. */
  recall(serverId: string): Promise<void>
  /** After changes that another process has stored. */
  reload(): Promise<void>
}

export type SignInStoreOptions = { db: Database; secrets: Secrets; changes: Changes }

export async function openSignInStore(options: SignInStoreOptions): Promise<SignInStore> {
  const { db, secrets, changes } = options
  const opened = ({ serverId, sealed }: typeof signIns.$inferSelect) =>
    deepFreeze(signIn.parse(JSON.parse(secrets.open(sealed, contextOf(serverId)))))
  const readAll = async () => {
    const rows = await db.read((tx) => tx.select().from(signIns))
    return new Map(rows.map((row) => [row.serverId, opened(row)]))
  }
  let values = await readAll()
  const writing = new Set<Promise<unknown>>()
  let changed = 0

  /** Of what is in memory already. */
  async function stored<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    changed += 1
    const written = db.write(work)
    writing.add(written)
    return written.finally(() => writing.delete(written))
  }
  /** What is stored, and not older than what is in memory. */
  async function newest<T>(read: () => Promise<T>): Promise<T> {
    while (writing.size > 0) await Promise.allSettled(writing)
    const before = changed
    const found = await read()
    return before === changed ? found : newest(read)
  }

  return {
    get: (serverId) => values.get(serverId),
    async put(serverId, value) {
      values.set(serverId, deepFreeze(value))
      changes.publish({ kind: 'sign-in', serverId })
      const sealed = secrets.seal(JSON.stringify(value), contextOf(serverId))
      if (!(await stored((tx) => write(tx, serverId, sealed)))) values.delete(serverId)
    },
    async drop(serverId) {
      if (!values.delete(serverId)) return
      changes.publish({ kind: 'sign-in', serverId })
      await stored((tx) => tx.delete(signIns).where(eq(signIns.serverId, serverId)))
    },
    forget: (serverId) => void values.delete(serverId),
    async recall(serverId) {
      const isOf = eq(signIns.serverId, serverId)
      const [row] = await newest(() => db.read((tx) => tx.select().from(signIns).where(isOf)))
      if (!row) return
      values.set(serverId, opened(row))
      changes.publish({ kind: 'sign-in', serverId })
    },
    async reload() {
      const next = await newest(readAll)
      const before = values
      values = next
      for (const serverId of new Set([...before.keys(), ...values.keys()])) {
        if (isDeepStrictEqual(before.get(serverId), values.get(serverId))) continue
        changes.publish({ kind: 'sign-in', serverId })
      }
    },
  }
}

async function write(tx: Tx, serverId: string, sealed: string): Promise<boolean> {
  const known = await tx
    .select({ id: servers.id })
    .from(servers)
    .where(eq(servers.id, serverId))
    .for('key share')
  if (known.length === 0) return false
  await tx
    .insert(signIns)
    .values({ serverId, sealed })
    .onConflictDoUpdate({ target: signIns.serverId, set: { sealed } })
  return true
}

function contextOf(serverId: string): string {
  return `sign-in:${serverId}`
}
