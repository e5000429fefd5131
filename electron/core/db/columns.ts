import { boolean, text, timestamp, unique, type AnyPgColumn } from 'drizzle-orm/pg-core'
import { users } from './account-schema.ts'

/* Columns that several tables have. */

export const id = () => text('id').primaryKey()
export const createdAt = () =>
  timestamp('created_at', { withTimezone: true, mode: 'string' }).notNull().defaultNow()

/** The account that something belongs to; null for what is the instance's. */
export const ownerId = () => text('owner_id').references(() => users.id, { onDelete: 'restrict' })
/** Whether all accounts see it and may use it; what is the instance's always is. */
export const shared = () => boolean('shared').notNull().default(true)
/** Two accounts may use one name, and must not learn of each other by it. */
export const nameOfOwner = (table: string, columns: [AnyPgColumn, AnyPgColumn]) =>
  unique(`${table}_owner_name`)
    .on(...columns)
    .nullsNotDistinct()
