import { getTableName, sql } from 'drizzle-orm'
import * as schema from './schema.ts'
import type { Tx } from './store.ts'

/**
 * All definitions of a store, whatever version its tables have: rows of columns in PostgreSQL's own
 * text form, which is exact (a JSON column keeps its numbers and spaces) and can be compared.
 */
export type Definitions = Record<string, Row[]>

export type Row = Record<string, string | null>

/** What a person has entered and cannot be learnt again; a table follows those that it refers to. */
const definitionTables: readonly string[] = [
  schema.users,
  schema.userCredentials,
  schema.invitations,
  schema.oauthClients,
  schema.oauthResources,
  schema.oauthClientResources,
  schema.oauthConsents,
  schema.servers,
  schema.signIns,
  schema.namespaces,
  schema.namespaceServers,
  schema.namespaceTools,
  schema.namespaceItems,
  schema.namespacePins,
  schema.endpoints,
  schema.apiKeys,
  schema.apiKeyEndpoints,
  schema.settings,
].map((table) => getTableName(table))

/** Their changes are counted, and kept in the snapshot as well: nothing goes in by another way. */
export function refuseDefinitions(table: string): void {
  if (definitionTables.includes(table)) throw new Error(`${table} holds definitions: use write()`)
}

type Column = { name: string; type: string }

export async function readDefinitions(tx: Tx): Promise<Definitions> {
  const definitions: Definitions = {}
  for (const table of definitionTables) {
    const rows = await readRows(tx, table)
    if (rows) definitions[table] = rows
  }
  return definitions
}

/** Puts definitions into the empty tables of a store with the migrations of the one they came from. */
export async function restoreDefinitions(tx: Tx, definitions: Definitions): Promise<void> {
  for (const table of definitionTables) await insertRows(tx, table, definitions[table] ?? [])
}

/** Rows of a table as texts, all or those with that value in a column; `null`: no such table. */
export async function readRows(
  tx: Tx,
  table: string,
  only?: { column: string; values: readonly string[] },
): Promise<Row[] | null> {
  const columns = await readColumns(tx, table)
  // A store of an older version lacks the tables that its migration will bring.
  if (columns.length === 0) return null
  const texts = columns.map(({ name }) => sql`${sql.identifier(name)}::text`)
  const where = only
    ? sql`where ${sql.identifier(only.column)}::text in
        (select value from json_array_elements_text(${JSON.stringify(only.values)}::json) value)`
    : sql``
  const { rows } = await tx.execute<Row>(sql`
    select ${sql.join(texts, sql`, `)} from public.${sql.identifier(table)} t ${where}
    order by t::text collate "C"`)
  return rows
}

/** The way back. Columns that a later version has added get their default. */
export async function insertRows(tx: Tx, table: string, rows: readonly Row[]): Promise<void> {
  const [first] = rows
  if (!first) return
  const columns = await readColumns(tx, table)
  const known = columns.filter(({ name }) => Object.hasOwn(first, name))
  const names = known.map(({ name }) => sql.identifier(name))
  const values = known.map(
    ({ name, type }) => sql`(row->>${sql.param(name)}::text)::${sql.raw(type)}`,
  )
  await tx.execute(sql`
    insert into public.${sql.identifier(table)} (${sql.join(names, sql`, `)})
    select ${sql.join(values, sql`, `)} from json_array_elements(${JSON.stringify(rows)}::json) row`)
}

/**
 * How many rows of definitions were changed, by PostgreSQL's own counters, which start anew now and
 * then but never within a transaction: in one, the same number twice means that none was changed.
 */
export async function countDefinitionChanges(tx: Tx): Promise<number> {
  const names = sql.join(
    definitionTables.map((table) => sql`${table}`),
    sql`, `,
  )
  // Not pg_stat_xact_user_tables, which puts together ten times as much of each table.
  const { rows } = await tx.execute<{ changes: string }>(sql`
    select coalesce(sum(pg_stat_get_xact_tuples_inserted(oid) +
      pg_stat_get_xact_tuples_updated(oid) + pg_stat_get_xact_tuples_deleted(oid)), 0) as changes
    from pg_class where relnamespace = 'public'::regnamespace and relname in (${names})`)
  return Number(rows[0]?.changes)
}

async function readColumns(tx: Tx, table: string): Promise<Column[]> {
  const { rows } = await tx.execute<Column>(sql`
    select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
    where attrelid = to_regclass(${`public.${table}`}) and attnum > 0 and not attisdropped
    order by attnum`)
  return rows
}
