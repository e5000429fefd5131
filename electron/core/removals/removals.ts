import { randomUUID } from 'node:crypto'
import { eq, inArray } from 'drizzle-orm'
import { z } from 'zod'
import type { RemovalKind, RemovalView, Removed } from '../../../shared/removal.ts'
import type { Owned } from '../../../shared/account.ts'
import { keeperOf, type Access } from '../access.ts'
import type { NotedTarget } from '../auditing.ts'
import type { Database, Tx } from '../db/open.ts'
import { removals } from '../db/schema.ts'
import { AppError, messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { Secrets } from '../secrets.ts'
import {
  countLeft,
  identitiesIn,
  ownersIn,
  putBack,
  readRemoved,
  type RemovedRows,
} from './removed-rows.ts'

/** How long what was removed can be put back. */
const KEPT_MS = 15 * 60_000
const LOOK_EVERY_MS = 60_000

/** Deletes so that it can be undone, also after a crash: everything goes into one row. */
export interface Removals {
  /** Newest first; only what can still be put back, and what the caller may change. */
  list(access: Access): RemovalView[]
  /**
   * Removes all of them or none. Rejects with an AppError as their stores do: `not-found`, or
   * `conflict` for a namespace that an endpoint uses. Without `access` as the operator.
   */
  take(kind: RemovalKind, ids: readonly string[], access?: Access): Promise<Removed>
  /** Rejects AppError: `not-found` (too late), `conflict` (the place was taken). */
  restore(id: string, access: Access): Promise<RemovalView>
  /** What it would put back, of several things the first; `null` where the caller may not. */
  about(id: string, access: Access): NotedTarget | null
  /** Ends for good what is past its time. */
  purge(): Promise<void>
  /** The same, at once, for what holds anything of an account that is gone. */
  forget(accountId: string): Promise<void>
  /** After another process has removed something, or put it back. */
  reload(): Promise<void>
  /** Waits for what was begun. Idempotent. */
  close(): Promise<void>
}

export type RemovalsOptions = {
  db: Database
  secrets: Secrets
  log: Logger
  /** The deletion of one thing, in a larger transaction. */
  deleteIn: Record<RemovalKind, (tx: Tx, id: string, access?: Access) => Promise<void>>
  /** Makes memory and what is live follow; resolves with how many sessions ended of it. */
  follow(kind: RemovalKind, ids: readonly string[]): Promise<number>
  /** What is to be told to others once a server is gone for good: a secret; `null` for nothing. */
  farewellOf(serverId: string): string | null
  sayFarewell(farewell: string): Promise<void>
  /** In ms since 1970. */
  now?: (() => number) | undefined
}

const farewells = z.array(z.string())

export async function openRemovals(options: RemovalsOptions): Promise<Removals> {
  const { db, log, now = Date.now } = options
  const known = new Map<string, Known>()
  async function reload(): Promise<void> {
    const rows = await db.read(readViews)
    known.clear()
    for (const row of rows) known.set(row.id, knownOf(row))
  }
  await reload()

  let purging: Promise<void> = Promise.resolve()
  const end = (isDue: (one: Known) => boolean) => {
    const due = () => [...known.values()].filter(isDue).map(({ view }) => view.id)
    const work = () => endForGood(options, known, due())
    return (purging = purging.then(work, work))
  }
  const purge = () => end(({ view }) => Date.parse(view.expiresAt) <= now())
  const look = () => {
    purge().catch((error: unknown) => {
      log.error({ error: messageOf(error) }, 'what was removed could not be ended for good')
    })
  }
  const timer = setInterval(look, LOOK_EVERY_MS)
  timer.unref()
  look()

  return {
    list: (access) =>
      [...known.values()]
        .filter((one) => Date.parse(one.view.expiresAt) > now() && mayUndo(access, one))
        .map(({ view }) => view)
        .toSorted((a, b) => (a.at < b.at ? 1 : -1)),
    async take(kind, ids, access) {
      const taken = await takeRows({ ...options, now, access }, kind, [...new Set(ids)])
      known.set(taken.view.id, taken)
      const sessions = await options.follow(kind, taken.ids)
      const { id: removalId, names } = taken.view
      return { removalId, names, left: { ...taken.left, sessions } }
    },
    async restore(id, access) {
      const removal = known.get(id)
      if (!removal || !mayUndo(access, removal)) throw tooLate()
      const { view, ids } = await restoreRows(db, id, now())
      known.delete(id)
      await options.follow(view.kind, ids)
      return view
    },
    about(id, access) {
      const removal = known.get(id)
      return removal && mayUndo(access, removal) ? removal.about : null
    },
    ...{ purge, reload },
    forget: (accountId) => end(({ owners }) => owners.some(({ ownerId }) => ownerId === accountId)),
    async close() {
      clearInterval(timer)
      await purging.catch(() => undefined)
    },
  }
}

type Taking = RemovalsOptions & { now: () => number; access: Access | undefined }

async function takeRows(
  { db, secrets, deleteIn, farewellOf, now, access }: Taking,
  kind: RemovalKind,
  ids: readonly string[],
) {
  const id = randomUUID()
  const words = kind === 'servers' ? ids.flatMap((server) => farewellOf(server) ?? []) : []
  const farewell = words.length > 0 ? secrets.seal(JSON.stringify(words), contextOf(id)) : null
  return db.write(async (tx) => {
    const rows = await readRemoved(tx, kind, ids)
    for (const one of ids) await deleteIn[kind](tx, one, access)
    const names = identitiesIn(kind, rows).map(({ name }) => name)
    const row = { id, kind, names, at: new Date(now()).toISOString() }
    await tx.insert(removals).values({ ...row, rows, farewell })
    return { ...knownOf({ ...row, rows }), ids, left: countLeft(rows) }
  })
}

async function restoreRows(db: Database, id: string, now: number) {
  return db.write(async (tx) => {
    const [row] = await tx.select().from(removals).where(eq(removals.id, id)).for('update')
    const view = row && viewOf(row)
    if (!view || Date.parse(view.expiresAt) <= now) throw tooLate()
    await putBack(tx, row.kind, row.rows)
    await tx.delete(removals).where(eq(removals.id, id))
    return { view, ids: identitiesIn(row.kind, row.rows).map((one) => one.id) }
  })
}

async function endForGood(
  { db, secrets, sayFarewell }: RemovalsOptions,
  known: Map<string, Known>,
  ids: string[],
): Promise<void> {
  if (ids.length === 0) return
  // First the rows: what cannot be told to others now will not be told by trying for ever.
  const gone = await db.record((tx) =>
    tx
      .delete(removals)
      .where(inArray(removals.id, ids))
      .returning({ id: removals.id, farewell: removals.farewell }),
  )
  for (const id of ids) known.delete(id)
  for (const { id, farewell } of gone) {
    if (farewell === null) continue
    const texts = farewells.parse(JSON.parse(secrets.open(farewell, contextOf(id))))
    for (const text of texts) await sayFarewell(text)
  }
}

function readViews(tx: Tx) {
  const { id, kind, names, at, rows } = removals
  return tx.select({ id, kind, names, at, rows }).from(removals)
}

/** What was removed, and whose it was. */
type Known = { view: RemovalView; owners: Owned[]; about: NotedTarget | null }

function knownOf(row: Omit<RemovalView, 'expiresAt'> & { rows: RemovedRows }): Known {
  const owners = ownersIn(row.kind, row.rows)
  const [first] = identitiesIn(row.kind, row.rows)
  const about = first ? { ...first, kind: NOUNS[row.kind], ownerId: keeperOf(owners[0]) } : null
  return { view: viewOf(row), owners, about }
}

const NOUNS: Record<RemovalKind, string> = {
  servers: 'server',
  namespaces: 'namespace',
  endpoints: 'endpoint',
  apiKeys: 'api-key',
}

function mayUndo(access: Access, { owners }: Known): boolean {
  return owners.every((owned) => access.changes(owned))
}

function tooLate(): AppError {
  return new AppError('not-found', 'It is too late to undo this removal.')
}

function viewOf({ id, kind, names, at }: Omit<RemovalView, 'expiresAt'>): RemovalView {
  const began = Date.parse(at)
  const iso = (time: number) => new Date(time).toISOString()
  return { id, kind, names, at: iso(began), expiresAt: iso(began + KEPT_MS) }
}

function contextOf(id: string): string {
  return `removal:${id}`
}
