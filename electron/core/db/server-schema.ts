import { boolean, integer, json, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'
import type { Isolation, ServerDefinition } from '../../../shared/server.ts'
import { createdAt, id, nameOfOwner, ownerId, shared } from './columns.ts'

export const servers = pgTable(
  'servers',
  {
    id: id(),
    name: text('name').notNull(),
    ownerId: ownerId(),
    shared: shared(),
    type: text('type').$type<ServerDefinition['type']>().notNull(),
    description: text('description').notNull(),
    enabled: boolean('enabled').notNull(),
    start: text('start').$type<'eager' | 'lazy'>().notNull(),
    idleMs: integer('idle_ms').notNull(),
    startTimeoutMs: integer('start_timeout_ms').notNull(),
    isolation: text('isolation').$type<Isolation>().notNull().default('auto'),
    idleConnections: integer('idle_connections').notNull().default(1),
    maxConnections: integer('max_connections').notNull().default(20),
    command: text('command'),
    args: json('args').$type<string[]>(),
    cwd: text('cwd'),
    url: text('url'),
    /** env, headers and bearerToken as one sealed JSON object (secrets.ts). */
    secrets: text('secrets').notNull(),
    /** Whether a person has seen what is started; servers of before anybody was asked are. */
    approved: boolean('approved').notNull().default(true),
    createdAt: createdAt(),
  },
  (table) => [nameOfOwner('servers', [table.ownerId, table.name])],
)

/** Where a person's sign-in to a server stands. Without the row nobody ever signed in, nor had to. */
export const signIns = pgTable('sign_ins', {
  serverId: text('server_id')
    .primaryKey()
    .references(() => servers.id, { onDelete: 'cascade' }),
  /** Tokens, client and what was asked for, as one sealed JSON object (oauth/sign-in.ts). */
  sealed: text('sealed').notNull(),
})

/** What a server said of itself when it was last seen, or why it could not be asked. */
export const serverCatalogs = pgTable('server_catalogs', {
  serverId: text('server_id')
    .primaryKey()
    .references(() => servers.id, { onDelete: 'cascade' }),
  triedAt: timestamp('tried_at', { withTimezone: true, mode: 'string' }).notNull(),
  error: text('error'),
  /** What its greeting said: protocolVersion, capabilities, serverInfo, instructions. */
  hello: json('hello').$type<Record<string, unknown>>(),
  prompts: json('prompts').$type<Record<string, unknown>[]>().notNull(),
  resources: json('resources').$type<Record<string, unknown>[]>().notNull(),
  resourceTemplates: json('resource_templates').$type<Record<string, unknown>[]>().notNull(),
  /** Learnt on a shared connection: the server asks, and it does not come out whom. */
  ownConnections: boolean('own_connections').notNull().default(false),
})

export const tools = pgTable(
  'tools',
  {
    serverId: text('server_id')
      .notNull()
      .references(() => servers.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    /** Its place in the server's own list. */
    position: integer('position').notNull(),
    definition: json('definition').$type<Record<string, unknown>>().notNull(),
    /** SHA-256 of the definition in canonical JSON, hexadecimal. */
    hash: text('hash').notNull(),
  },
  (table) => [primaryKey({ columns: [table.serverId, table.name] })],
)
