import { and, eq, ne } from 'drizzle-orm'
import type { Endpoint } from '../../../shared/endpoint.ts'
import type { Tx } from '../db/open.ts'
import { isOwner, refuseTooMany } from '../db/owner.ts'
import { endpoints, namespaces } from '../db/schema.ts'
import { AppError } from '../errors.ts'
import { InvalidInput } from '../problems.ts'

export async function readEndpoints(tx: Tx): Promise<Endpoint[]> {
  return (await tx.select().from(endpoints)).map(toEndpoint)
}

/** Held against other changes until the transaction ends. */
export async function lockEndpoint(tx: Tx, id: string): Promise<Endpoint> {
  const [row] = await tx.select().from(endpoints).where(eq(endpoints.id, id)).for('update')
  if (!row) throw noSuchEndpoint(id)
  return toEndpoint(row)
}

export async function insertEndpoint(tx: Tx, endpoint: Endpoint): Promise<void> {
  await refuseWrong(tx, endpoint)
  await tx.insert(endpoints).values(endpoint)
  await refuseTooMany(tx, { table: endpoints, ownerId: endpoint.ownerId, plural: 'endpoints' })
}

export async function updateEndpoint(tx: Tx, endpoint: Endpoint): Promise<void> {
  await refuseWrong(tx, endpoint)
  await tx.update(endpoints).set(endpoint).where(eq(endpoints.id, endpoint.id))
}

export async function deleteEndpoint(tx: Tx, id: string): Promise<void> {
  const deleted = await tx.delete(endpoints).where(eq(endpoints.id, id)).returning()
  if (deleted.length === 0) throw noSuchEndpoint(id)
}

export function noSuchEndpoint(id: string): AppError {
  return new AppError('not-found', `There is no endpoint with the id "${id}".`)
}

async function refuseWrong(tx: Tx, { id, name, ownerId, namespaceId }: Endpoint): Promise<void> {
  const others = await tx
    .select({ id: endpoints.id })
    .from(endpoints)
    .where(and(eq(endpoints.name, name), isOwner(endpoints.ownerId, ownerId), ne(endpoints.id, id)))
  if (others.length > 0) {
    throw new AppError('conflict', `An endpoint named "${name}" exists already.`)
  }
  const found = await tx
    .select({ id: namespaces.id })
    .from(namespaces)
    .where(eq(namespaces.id, namespaceId))
    .for('key share')
  if (found.length === 0) throw noNamespace(namespaceId)
}

export function noNamespace(id: string): InvalidInput {
  return new InvalidInput([{ path: ['namespaceId'], message: `there is no namespace "${id}"` }])
}

function toEndpoint({ createdAt: _, auth, ...row }: typeof endpoints.$inferSelect): Endpoint {
  return { ...row, auth: { ...auth, oauth: auth.oauth ?? false } }
}
