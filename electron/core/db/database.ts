import { writeFile } from 'node:fs/promises'
import { sql } from 'drizzle-orm'
import { AppError, messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import { writeBackup } from './backup.ts'
import { coalesce } from './coalesce.ts'
import type { NewRows } from './copy-in.ts'
import { countDefinitionChanges, refuseDefinitions } from './definitions.ts'
import { openGate } from './gate.ts'
import { startMaintenance } from './maintenance.ts'
import type { Paths } from './paths.ts'
import { damageIn } from './reasons.ts'
import { noNews, type ReplicaNews } from './replica-news.ts'
import { raiseRevision, readSnapshot, writeSnapshotFile } from './snapshot.ts'
import { scrubStore } from './scrub.ts'
import type { Recovery } from './sound.ts'
import type { Store, Tx } from './store.ts'

/**
 * The database, embedded or of a PostgreSQL server. All transactions of the embedded one run one
 * after the other, on a server those that `write`; each rejects with what PostgreSQL (drizzle's
 * DrizzleQueryError, `cause` of which has the code) or the callback threw, after a rollback, or with
 * an AppError `unavailable` where the database is closed, has died or cannot be reached. A second
 * transaction from within the callback of a first one throws at once, as it would wait forever.
 */
export interface Database {
  /** Reads in one transaction, which is read only. */
  read<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /**
   * Changes definitions in one transaction; resolves once they outlast a power loss: in the fsynced
   * snapshot as well, or by the server's own log.
   */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /**
   * Changes what can be learnt again (catalogs, call log) in one transaction: it survives the end of
   * the process, not a power loss. Rejects, changing nothing, if `work` changes a definition.
   */
  record<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /**
   * Adds rows of what can be learnt again, as `record` could, at a fraction of its cost: all of them,
   * or none.
   */
  append(rows: NewRows): Promise<void>
  /**
   * Runs `check` first in each `write` from now on, which rejects with what it throws, having changed
   * nothing: for what another process may have changed. There is one check; the last one counts.
   */
  guard(check: (tx: Tx) => Promise<void>): void
  /** Packs everything into a backup while nobody writes; resolves with its path. */
  backUp(): Promise<string>
  /** Leaves nothing in the files of what was replaced or deleted. Takes long. */
  scrub(): Promise<void>
  /** Whether other processes may be on it, too. */
  readonly isShared: boolean
  /** What other processes on it tell. */
  readonly news: ReplicaNews
  /**
   * Runs work while no other process on it does the same: what a start makes, or what `about` says.
   * It may itself use the database. Rejects with `unavailable` where its turn does not come in 10
   * minutes; where work took longer than 5, others may have begun.
   */
  alone<T>(work: () => Promise<T>, about?: string): Promise<T>
  /** What was done at opening because the store was broken; null when it was sound. */
  readonly recovery: Recovery | null
  /** Waits for what was begun. Idempotent. */
  close(): Promise<void>
}

export type DatabaseParts = {
  store: Store
  paths: Paths
  recovery: Recovery | null
  log: Logger
  /** What is given back at the end, the store first. */
  owned: AsyncDisposableStack
}

type Transact = Store['transact']

export function startDatabase({ store, paths, recovery, log, owned }: DatabaseParts): Database {
  const maintenance = startMaintenance(store, log)
  owned.defer(maintenance.close)
  const gate = openGate()
  const saveSnapshot = coalesce(() => save(store, paths))

  const noted = (error: unknown) => noteDamage(error, { paths, log })
  const transact: Transact = async (mode, work) => {
    const result = await store.transact(mode, (tx) => gate.within(() => work(tx))).catch(noted)
    if (mode === 'read write') maintenance.noteWrite()
    return result
  }
  const append = async (rows: NewRows) => {
    refuseDefinitions(rows.table)
    await store.append(rows).catch(noted)
    maintenance.noteWrite()
  }
  const write = async <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
    const result = await transact('read write', async (tx) => {
      const made = await work(tx)
      await raiseRevision(tx)
      return made
    })
    await saveSnapshot()
    return result
  }
  const record = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
    transact('read write', async (tx) => {
      const before = await countDefinitionChanges(tx)
      const made = await work(tx)
      // Without a snapshot of it, the change would look like damage at the next start and be undone.
      if ((await countDefinitionChanges(tx)) === before) return made
      throw new Error('record() may not change definitions: use write()')
    })

  const backUp = () =>
    // In a transaction, which keeps everybody else out until all is packed.
    store.transact('read only', async (tx) => {
      const command = async (text: string) => void (await tx.execute(sql.raw(text)))
      return writeBackup(paths, { command }, await readSnapshot(tx))
    })

  return {
    recovery,
    ...{ isShared: false, news: noNews(), alone: (work) => work() },
    // Nobody else is on it.
    guard: () => undefined,
    backUp: () => gate.enter(backUp),
    scrub: () => gate.enter(() => scrubStore(store, paths.store)),
    read: (work) => gate.enter(() => transact('read only', work)),
    write: (work) => gate.enter(() => write(work)),
    record: (work) => gate.enter(() => record(work)),
    append: (rows) => gate.enter(() => append(rows)),
    close: () => gate.close(() => owned.disposeAsync()),
  }
}

async function save(store: Store, paths: Paths): Promise<void> {
  const snapshot = await store.transact('read only', readSnapshot)
  await writeSnapshotFile(paths.snapshot, snapshot).catch((cause: unknown) => {
    const message = `The change is in the database, but not in ${paths.snapshot}: ${messageOf(cause)}.`
    throw new AppError('unavailable', message, { cause })
  })
}

/** The start looks at all but the largest tables; what it cannot see shows when it is read. */
async function noteDamage(
  error: unknown,
  { paths, log }: Pick<DatabaseParts, 'paths' | 'log'>,
): Promise<never> {
  const damage = damageIn(error)
  if (damage === null) throw error
  log.error({ damage }, 'The database is damaged and will be rebuilt at the next start')
  // Without the note the next start may not see it, which is no reason to hide this error.
  await writeFile(paths.suspicion, `a query met damage: ${damage}`, { mode: 0o600 }).catch(() => {})
  throw error
}
