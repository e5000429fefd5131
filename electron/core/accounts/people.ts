import { and, eq } from 'drizzle-orm'
import type { AccountRole, AccountSession, AccountView } from '../../../shared/account.ts'
import type { Changes } from '../changes.ts'
import type { Database, Tx } from '../db/open.ts'
import { userCredentials, users } from '../db/schema.ts'
import { AppError } from '../errors.ts'
import { RateLimit } from '../rate-limit.ts'
import type { Accounts } from './accounts.ts'
import { dropResets } from './resets.ts'
import type { Session } from './sessions.ts'

/** What administrators do with accounts, and everybody with their own. */
export interface People {
  list(): Promise<AccountView[]>
  /** Rejects with AppError `not-found`, or `conflict` for the last administrator. */
  setRole(id: string, role: AccountRole): Promise<void>
  /** The same; what the account has kept to itself goes with it. */
  remove(id: string): Promise<void>
  sessionsOf(id: string, currentId: string | undefined): AccountSession[]
  /** Rejects with AppError `not-found` for a session that is not of the account. */
  revoke(id: string, sessionId: string): Promise<void>
  revokeOthers(id: string, currentId: string | undefined): Promise<void>
  rename(id: string, name: string): Promise<void>
  /**
   * Ends all other sessions. Rejects with AppError `invalid` where the current one is wrong, and with
   * `too-many` after some tries, which says how long to wait.
   */
  changePassword(id: string, given: PasswordChange): Promise<void>
}

type PasswordChange = { current: string; next: string; sessionId: string | undefined }

export type PeopleOptions = {
  db: Database
  changes: Changes
  accounts: Accounts
  /** Takes leave of an account: what is its own, with what is live, and then the account itself. */
  removeAccount: (id: string) => Promise<void>
  /** Makes what is live of the account follow its new role. */
  followRole: (id: string) => void
}

const CREDENTIAL = 'credential'
/** Changes of a password that an account may try: whoever sits at its browser may not guess at it. */
const TRIES = { window: 15 * 60, max: 10 }

export function openPeople(options: PeopleOptions): People {
  const { db, changes, accounts } = options
  const { directory, sessions } = accounts

  async function followed(): Promise<void> {
    await directory.reload()
    await sessions.reload()
    changes.publish({ kind: 'account' })
  }

  async function end(id: string, isMeant: (session: Session) => boolean): Promise<number> {
    const ended = await sessions.end(id, isMeant)
    if (ended > 0) changes.publish({ kind: 'account' })
    return ended
  }

  return {
    list: async () => listed(accounts, await signInWays(db)),
    async setRole(id, role) {
      await db.write(async (tx) => {
        await requireOther(tx, id, role)
        await tx.update(users).set({ role, updatedAt: new Date() }).where(eq(users.id, id))
      })
      await followed()
      options.followRole(id)
      // What it may see now is another matter: its streams begin anew.
      sessions.restart(id)
    },
    async remove(id) {
      await db.read((tx) => requireOther(tx, id, 'member'))
      await options.removeAccount(id)
      await followed()
    },
    sessionsOf: (id, currentId) => sessions.of(id).map((one) => shownSession(one, currentId)),
    async revoke(id, sessionId) {
      const ended = await end(id, (session) => session.id === sessionId)
      if (ended === 0) throw new AppError('not-found', 'There is no session with this id.')
    },
    revokeOthers: async (id, currentId) =>
      void (await end(id, (session) => session.id !== currentId)),
    async rename(id, name) {
      await db.write((tx) => tx.update(users).set({ name }).where(eq(users.id, id)))
      await followed()
    },
    changePassword: passwordChanger(options, end),
  }
}

function passwordChanger(
  { db, accounts }: PeopleOptions,
  end: (id: string, isMeant: (session: Session) => boolean) => Promise<unknown>,
): People['changePassword'] {
  const tries = new RateLimit(TRIES)
  return async (id, { current, next, sessionId }) => {
    // Before the password is looked at, which takes its time: many may come at once.
    const wait = await tries.take(id)
    if (wait !== null) throw new AppError('too-many', tooManyTries(wait))
    const which = and(eq(userCredentials.userId, id), eq(userCredentials.providerId, CREDENTIAL))
    const [row] = await db.read((tx) => tx.select().from(userCredentials).where(which))
    const engine = accounts.engine()
    // An account without a password is as one whose password is another.
    const isRight = row?.password != null && (await engine.verifyPassword(row.password, current))
    if (!isRight) throw new AppError('invalid', 'That is not the current password.')
    const password = await engine.hashPassword(next)
    await db.write(async (tx) => {
      await tx.update(userCredentials).set({ password }).where(which)
      await dropResets(tx, id)
    })
    await end(id, (session) => session.id !== sessionId)
  }
}

function tooManyTries(ms: number): string {
  const minutes = Math.ceil(ms / 60_000)
  const wait = minutes === 1 ? 'a minute' : `${minutes} minutes`
  return `The password was tried too often. Try again in ${wait}, or let an administrator make a link for a new one.`
}

/** Throws unless there is such an account, and afterwards still an administrator. */
export async function requireOther(tx: Tx, id: string, role: AccountRole): Promise<void> {
  const rows = await tx.select({ id: users.id, role: users.role }).from(users)
  const account = rows.find((row) => row.id === id)
  if (!account) throw new AppError('not-found', `There is no account with the id "${id}".`)
  if (role === 'admin' || account.role !== 'admin') return
  if (rows.some((row) => row.role === 'admin' && row.id !== id)) return
  const text = 'You are the last administrator. Make someone else one first.'
  throw new AppError('conflict', text)
}

async function signInWays(db: Database): Promise<Map<string, string[]>> {
  const { userId, providerId } = userCredentials
  const rows = await db.read((tx) => tx.select({ userId, providerId }).from(userCredentials))
  const ways = Map.groupBy(rows, (row) => row.userId)
  const named = (id: string) => (id === CREDENTIAL ? 'password' : id)
  return new Map(Array.from(ways, ([id, of]) => [id, of.map((way) => named(way.providerId))]))
}

function listed({ directory, sessions }: Accounts, ways: Map<string, string[]>): AccountView[] {
  return directory.list().map(({ id, name, email, role, createdAt }) => {
    const open = sessions.of(id)
    const seen = open.map(({ lastSeenAt }) => lastSeenAt.getTime())
    return {
      ...{ id, name, email, role, createdAt: createdAt.toISOString() },
      signsInWith: ways.get(id) ?? [],
      sessions: open.length,
      lastSeenAt: seen.length === 0 ? null : new Date(Math.max(...seen)).toISOString(),
    }
  })
}

function shownSession(session: Session, currentId: string | undefined): AccountSession {
  const { id, createdAt, lastSeenAt, expiresAt, address, userAgent } = session
  return {
    ...{ id, address, userAgent, current: id === currentId },
    createdAt: createdAt.toISOString(),
    lastSeenAt: lastSeenAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  }
}
