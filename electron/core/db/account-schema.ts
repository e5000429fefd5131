import { bigint, boolean, index, json, pgTable, text, timestamp } from 'drizzle-orm/pg-core'
import type { AccountRole } from '../../../shared/account.ts'

/*
 * Accounts, with their sessions and credentials. The columns of the tables that better-auth reads
 * and writes are its own (better-auth 1.7, `getAuthTables`); what is ours among them says so. Tokens
 * are kept as hashes, or sealed.
 */

const id = () => text('id').primaryKey()
export const moment = (name: string) => timestamp(name, { withTimezone: true })

export const users = pgTable('users', {
  id: id(),
  name: text('name').notNull(),
  email: text('email').notNull().unique(),
  emailVerified: boolean('email_verified').notNull().default(false),
  image: text('image'),
  createdAt: moment('created_at').notNull(),
  updatedAt: moment('updated_at').notNull(),
  /** Ours. */
  role: text('role').$type<AccountRole>().notNull().default('member'),
  /** Ours: stands in the addresses of the account's endpoints; random, so that none can be guessed. */
  handle: text('handle').notNull().unique(),
})

export const userSessions = pgTable(
  'user_sessions',
  {
    id: id(),
    expiresAt: moment('expires_at').notNull(),
    token: text('token').notNull().unique(),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
  },
  (table) => [index('user_sessions_user_id').on(table.userId)],
)

export const userCredentials = pgTable(
  'user_credentials',
  {
    id: id(),
    accountId: text('account_id').notNull(),
    providerId: text('provider_id').notNull(),
    userId: text('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    idToken: text('id_token'),
    accessTokenExpiresAt: moment('access_token_expires_at'),
    refreshTokenExpiresAt: moment('refresh_token_expires_at'),
    scope: text('scope'),
    password: text('password'),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  (table) => [index('user_credentials_user_id').on(table.userId)],
)

export const verifications = pgTable(
  'verifications',
  {
    id: id(),
    identifier: text('identifier').notNull(),
    value: text('value').notNull(),
    expiresAt: moment('expires_at').notNull(),
    createdAt: moment('created_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  (table) => [index('verifications_identifier').on(table.identifier)],
)

/** Who may sign up, by a link that was given to a person. */
export const invitations = pgTable('invitations', {
  id: id(),
  email: text('email').notNull(),
  role: text('role').$type<AccountRole>().notNull(),
  /** SHA-256 of the link's token, hexadecimal. */
  tokenHash: text('token_hash').notNull().unique(),
  invitedBy: text('invited_by').references(() => users.id, { onDelete: 'set null' }),
  createdAt: moment('created_at').notNull(),
  expiresAt: moment('expires_at').notNull(),
})

/** One row per management action. Names beside ids: a row outlives what it names. */
export const auditLog = pgTable(
  'audit_log',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: moment('at').notNull(),
    /** `local`, `admin`, `account`, or `anonymous` for a sign-in that failed. */
    actorKind: text('actor_kind').notNull(),
    /** Of the account; no reference, since a row outlives it. */
    actorId: text('actor_id'),
    actorName: text('actor_name').notNull(),
    /** The procedure (`servers.update`), or what happened at the door (`sign-in`). */
    action: text('action').notNull(),
    targetKind: text('target_kind'),
    targetId: text('target_id'),
    targetName: text('target_name'),
    /** Of the target when it happened: decides who may read of it. */
    targetOwnerId: text('target_owner_id'),
    outcome: text('outcome').$type<'done' | 'refused' | 'failed'>().notNull(),
    /** What was changed, without any secret. */
    detail: json('detail').$type<Record<string, unknown>>(),
  },
  (table) => [index('audit_log_at').on(table.at)],
)
