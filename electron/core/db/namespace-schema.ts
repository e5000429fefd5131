import { boolean, integer, json, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core'
import type { MiddlewareEntry } from '../../../shared/middleware.ts'
import type { ChangedTools, ItemKind, NewTools } from '../../../shared/namespace.ts'
import { createdAt, id, nameOfOwner, ownerId, shared } from './columns.ts'
import { servers } from './server-schema.ts'

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
    newTools: text('new_tools').$type<NewTools>().notNull().default('on'),
    changedTools: text('changed_tools').$type<ChangedTools>().notNull().default('warn'),
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
    /** Null: as the namespace says. */
    newTools: text('new_tools').$type<NewTools>(),
    /** Whether its tools were seen here before: of one that was not, they are no new tools. */
    known: boolean('known').notNull().default(false),
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

/** What a namespace changes on prompts, resources and templates; kept like the rules of tools. */
export const namespaceItems = pgTable(
  'namespace_items',
  {
    namespaceId: text('namespace_id')
      .notNull()
      .references(() => namespaces.id, { onDelete: 'cascade' }),
    serverId: text('server_id')
      .notNull()
      .references(() => servers.id, { onDelete: 'cascade' }),
    kind: text('kind').$type<ItemKind>().notNull(),
    /** A prompt's own name, a resource's URI, a template as it stands. */
    item: text('item').notNull(),
    enabled: boolean('enabled').notNull(),
    /** Of prompts alone: what clients call it. */
    name: text('name'),
    title: text('title'),
    description: text('description'),
  },
  (table) => [
    primaryKey({ columns: [table.namespaceId, table.serverId, table.kind, table.item] }),
    unique('namespace_items_name').on(table.namespaceId, table.kind, table.name),
  ],
)

/** Tools that were taken in, with what they said of themselves then. */
export const namespacePins = pgTable(
  'namespace_pins',
  {
    namespaceId: text('namespace_id')
      .notNull()
      .references(() => namespaces.id, { onDelete: 'cascade' }),
    serverId: text('server_id')
      .notNull()
      .references(() => servers.id, { onDelete: 'cascade' }),
    tool: text('tool').notNull(),
    /** Of its definition (tool-hash.ts); null until it is seen for the first time. */
    hash: text('hash'),
  },
  (table) => [primaryKey({ columns: [table.namespaceId, table.serverId, table.tool] })],
)

/** Definitions that pins refer to, for a comparison; what is lost of them is only that. */
export const pinnedTools = pgTable('pinned_tools', {
  hash: text('hash').primaryKey(),
  definition: json('definition').$type<Record<string, unknown>>().notNull(),
})
