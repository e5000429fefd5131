import { count, eq, isNull, type SQL } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import { AppError } from '../errors.ts'
import type { Tx } from './open.ts'
import type { apiKeys, endpoints, namespaces, servers } from './schema.ts'

/** A condition: the column holds that account's id, or, for `null`, nobody's. */
export function isOwner(column: AnyPgColumn, ownerId: string | null): SQL {
  return ownerId === null ? isNull(column) : eq(column, ownerId)
}

/** So many of each kind may an account have: all are in memory, and are read at each start. */
const MOST_OF_ACCOUNT = 200

type Kind = { table: OwnedTable; ownerId: string | null; plural: string }
type OwnedTable = typeof servers | typeof namespaces | typeof endpoints | typeof apiKeys

/** Throws an AppError `conflict` where an account has too many of a kind, with those of just now. */
export async function refuseTooMany(tx: Tx, { table, ownerId, plural }: Kind): Promise<void> {
  if (ownerId === null) return
  const [row] = await tx.select({ has: count() }).from(table).where(eq(table.ownerId, ownerId))
  if (!row || row.has <= MOST_OF_ACCOUNT) return
  const text = `An account may have ${MOST_OF_ACCOUNT} ${plural}, and this one has as many. Delete some first.`
  throw new AppError('conflict', text)
}
