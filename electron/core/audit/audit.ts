import type { AuditPage } from '../../../shared/audit.ts'
import type { AuditNote } from '../auditing.ts'
import type { Database } from '../db/open.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import { insertNotes, prune, readEntries, type AuditQuery, type AuditRow } from './audit-rows.ts'

const DAY_MS = 24 * 60 * 60_000
const HOUR_MS = 60 * 60_000
const KEPT_DAYS = 180
const KEPT_ROWS = 100_000
/** Notes that wait while the database is busy. */
const MAX_WAITING = 1_000
/** What strangers do at the door could fill the log, and push out what it is kept for. */
const STRANGERS_PER_HOUR = 200
const WRITE_AFTER_MS = 100
const MAX_NAME = 200

/** Who did what to this instance. */
export interface Audit {
  /** Neither waits nor throws: an action is never held up, nor fails, because it is noted. */
  note(note: AuditNote): void
  /** With all that was noted so far. */
  list(query: AuditQuery): Promise<AuditPage>
  /** Writes what waits. Idempotent. */
  close(): Promise<void>
}

export type AuditOptions = {
  db: Pick<Database, 'record' | 'read'>
  log: Logger
  /** There are new entries. */
  onChange: () => void
  /** In ms since 1970. */
  now?: (() => number) | undefined
  maxWaiting?: number
  keptRows?: number
}

/** Entries are kept for 180 days, and 100,000 of them. */
export function openAudit(options: AuditOptions): Audit {
  const { db, log, onChange, now = Date.now, keptRows = KEPT_ROWS } = options
  const { maxWaiting = MAX_WAITING } = options
  const isTooMuch = limitStrangers(now)
  let waiting: AuditRow[] = []
  let dropped = 0
  let timer: NodeJS.Timeout | undefined
  let prunedAt = 0
  let writing: Promise<void> = Promise.resolve()

  async function write(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const rows = waiting
    waiting = []
    if (dropped > 0) log.warn({ dropped }, 'the audit log lacks actions: there were too many')
    dropped = 0
    if (rows.length === 0) return
    const isTime = now() - prunedAt > HOUR_MS
    await db.record(async (tx) => {
      await insertNotes(tx, rows)
      if (isTime) await prune(tx, new Date(now() - KEPT_DAYS * DAY_MS), keptRows)
    })
    if (isTime) prunedAt = now()
    onChange()
  }

  const flush = () => {
    const written = writing.then(write)
    writing = written.catch((error: unknown) => {
      log.error({ error: messageOf(error) }, 'the audit log could not be written')
    })
    return writing
  }

  return {
    note(note) {
      if (waiting.length >= maxWaiting || isTooMuch(note)) return void dropped++
      waiting.push(rowOf(note, new Date(now())))
      timer ??= setTimeout(() => void flush(), WRITE_AFTER_MS)
    },
    async list(query) {
      await flush()
      const found = await db.read((tx) => readEntries(tx, query))
      return { entries: found.slice(0, query.limit), more: found.length > query.limit }
    },
    close: flush,
  }
}

/** Whether a stranger's note is one too many for this hour. */
function limitStrangers(now: () => number) {
  let since = 0
  let count = 0
  return ({ actor }: AuditNote): boolean => {
    if (actor.kind !== 'anonymous') return false
    if (now() - since > HOUR_MS) {
      since = now()
      count = 0
    }
    return ++count > STRANGERS_PER_HOUR
  }
}

function rowOf({ actor, action, target, outcome, detail }: AuditNote, at: Date): AuditRow {
  return {
    ...{ at, action, outcome, detail: detail ?? null },
    ...{ actorKind: actor.kind, actorId: actor.id, actorName: actor.name.slice(0, MAX_NAME) },
    targetKind: target?.kind ?? null,
    targetId: target?.id ?? null,
    targetName: target ? target.name.slice(0, MAX_NAME) : null,
    targetOwnerId: target?.ownerId ?? null,
  }
}
