import { and, desc, eq, ilike, isNull, lt, lte, or, sql } from 'drizzle-orm'
import type { AuditEntry } from '../../../shared/audit.ts'
import type { Tx } from '../db/open.ts'
import { auditLog } from '../db/schema.ts'

export type AuditRow = Omit<typeof auditLog.$inferInsert, 'id'>

export type AuditQuery = {
  /** Entries older than this one. */
  before?: number | undefined
  limit: number
  /** Somewhere in what was done, by whom, or to what. */
  text?: string | undefined
  /** Whose private things may be told of; `null` for everybody's. */
  reader: { accountId: string } | null
}

export async function insertNotes(tx: Tx, rows: AuditRow[]): Promise<void> {
  if (rows.length > 0) await tx.insert(auditLog).values(rows)
}

/** Newest first, and one more than was asked for where there are more. */
export async function readEntries(tx: Tx, query: AuditQuery): Promise<AuditEntry[]> {
  const { before, limit, text, reader } = query
  const { id, action, actorName, targetName, targetOwnerId } = auditLog
  const pattern = text ? `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%` : null
  const rows = await tx
    .select()
    .from(auditLog)
    .where(
      and(
        before === undefined ? undefined : lt(id, before),
        reader ? or(isNull(targetOwnerId), eq(targetOwnerId, reader.accountId)) : undefined,
        pattern === null
          ? undefined
          : or(ilike(action, pattern), ilike(actorName, pattern), ilike(targetName, pattern)),
      ),
    )
    .orderBy(desc(id))
    .limit(limit + 1)
  return rows.map(entryOf)
}

/** Deletes what is older than `since`, and all but the newest `count`. */
export async function prune(tx: Tx, since: Date, count: number): Promise<void> {
  const newest = sql<number>`(select coalesce(max(id), 0) from ${auditLog})`
  await tx
    .delete(auditLog)
    .where(or(lt(auditLog.at, since), lte(auditLog.id, sql`${newest} - ${count}::bigint`)))
}

function entryOf(row: typeof auditLog.$inferSelect): AuditEntry {
  const { id, at, action, outcome, detail } = row
  const target = { kind: row.targetKind ?? '', id: row.targetId, name: row.targetName ?? '' }
  return {
    ...{ id, action, outcome },
    at: at.toISOString(),
    actor: {
      kind: row.actorKind as AuditEntry['actor']['kind'],
      ...{ id: row.actorId, name: row.actorName },
    },
    target: row.targetKind === null ? null : target,
    detail: detail as AuditEntry['detail'],
  }
}
