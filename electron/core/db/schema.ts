import {
  bigint,
  boolean,
  doublePrecision,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
  timestamp,
} from 'drizzle-orm/pg-core'
import type { Discovery, RateLimit } from '../../../shared/endpoint.ts'
import type { RemovalKind } from '../../../shared/removal.ts'
import { createdAt, id, nameOfOwner, ownerId, shared } from './columns.ts'
import { namespaces } from './namespace-schema.ts'

export * from './account-schema.ts'
export * from './authorization-schema.ts'
export * from './namespace-schema.ts'
export * from './server-schema.ts'

/*
 * JSON columns are `json`, not `jsonb`: jsonb reorders keys and rewrites numbers, and what a server
 * said must come back as it was said. SQL stays within PostgreSQL 15.
 */

/** `oauth` is missing in rows of before there was any. */
type StoredEndpointAuth = { apiKey: boolean; queryParam: boolean; oauth?: boolean }

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
    discovery: json('discovery')
      .$type<Discovery>()
      .notNull()
      .default({ mode: 'direct', aboveTokens: 20_000, pinned: [] }),
    /** Null: none. */
    rateLimit: json('rate_limit').$type<RateLimit>(),
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
    /** When it began. */
    at: timestamp('at', { withTimezone: true, mode: 'string' }).notNull(),
    /** The endpoint's address. */
    endpoint: text('endpoint').notNull(),
    /** The stable identity of who called (`callerKey`). */
    caller: text('caller').notNull(),
    /** The name that the client gives itself, and its version. */
    client: text('client'),
    clientVersion: text('client_version'),
    server: text('server'),
    method: text('method').notNull(),
    /** The tool or prompt as the client named it, or the resource's URI. */
    name: text('name'),
    durationMs: doublePrecision('duration_ms').notNull(),
    /** `ok`, `tool-error`, `cancelled` or the JSON-RPC error code. */
    outcome: text('outcome').notNull(),
    /**
     * Who kept the endpoint to themselves, null where nobody did, and whose key or sign-in called,
     * null for the instance's.
     */
    ownerId: text('owner_id'),
    accountId: text('account_id'),
    /** What went wrong, as the client was told, without secrets. */
    error: text('error'),
    /** Characters of the arguments and the result in JSON, and what the result costs a model. */
    argumentsSize: integer('arguments_size'),
    resultSize: integer('result_size'),
    resultTokens: integer('result_tokens'),
    /** JSON, redacted and cut; only where the namespace keeps them. */
    arguments: text('arguments'),
    result: text('result'),
  },
  (table) => [
    /*
     * Of some pages at a time what may be in them: a page of rare or old calls reads few others. One
     * entry for each row in each of six trees cost more than all else of writing it.
     */
    index('call_log_ranges')
      .using(
        'brin',
        table.at.asc().op('timestamptz_minmax_ops'),
        table.server.asc().op('text_bloom_ops(n_distinct_per_range=32)'),
        table.endpoint.asc().op('text_bloom_ops(n_distinct_per_range=16)'),
        table.client.asc().op('text_bloom_ops(n_distinct_per_range=16)'),
        table.outcome.asc().op('text_bloom_ops(n_distinct_per_range=16)'),
        table.name.asc().op('text_bloom_ops(n_distinct_per_range=128)'),
      )
      .with({ pages_per_range: 16 }),
  ],
)
