import { eq, isNull, type SQL } from 'drizzle-orm'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'

/** A condition: the column holds that account's id, or, for `null`, nobody's. */
export function isOwner(column: AnyPgColumn, ownerId: string | null): SQL {
  return ownerId === null ? isNull(column) : eq(column, ownerId)
}
