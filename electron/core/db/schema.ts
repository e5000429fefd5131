import {
  bigint,
  boolean,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
  timestamp,
  unique,
  type AnyPgColumn,
} from 'drizzle-orm/pg-core'
import type { MiddlewareEntry } from '../../../shared/middleware.ts'
import type { RemovalKind } from '../../../shared/removal.ts'
import type { Isolation, ServerDefinition } from '../../../shared/server.ts'
import { users } from './account-schema.ts'

export * from './account-schema.ts'
export * from './authorization-schema.ts'

/*
 * JSON columns are `json`, not `jsonb`: jsonb reorders keys and rewrites numbers, and what a server
 * said must come back as it was said. SQL stays within PostgreSQL 15.
 */

const id = () => text('id').primaryKey()
const createdAt = () =>
  timestamp('created_at', { withTimezone: true, mode: 'string' }).notNull().defaultNow()

/** `oauth` is missing in rows of before there was any. */
type StoredEndpointAuth = { apiKey: boolean; queryParam: boolean; oauth?: boolean }

/** The account that something belongs to; null for what is the instance's. */
const ownerId = () => text('owner_id').references(() => users.id, { onDelete: 'restrict' })
/** Whether all accounts see it and may use it; what is the instance's always is. */
const shared = () => boolean('shared').notNull().default(true)
/** Two accounts may use one name, and must not learn of each other by it. */
const nameOfOwner = (table: string, columns: [AnyPgColumn, AnyPgColumn]) =>
  unique(`${table}_owner_name`)
    .on(...columns)
    .nullsNotDistinct()

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

export const namespaces = pgTable(
  'namespaces',
  {
    id: id(),
    name: text('name').notNull(),
    ownerId: ownerId(),
    shared: shared(),
    description: text('description').notNull(),
    enabled: boolean('enabled').notNull(),
    middleware: json('middleware').$type<MiddlewareEntry[]>().notNull().default([]),
    createdAt: createdAt(),
  },
  (table) => [nameOfOwner('namespaces', [table.ownerId, table.name])],
)

export const namespaceServers = pgTable(
  'namespace_servers',
  {
    namespaceId: text('namespace_id')
      .notNull()
      .references(() => namespaces.id, { onDelete: 'cascade' }),
    serverId: text('server_id')
      .notNull()
      .references(() => servers.id, { onDelete: 'cascade' }),
    position: integer('position').notNull(),
    enabled: boolean('enabled').notNull(),
  },
  (table) => [primaryKey({ columns: [table.namespaceId, table.serverId] })],
)

/** Rules outlive the server's membership: taking a server out and back in loses no override. */
export const namespaceTools = pgTable(
  'namespace_tools',
  {
    namespaceId: text('namespace_id')
      .notNull()
      .references(() => namespaces.id, { onDelete: 'cascade' }),
    serverId: text('server_id')
      .notNull()
      .references(() => servers.id, { onDelete: 'cascade' }),
    tool: text('tool').notNull(),
    enabled: boolean('enabled').notNull(),
    name: text('name'),
    title: text('title'),
    description: text('description'),
    annotations: json('annotations').$type<Record<string, unknown>>(),
  },
  (table) => [
    primaryKey({ columns: [table.namespaceId, table.serverId, table.tool] }),
    unique('namespace_tools_name').on(table.namespaceId, table.name),
  ],
)

export const endpoints = pgTable(
  'endpoints',
  {
    id: id(),
    name: text('name').notNull(),
    ownerId: ownerId(),
    shared: shared(),
    description: text('description').notNull(),
    enabled: boolean('enabled').notNull(),
    namespaceId: text('namespace_id')
      .notNull()
      .references(() => namespaces.id, { onDelete: 'restrict' }),
    prefix: boolean('prefix').notNull(),
    auth: json('auth').$type<StoredEndpointAuth>().notNull(),
    createdAt: createdAt(),
  },
  (table) => [nameOfOwner('endpoints', [table.ownerId, table.name])],
)

export const apiKeys = pgTable(
  'api_keys',
  {
    id: id(),
    name: text('name').notNull(),
    /** Whose key it is; null for one of the instance, which opens what is shared. */
    ownerId: ownerId(),
    /** SHA-256 of the key, hexadecimal: 380 random bits need no salt and no slow hash. */
    hash: text('hash').notNull().unique(),
    hint: text('hint').notNull(),
    /** Its first characters; null for keys made before they were kept. */
    begins: text('begins'),
    enabled: boolean('enabled').notNull(),
    allEndpoints: boolean('all_endpoints').notNull(),
    createdAt: createdAt(),
    /** From then on it opens nothing; null for never. */
    expiresAt: timestamp('expires_at', { withTimezone: true, mode: 'string' }),
  },
  (table) => [nameOfOwner('api_keys', [table.ownerId, table.name])],
)

export const apiKeyEndpoints = pgTable(
  'api_key_endpoints',
  {
    apiKeyId: text('api_key_id')
      .notNull()
      .references(() => apiKeys.id, { onDelete: 'cascade' }),
    endpointId: text('endpoint_id')
      .notNull()
      .references(() => endpoints.id, { onDelete: 'cascade' }),
  },
  (table) => [primaryKey({ columns: [table.apiKeyId, table.endpointId] })],
)

export const settings = pgTable('settings', {
  key: text('key').primaryKey(),
  value: json('value').$type<unknown>().notNull(),
})

/**
 * What was deleted a short while ago, to be put back whole. No definition: should the store be
 * rebuilt from its snapshot, what is lost is a few minutes' chance to think again.
 */
export const removals = pgTable('removals', {
  id: id(),
  kind: text('kind').$type<RemovalKind>().notNull(),
  names: json('names').$type<string[]>().notNull(),
  at: timestamp('at', { withTimezone: true, mode: 'string' }).notNull(),
  /** By table, in the text form of definitions.ts: what is secret in them is sealed or hashed. */
  rows: json('rows').$type<Record<string, Record<string, string | null>[]>>().notNull(),
  /** What is to be done when nobody wanted it back, as one sealed JSON text; `null` for nothing. */
  farewell: text('farewell'),
})

/** One row per relayed call. Names, not references: a row must outlive what it names. */
export const callLog = pgTable(
  'call_log',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: timestamp('at', { withTimezone: true, mode: 'string' }).notNull(),
    endpoint: text('endpoint').notNull(),
    caller: text('caller').notNull(),
    client: text('client'),
    server: text('server'),
    method: text('method').notNull(),
    name: text('name'),
    durationMs: integer('duration_ms').notNull(),
    /** `ok`, `tool-error` or the JSON-RPC error code. */
    outcome: text('outcome').notNull(),
  },
  (table) => [index('call_log_at').on(table.at)],
)
