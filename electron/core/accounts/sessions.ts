import { and, eq, gt, inArray } from 'drizzle-orm'
import type { Database } from '../db/open.ts'
import { userSessions } from '../db/schema.ts'

/** A browser that is signed in. */
export type Session = {
  id: string
  accountId: string
  createdAt: Date
  expiresAt: Date
  lastSeenAt: Date
  address: string | null
  userAgent: string | null
}

/** Sessions of accounts, in memory, so that requests do not wait for the database. */
export interface Sessions {
  /** The session whose token has this SHA-256; notes that it was seen. */
  find(tokenHash: string): Session | undefined
  of(accountId: string): Session[]
  /** Lets it last as long as a new one; `false`: it is nearly new, or gone. */
  extend(id: string): Promise<boolean>
  /** Ends those of an account that `isMeant`. Resolves with how many there were. */
  end(accountId: string, isMeant: (session: Session) => boolean): Promise<number>
  /** Tells as if those of an account had ended, so that what is open of them begins anew. */
  restart(accountId: string): void
  /** Tells of the end of each session, also by time; returns an idempotent unsubscribe. */
  onEnd(listener: (session: Session) => void): () => void
  /** After a change that is stored. */
  reload(): Promise<void>
  close(): Promise<void>
}

/** How long one lasts without use, in ms. */
export const SESSION_MS = 30 * 24 * 60 * 60_000
const DAY_MS = 24 * 60 * 60_000
/** How often it is written down when a session was seen last, in ms. */
const NOTE_MS = 5 * 60_000
/** How often sessions are looked through for those whose time is over, in ms. */
const SWEEP_MS = 30_000

export type SessionsOptions = { db: Database; onError: (error: unknown) => void }

export async function openSessions({ db, onError }: SessionsOptions): Promise<Sessions> {
  const mirror = openMirror(db)
  const note = openNotes(db, onError)
  const timer = setInterval(mirror.sweep, SWEEP_MS)
  timer.unref()
  await mirror.reload()
  return {
    ...mirror,
    find(tokenHash) {
      const session = mirror.byHash(tokenHash)
      if (!session || session.expiresAt.getTime() <= Date.now()) return undefined
      note(session)
      return session
    },
    of: (accountId) => mirror.all().filter((one) => one.accountId === accountId),
    async extend(id) {
      const session = mirror.all().find((one) => one.id === id)
      const expiresAt = new Date(Date.now() + SESSION_MS)
      if (!session || +expiresAt - +session.expiresAt < DAY_MS) return false
      session.expiresAt = expiresAt
      await db.record((tx) =>
        tx.update(userSessions).set({ expiresAt }).where(eq(userSessions.id, id)),
      )
      return true
    },
    async end(accountId, isMeant) {
      const ids = mirror
        .all()
        .filter((session) => session.accountId === accountId && isMeant(session))
        .map(({ id }) => id)
      if (ids.length === 0) return 0
      const { id, userId } = userSessions
      const which = and(eq(userId, accountId), inArray(id, ids))
      await db.record(async (tx) => {
        await tx.delete(userSessions).where(which)
        await db.news.tellIn(tx, 'sessions', null)
      })
      await mirror.reload()
      return ids.length
    },
    restart(accountId) {
      for (const one of mirror.all()) if (one.accountId === accountId) mirror.tell(one)
    },
    async close() {
      clearInterval(timer)
    },
  }
}

/** What is stored, in memory, with whoever wants to know of ends. */
function openMirror(db: Database) {
  let sessions = new Map<string, Session>()
  const listeners = new Set<(session: Session) => void>()

  function tell(session: Session): void {
    for (const listener of [...listeners]) listener(session)
  }

  return {
    tell,
    all: () => [...sessions.values()],
    byHash: (hash: string) => sessions.get(hash),
    onEnd(listener: (session: Session) => void) {
      const own = (session: Session) => listener(session)
      listeners.add(own)
      return () => void listeners.delete(own)
    },
    async reload(): Promise<void> {
      const rows = await db.read((tx) =>
        tx.select().from(userSessions).where(gt(userSessions.expiresAt, new Date())),
      )
      const seen = new Map([...sessions.values()].map(({ id, lastSeenAt }) => [id, lastSeenAt]))
      const next = new Map(rows.map((row) => [row.token, fromRow(row, seen.get(row.id))]))
      const gone = [...sessions].filter(([hash]) => !next.has(hash)).map(([, one]) => one)
      sessions = next
      gone.forEach(tell)
    },
    /** Ends those whose time is over. */
    sweep(): void {
      const now = Date.now()
      for (const [hash, session] of [...sessions]) {
        if (session.expiresAt.getTime() > now) continue
        sessions.delete(hash)
        tell(session)
      }
    },
  }
}

/** Notes when a session was seen, in memory each time and in the database now and then. */
function openNotes(db: Database, onError: SessionsOptions['onError']) {
  const noted = new WeakMap<Session, number>()
  return (session: Session): void => {
    const now = Date.now()
    session.lastSeenAt = new Date(now)
    if (now - (noted.get(session) ?? 0) < NOTE_MS) return
    noted.set(session, now)
    const { id, lastSeenAt: updatedAt } = session
    db.record((tx) =>
      tx.update(userSessions).set({ updatedAt }).where(eq(userSessions.id, id)),
    ).catch(onError)
  }
}

function fromRow(row: typeof userSessions.$inferSelect, seen: Date | undefined): Session {
  const { id, userId, createdAt, expiresAt, updatedAt, ipAddress, userAgent } = row
  const lastSeenAt = seen && seen > updatedAt ? seen : updatedAt
  const shown = { address: ipAddress || null, userAgent: userAgent || null }
  return { id, accountId: userId, createdAt, expiresAt, lastSeenAt, ...shown }
}
