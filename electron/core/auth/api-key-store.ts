import { randomUUID } from 'node:crypto'
import {
  API_KEY,
  API_KEY_SHAPE,
  apiKeyInput,
  apiKeyPatch,
  type ApiKeyInput,
  type ApiKeyPatch,
  type ApiKeyView,
} from '../../../shared/api-key.ts'
import type { Changes } from '../changes.ts'
import type { Database, Tx } from '../db/open.ts'
import { InvalidInput, parseInput } from '../problems.ts'
import { openShelf } from '../shelf.ts'
import { hashApiKey, hintOf, makeApiKey } from './api-key.ts'
import * as rows from './api-key-rows.ts'

/** What a key allows: which endpoints, by id. */
type VerifiedApiKey = { id: string; name: string; endpoints: 'all' | string[] }

/**
 * API keys, of which only hashes are kept. Reading and verifying is from memory. Changes reject with
 * an AppError: `not-found`, `conflict` (the name) or `invalid` (no such endpoint).
 */
export interface ApiKeyStore {
  /** In order of their names. */
  list(): ApiKeyView[]
  get(id: string): ApiKeyView | undefined
  byName(name: string): ApiKeyView | undefined
  /** `key` is told this once. */
  create(input: ApiKeyInput): Promise<{ apiKey: ApiKeyView; key: string }>
  update(id: string, patch: ApiKeyPatch): Promise<ApiKeyView>
  delete(id: string): Promise<void>
  /** `null` for anything that is not an enabled key of ours. */
  verify(key: string): VerifiedApiKey | null
  /** The parts for a larger transaction; `reload` after its commit brings them to memory and tells. */
  listIn(tx: Tx): Promise<ApiKeyView[]>
  /** Creates the key of that name, or changes it: to the given key, and in the fields that are named. */
  putIn(tx: Tx, given: GivenApiKey): Promise<ApiKeyView>
  deleteIn(tx: Tx, id: string): Promise<void>
  reload(): Promise<void>
}

/** A key that somebody made elsewhere, as config files give it. */
type GivenApiKey = ApiKeyPatch & { name: string; key: string }

export type ApiKeyStoreOptions = {
  db: Database
  changes: Changes
  /** The database drops what belongs to a deleted endpoint; memory leaves it out by asking. */
  isEndpoint: (id: string) => boolean
}

export async function openApiKeyStore(options: ApiKeyStoreOptions): Promise<ApiKeyStore> {
  const { db, changes } = options
  const shelf = await openShelf(() => db.read(rows.readApiKeys))
  const byHash = shelf.indexBy((apiKey) => apiKey.hash)

  async function store(work: (tx: Tx) => Promise<rows.StoredApiKey>): Promise<ApiKeyView> {
    const apiKey = await shelf.inTurn(async () => shelf.put(await db.write(work)))
    changes.publish({ kind: 'api-key', id: apiKey.id })
    return view(apiKey)
  }

  const view = (apiKey: rows.StoredApiKey) => viewOf(apiKey, options.isEndpoint)
  const shown = (apiKey: rows.StoredApiKey | undefined) => apiKey && view(apiKey)

  return {
    list: () => shelf.list().map(view),
    get: (id) => shown(shelf.get(id)),
    byName: (name) => shown(shelf.byName(name)),
    async create(input) {
      const key = makeApiKey()
      const apiKey = await store((tx) => createIn(tx, input, key))
      return { apiKey, key }
    },
    update: (id, patch) => store((tx) => updateIn(tx, id, patch)),
    async delete(id) {
      await shelf.inTurn(async () => {
        await db.write((tx) => rows.deleteApiKey(tx, id))
        shelf.drop(id)
      })
      changes.publish({ kind: 'api-key', id })
    },
    verify(key) {
      if (!API_KEY.test(key)) return null
      const apiKey = shown(byHash(hashApiKey(key)))
      if (!apiKey?.enabled) return null
      const { id, name, endpoints } = apiKey
      return { id, name, endpoints }
    },
    listIn: async (tx) => (await rows.readApiKeys(tx)).map(view),
    putIn: async (tx, given) => view(await putIn(tx, given)),
    deleteIn: rows.deleteApiKey,
    async reload() {
      for (const id of await shelf.reload()) changes.publish({ kind: 'api-key', id })
    },
  }
}

function viewOf(
  { hash: _, ...apiKey }: rows.StoredApiKey,
  isEndpoint: (id: string) => boolean,
): ApiKeyView {
  const { endpoints } = apiKey
  return { ...apiKey, endpoints: endpoints === 'all' ? 'all' : endpoints.filter(isEndpoint) }
}

async function createIn(tx: Tx, input: ApiKeyInput, key: string): Promise<rows.StoredApiKey> {
  const { name, endpoints, enabled } = parseInput(apiKeyInput, input)
  const shown = { hint: hintOf(key), begins: null, expiresAt: null, ownerId: null }
  const identity = { id: randomUUID(), hash: hashApiKey(key), ...shown }
  return rows.insertApiKey(tx, { ...identity, name, endpoints, enabled })
}

async function updateIn(tx: Tx, id: string, patch: ApiKeyPatch): Promise<rows.StoredApiKey> {
  const { name, endpoints, enabled } = parseInput(apiKeyPatch, patch)
  const current = await rows.lockApiKey(tx, id)
  const apiKey: rows.StoredApiKey = {
    ...current,
    name: name ?? current.name,
    endpoints: endpoints ?? current.endpoints,
    enabled: enabled ?? current.enabled,
  }
  await rows.updateApiKey(tx, apiKey)
  return apiKey
}

async function putIn(tx: Tx, { key, ...patch }: GivenApiKey): Promise<rows.StoredApiKey> {
  if (!API_KEY.test(key)) {
    throw new InvalidInput([{ path: ['key'], message: API_KEY_SHAPE }])
  }
  const existing = (await rows.readApiKeys(tx)).find(({ name }) => name === patch.name)
  if (!existing) return createIn(tx, patch, key)
  const hash = hashApiKey(key)
  await rows.updateApiKey(tx, { ...existing, hash, hint: hintOf(key) })
  return updateIn(tx, existing.id, patch)
}
