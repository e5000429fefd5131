import { and, eq, ne } from 'drizzle-orm'
import { z } from 'zod'
import {
  oauthClient,
  serverDefinition,
  type OwnedServer,
  type ServerDefinition,
} from '../../../shared/server.ts'
import type { Tx } from '../db/open.ts'
import { isOwner, refuseTooMany } from '../db/owner.ts'
import { serverCatalogs, servers } from '../db/schema.ts'
import { AppError } from '../errors.ts'
import type { Secrets } from '../secrets.ts'

type ServerRow = typeof servers.$inferSelect

const sealedFields = z.object({
  env: z.record(z.string(), z.string()).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  bearerToken: z.string().nullish(),
  oauth: oauthClient.optional(),
})

/** The table of servers, with what is secret in it sealed and opened on the way. */
export interface ServerRows {
  all(tx: Tx): Promise<OwnedServer[]>
  /** Held against other changes until the transaction ends. */
  lock(tx: Tx, id: string): Promise<OwnedServer>
  insert(tx: Tx, server: OwnedServer): Promise<void>
  update(tx: Tx, server: OwnedServer): Promise<void>
  delete(tx: Tx, id: string): Promise<void>
}

export function serverRows(secrets: Secrets): ServerRows {
  return {
    async all(tx) {
      const rows = await tx.select().from(servers)
      return rows.map((row) => fromRow(row, secrets))
    },
    async lock(tx, id) {
      const [row] = await tx.select().from(servers).where(eq(servers.id, id)).for('update')
      if (!row) throw noSuchServer(id)
      return fromRow(row, secrets)
    },
    async insert(tx, server) {
      await refuseTakenName(tx, server)
      await tx.insert(servers).values({ id: server.id, ...toColumns(server, secrets) })
      await refuseTooMany(tx, { table: servers, ownerId: server.ownerId, plural: 'servers' })
    },
    async update(tx, server) {
      await refuseTakenName(tx, server)
      await tx.update(servers).set(toColumns(server, secrets)).where(eq(servers.id, server.id))
      // What was learnt of the connections of another definition is not true of this one.
      const relearn = { ownConnections: false }
      await tx.update(serverCatalogs).set(relearn).where(eq(serverCatalogs.serverId, server.id))
    },
    async delete(tx, id) {
      const deleted = await tx.delete(servers).where(eq(servers.id, id)).returning()
      if (deleted.length === 0) throw noSuchServer(id)
    },
  }
}

export function noSuchServer(id: string): AppError {
  return new AppError('not-found', `There is no server with the id "${id}".`)
}

async function refuseTakenName(tx: Tx, { id, name, ownerId }: OwnedServer): Promise<void> {
  const others = await tx
    .select({ id: servers.id })
    .from(servers)
    .where(and(eq(servers.name, name), isOwner(servers.ownerId, ownerId), ne(servers.id, id)))
  if (others.length > 0) {
    throw new AppError('conflict', `A server named "${name}" exists already.`)
  }
}

/** All columns but the id: those of another type are cleared. */
function toColumns(server: OwnedServer, secrets: Secrets) {
  const { id, name, type, description, enabled, start, idleMs, startTimeoutMs } = server
  const { isolation, idleConnections, maxConnections, ownerId, shared, approved } = server
  const common = {
    ...{ name, type, description, enabled, start, idleMs, startTimeoutMs },
    ...{ isolation, idleConnections, maxConnections, ownerId, shared, approved },
  }
  const seal = (fields: z.infer<typeof sealedFields>) =>
    secrets.seal(JSON.stringify(fields), secretContext(id))
  if (server.type === 'STDIO') {
    const { command, args, cwd, env } = server
    return { ...common, command, args, cwd, url: null, secrets: seal({ env }) }
  }
  const { url, headers, bearerToken, oauth } = server
  const none = { command: null, args: null, cwd: null }
  return { ...common, ...none, url, secrets: seal({ headers, bearerToken, oauth }) }
}

function fromRow(row: ServerRow, secrets: Secrets): OwnedServer {
  const { id, ownerId, shared, approved, createdAt: _, secrets: sealed, ...rest } = row
  const { command, args, cwd, url, ...common } = rest
  const hidden = sealedFields.parse(JSON.parse(secrets.open(sealed, secretContext(id))))
  const own =
    row.type === 'STDIO'
      ? { command, args: args ?? [], cwd, env: hidden.env }
      : { url, headers: hidden.headers, bearerToken: hidden.bearerToken, oauth: hidden.oauth }
  const definition: ServerDefinition = serverDefinition.parse({ ...common, ...own })
  return { ...definition, id, ownerId, shared, approved }
}

function secretContext(id: string): string {
  return `server:${id}`
}
