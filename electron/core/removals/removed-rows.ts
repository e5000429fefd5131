import { sql } from 'drizzle-orm'
import type { Owned } from '../../../shared/account.ts'
import type { RemovalKind } from '../../../shared/removal.ts'
import { insertRows, readRows, type Row } from '../db/definitions.ts'
import type { Tx } from '../db/open.ts'
import { refuseTooMany } from '../db/owner.ts'
import { apiKeys, endpoints, namespaces, servers } from '../db/schema.ts'
import { AppError } from '../errors.ts'

/** All that goes when something is deleted, by table. */
export type RemovedRows = Record<string, Row[]>

/** `of`: the part before it whose ids are in that column, where it is not the thing itself. */
type Part = { table: string; column: string; of?: string }

const OWNED = { servers, namespaces, endpoints, apiKeys }
const PLURALS = {
  servers: 'servers',
  namespaces: 'namespaces',
  endpoints: 'endpoints',
  apiKeys: 'API keys',
}

const ofServer = (table: string): Part => ({ table, column: 'server_id' })
const ofNamespace = (table: string): Part => ({ table, column: 'namespace_id' })

/** What a namespace says of a server. */
const IN_NAMESPACES = ['namespace_servers', 'namespace_tools', 'namespace_items', 'namespace_pins']

/** The table of the thing itself, and those that the database empties with it, parents first. */
const TABLES: Record<RemovalKind, { own: string; noun: string; parts: Part[] }> = {
  servers: {
    own: 'servers',
    noun: 'A server',
    parts: ['sign_ins', 'server_catalogs', 'tools', ...IN_NAMESPACES].map(ofServer),
  },
  namespaces: {
    own: 'namespaces',
    noun: 'A namespace',
    // Endpoints that other people had on it are among them.
    parts: [
      ...[...IN_NAMESPACES, 'endpoints'].map(ofNamespace),
      { table: 'api_key_endpoints', column: 'endpoint_id', of: 'endpoints' },
    ],
  },
  endpoints: {
    own: 'endpoints',
    noun: 'An endpoint',
    parts: [{ table: 'api_key_endpoints', column: 'endpoint_id' }],
  },
  apiKeys: {
    own: 'api_keys',
    noun: 'An API key',
    parts: [{ table: 'api_key_endpoints', column: 'api_key_id' }],
  },
}

/** What a row needs to be there; without it, the row is nothing any more. */
const PARENTS: Record<string, Record<string, string>> = {
  ...Object.fromEntries(
    IN_NAMESPACES.map((table) => [table, { namespace_id: 'namespaces', server_id: 'servers' }]),
  ),
  api_key_endpoints: { api_key_id: 'api_keys', endpoint_id: 'endpoints' },
}

export async function readRemoved(
  tx: Tx,
  kind: RemovalKind,
  ids: readonly string[],
): Promise<RemovedRows> {
  const { own, parts } = TABLES[kind]
  const rows: RemovedRows = {}
  for (const { table, column, of } of [{ table: own, column: 'id' } as Part, ...parts]) {
    const values = of === undefined ? ids : (rows[of] ?? []).map(({ id }) => id ?? '')
    rows[table] = (await readRows(tx, table, { column, values })) ?? []
  }
  return rows
}

export function identitiesIn(kind: RemovalKind, rows: RemovedRows): { id: string; name: string }[] {
  const own = rows[TABLES[kind].own] ?? []
  return own.map(({ id, name }) => ({ id: id ?? '', name: name ?? '' }))
}

/** Whose each of the removed things is. */
export function ownersIn(kind: RemovalKind, rows: RemovedRows): Owned[] {
  const own = rows[TABLES[kind].own] ?? []
  // A key has no other owner than itself says; rows of before there were accounts are the instance's.
  return own.map((row) => ({ ownerId: row.owner_id ?? null, shared: row.shared === 'true' }))
}

/** How many things had a part in what was removed. */
export function countLeft(rows: RemovedRows) {
  const distinct = (table: string, column: string, test: (row: Row) => boolean = () => true) =>
    new Set((rows[table] ?? []).filter(test).map((row) => row[column])).size
  return {
    // A negative place is that of a server that had been taken out before.
    namespaces: distinct('namespace_servers', 'namespace_id', (row) => Number(row.position) >= 0),
    tools: rows.tools?.length ?? 0,
    keys: distinct('api_key_endpoints', 'api_key_id'),
  }
}

