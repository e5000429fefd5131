import { asc, eq } from 'drizzle-orm'
import type { ServerCatalog } from '../../../shared/catalog.ts'
import type { Tx } from '../db/open.ts'
import { serverCatalogs, servers, tools } from '../db/schema.ts'
import { contentHash } from '../canonical-json.ts'

/** What is known of what a server offers; `triedAt` (ISO) is `null` when it was never asked. */
export type CatalogEntry = {
  /** The last good one: a failure later on does not take it away. */
  catalog: ServerCatalog | null
  triedAt: string | null
  error: string | null
  /** Its clients are to get connections of their own; see `switched` of the pools. */
  ownConnections: boolean
}

/** PostgreSQL takes 65,535 parameters in a statement, and a tool is five of them. */
const TOOLS_PER_INSERT = 10_000

const EMPTY = { hello: null, prompts: [], resources: [], resourceTemplates: [] }

/** Of all servers, or of one. */
export async function readCatalogs(tx: Tx, only?: string): Promise<Map<string, CatalogEntry>> {
  const isMeant = (column: typeof tools.serverId | typeof serverCatalogs.serverId) =>
    only === undefined ? undefined : eq(column, only)
  const rows = await tx.select().from(serverCatalogs).where(isMeant(serverCatalogs.serverId))
  const toolRows = await tx
    .select()
    .from(tools)
    .where(isMeant(tools.serverId))
    .orderBy(asc(tools.position))
  const toolsOf = Map.groupBy(toolRows, (row) => row.serverId)
  const entries = rows.map(({ serverId, triedAt, error, hello, ownConnections, ...lists }) => {
    const definitions = (toolsOf.get(serverId) ?? []).map((row) => row.definition)
    const catalog = hello && { hello, tools: definitions, ...lists }
    const entry = { catalog, triedAt: new Date(triedAt).toISOString(), error, ownConnections }
    return [serverId, entry] as const
  })
  return new Map(entries)
}

/**
 * Stores when and how an attempt ended, and the catalog if there is a new one. Returns false, and
 * stores nothing, when the server was deleted meanwhile.
 */
export async function writeAttempt(
  tx: Tx,
  serverId: string,
  attempt: Omit<CatalogEntry, 'catalog' | 'triedAt'> & { triedAt: string; catalog?: ServerCatalog },
): Promise<boolean> {
  const known = await tx
    .select({ id: servers.id })
    .from(servers)
    .where(eq(servers.id, serverId))
    .for('key share')
  if (known.length === 0) return false
  const { triedAt, error, ownConnections, catalog } = attempt
  const changed = { triedAt, error, ownConnections, ...(catalog && withoutTools(catalog)) }
  await tx
    .insert(serverCatalogs)
    .values({ serverId, ...EMPTY, ...changed })
    .onConflictDoUpdate({ target: serverCatalogs.serverId, set: changed })
  if (catalog) await replaceTools(tx, serverId, catalog.tools)
  return true
}

function withoutTools({ hello, prompts, resources, resourceTemplates }: ServerCatalog) {
  return { hello, prompts, resources, resourceTemplates }
}

async function replaceTools(
  tx: Tx,
  serverId: string,
  definitions: ServerCatalog['tools'],
): Promise<void> {
  await tx.delete(tools).where(eq(tools.serverId, serverId))
  const rows = definitions.map((definition, position) => {
    const hash = contentHash(definition)
    return { serverId, name: String(definition.name), position, definition, hash }
  })
  for (let start = 0; start < rows.length; start += TOOLS_PER_INSERT) {
    await tx.insert(tools).values(rows.slice(start, start + TOOLS_PER_INSERT))
  }
}
