import { and, eq, inArray, ne } from 'drizzle-orm'
import type { Owned } from '../../../shared/account.ts'
import type { ApiKeyView } from '../../../shared/api-key.ts'
import { mayUse } from '../access.ts'
import type { Tx } from '../db/open.ts'
import { isOwner, refuseTooMany } from '../db/owner.ts'
import { apiKeyEndpoints, apiKeys, endpoints } from '../db/schema.ts'
import { AppError } from '../errors.ts'
import { InvalidInput } from '../problems.ts'

/** A key as it is stored: everything but the key. */
export type StoredApiKey = ApiKeyView & { hash: string }

export async function readApiKeys(tx: Tx): Promise<StoredApiKey[]> {
  const rows = await tx.select().from(apiKeys)
  const scopes = Map.groupBy(await tx.select().from(apiKeyEndpoints), (scope) => scope.apiKeyId)
  return rows.map((row) => toApiKey(row, scopes.get(row.id) ?? []))
}

/** Held against other changes until the transaction ends. */
export async function lockApiKey(tx: Tx, id: string): Promise<StoredApiKey> {
  const [row] = await tx.select().from(apiKeys).where(eq(apiKeys.id, id)).for('update')
  if (!row) throw noSuchApiKey(id)
  const scope = await tx.select().from(apiKeyEndpoints).where(eq(apiKeyEndpoints.apiKeyId, id))
  return toApiKey(row, scope)
}

/** Returns what was stored: with the time of its making. */
export async function insertApiKey(
  tx: Tx,
  apiKey: Omit<StoredApiKey, 'createdAt'>,
): Promise<StoredApiKey> {
  await refuseTaken(tx, apiKey)
  const { endpoints: scope, ...columns } = apiKey
  const [row] = await tx
    .insert(apiKeys)
    .values({ ...columns, allEndpoints: scope === 'all' })
    .returning()
  if (!row) throw new AppError('unavailable', 'The database did not store the API key.')
  await refuseTooMany(tx, { table: apiKeys, ownerId: apiKey.ownerId, plural: 'API keys' })
  await writeScope(tx, apiKey)
  return { ...apiKey, createdAt: isoTime(row.createdAt) }
}

/**
 * `isNewScope`: its endpoints were named now, and are looked at. Else they stay as they are: one that
 * its owner may not use any more opens nothing, and must not keep a key from being switched off.
 */
export async function updateApiKey(
  tx: Tx,
  apiKey: StoredApiKey,
  { isNewScope = true } = {},
): Promise<void> {
  await refuseTaken(tx, apiKey)
  const { id, name, hash, hint, begins, enabled, expiresAt, endpoints: scope } = apiKey
  await tx
    .update(apiKeys)
    .set({ name, hash, hint, begins, enabled, expiresAt, allEndpoints: scope === 'all' })
    .where(eq(apiKeys.id, id))
  if (!isNewScope) return
  await tx.delete(apiKeyEndpoints).where(eq(apiKeyEndpoints.apiKeyId, id))
  await writeScope(tx, apiKey)
}

export async function deleteApiKey(tx: Tx, id: string): Promise<void> {
  const deleted = await tx.delete(apiKeys).where(eq(apiKeys.id, id)).returning()
  if (deleted.length === 0) throw noSuchApiKey(id)
}

export function noSuchApiKey(id: string): AppError {
  return new AppError('not-found', `There is no API key with the id "${id}".`)
}

/** Whose a key is, in the words of access: one of an account is for that account alone. */
export function asOwned({ ownerId }: Pick<StoredApiKey, 'ownerId'>): Owned {
  return { ownerId, shared: ownerId === null }
}

type Identity = Pick<StoredApiKey, 'id' | 'name' | 'hash' | 'ownerId'>

async function refuseTaken(tx: Tx, { id, name, hash, ownerId }: Identity): Promise<void> {
  const isOther = ne(apiKeys.id, id)
  const sameName = await tx
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.name, name), isOwner(apiKeys.ownerId, ownerId), isOther))
  if (sameName.length > 0) {
    throw new AppError('conflict', `An API key named "${name}" exists already.`)
  }
  const [sameKey] = await tx
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.hash, hash), isOther))
  if (sameKey) {
    throw new AppError('conflict', `This key is the one of the API key "${sameKey.name}" already.`)
  }
}

async function writeScope(
  tx: Tx,
  { id: apiKeyId, ownerId, endpoints: scope }: Pick<StoredApiKey, 'id' | 'ownerId' | 'endpoints'>,
): Promise<void> {
  if (scope === 'all' || scope.length === 0) return
  const found = await tx.select().from(endpoints).where(inArray(endpoints.id, scope))
  const usable = found.filter((endpoint) => mayUse(asOwned({ ownerId }), endpoint))
  const known = new Set(usable.map(({ id }) => id))
  const problems = scope.flatMap((id, index) =>
    known.has(id) ? [] : [{ path: ['endpoints', index], message: `there is no endpoint "${id}"` }],
  )
  if (problems.length > 0) throw new InvalidInput(problems)
  await tx
    .insert(apiKeyEndpoints)
    .values([...known].map((endpointId) => ({ apiKeyId, endpointId })))
}

function toApiKey(
  row: typeof apiKeys.$inferSelect,
  scope: (typeof apiKeyEndpoints.$inferSelect)[],
): StoredApiKey {
  const { allEndpoints, createdAt, expiresAt, ...own } = row
  const ids = scope.map(({ endpointId }) => endpointId).sort()
  const times = { createdAt: isoTime(createdAt), expiresAt: expiresAt && isoTime(expiresAt) }
  return { ...own, ...times, endpoints: allEndpoints ? 'all' : ids }
}

/** PostgreSQL's own form, `2026-01-31 10:00:00+00`, as ISO 8601. */
function isoTime(text: string): string {
  return new Date(text).toISOString()
}