/** Throws an AppError `conflict` when its place was taken meanwhile; then nothing is put back. */
export async function putBack(tx: Tx, kind: RemovalKind, rows: RemovedRows): Promise<void> {
  const { own, parts } = TABLES[kind]
  await refuseTaken(tx, kind, rows[own] ?? [])
  await insertRows(tx, own, rows[own] ?? [])
  for (const ownerId of new Set((rows[own] ?? []).map((row) => row.owner_id ?? null))) {
    await refuseTooMany(tx, { table: OWNED[kind], ownerId, plural: PLURALS[kind] })
  }
  for (const { table } of parts) {
    const whole = await withParents(tx, table, rows[table] ?? [])
    if (table === 'namespace_servers') await insertMembers(tx, whole)
    else if (NAMED_RULES.has(table)) await insertRules(tx, table, whole)
    else if (table === 'endpoints') await insertOfOthers(tx, whole)
    else await insertRows(tx, table, whole)
  }
}

async function refuseTaken(tx: Tx, kind: RemovalKind, rows: readonly Row[]): Promise<void> {
  const { own, noun } = TABLES[kind]
  const present = (await readRows(tx, own)) ?? []
  const namesTaken = new Set(present.map(nameOfOwner))
  const taken = rows.find((row) => namesTaken.has(nameOfOwner(row)))
  if (taken) {
    const text = `${noun} named "${taken.name}" exists already. Rename that one, and undo again.`
    throw new AppError('conflict', text)
  }
  if (kind === 'endpoints') {
    const namespaces = await valuesOf(tx, 'namespaces', 'id')
    const stray = rows.find((row) => !namespaces.has(row.namespace_id))
    if (!stray) return
    const text = `The namespace that the endpoint "${stray.name}" served is gone. Undo that first.`
    throw new AppError('conflict', text)
  }
  if (kind === 'apiKeys') {
    const hashes = await valuesOf(tx, own, 'hash')
    const double = rows.find(({ hash }) => hashes.has(hash))
    if (!double) return
    const text = `The key "${double.name}" has been put in again under another name.`
    throw new AppError('conflict', text)
  }
}

function nameOfOwner({ name, owner_id: ownerId }: Row): string {
  return `${name}\n${ownerId ?? ''}`
}

async function withParents(tx: Tx, table: string, rows: readonly Row[]): Promise<Row[]> {
  let whole = [...rows]
  for (const [column, parent] of Object.entries(PARENTS[table] ?? {})) {
    if (whole.length === 0) return []
    const ids = await valuesOf(tx, parent, 'id')
    whole = whole.filter((row) => ids.has(row[column]))
  }
  return whole
}

/** Each takes its place again; if others have moved up, they make room. */
async function insertMembers(tx: Tx, rows: readonly Row[]): Promise<void> {
  const inOrder = rows.toSorted((a, b) => Number(a.position) - Number(b.position))
  for (const row of inOrder) {
    const position = Number(row.position)
    if (position >= 0) {
      await tx.execute(sql`
        update namespace_servers set position = position + 1
        where namespace_id = ${row.namespace_id} and position >= ${position} and exists (
          select 1 from namespace_servers
          where namespace_id = ${row.namespace_id} and position = ${position})`)
    }
    await insertRows(tx, 'namespace_servers', [row])
  }
}

/** But for those whose account is gone, or has another of that name by now. */
async function insertOfOthers(tx: Tx, rows: readonly Row[]): Promise<void> {
  const accounts = await valuesOf(tx, 'users', 'id')
  const taken = new Set(((await readRows(tx, 'endpoints')) ?? []).map(nameOfOwner))
  const free = rows.filter((row) => {
    const isThere = row.owner_id === null || accounts.has(row.owner_id)
    return isThere && !taken.has(nameOfOwner(row))
  })
  await insertRows(tx, 'endpoints', free)
}

const NAMED_RULES = new Set(['namespace_tools', 'namespace_items'])

/** A name that another tool or prompt was given meanwhile stays with that one. */
async function insertRules(tx: Tx, table: string, rows: readonly Row[]): Promise<void> {
  const present = (await readRows(tx, table)) ?? []
  const taken = new Set(present.map(({ namespace_id, name }) => `${namespace_id} ${name}`))
  const free = rows.map((row) => {
    const isTaken = row.name !== null && taken.has(`${row.namespace_id} ${row.name}`)
    return isTaken ? { ...row, name: null } : row
  })
  await insertRows(tx, table, free)
}

async function valuesOf(tx: Tx, table: string, column: string): Promise<Set<unknown>> {
  const { rows } = await tx.execute<{ value: string }>(
    sql`select ${sql.identifier(column)} as value from public.${sql.identifier(table)}`,
  )
  return new Set(rows.map(({ value }) => value))
}
