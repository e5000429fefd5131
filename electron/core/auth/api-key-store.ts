import { randomUUID } from 'node:crypto'
import type { Owned } from '../../../shared/account.ts'
import {
  API_KEY,
  API_KEY_SHAPE,
  apiKeyInput,
  apiKeyPatch,
  type ApiKeyInput,
  type ApiKeyPatch,
  type ApiKeyView,
} from '../../../shared/api-key.ts'
import { mayUse } from '../access.ts'
import type { Changes } from '../changes.ts'
import type { Database, Tx } from '../db/open.ts'
import { InvalidInput, parseInput } from '../problems.ts'
import { openShelf, type Shelf } from '../shelf.ts'
import { beginningOf, hashApiKey, hintOf, makeApiKey } from './api-key.ts'
import { openExpiries } from './api-key-expiry.ts'
import * as rows from './api-key-rows.ts'

/** Whose key it is, and which endpoints it is meant for, by id. */
type VerifiedApiKey = Pick<ApiKeyView, 'id' | 'name' | 'ownerId' | 'endpoints'>

/**
 * API keys, of which only hashes are kept. Reading and verifying is from memory. Changes reject with
 * an AppError: `not-found`, `conflict` (the name) or `invalid` (no endpoint that its owner may use, or
 * a time that has passed).
 */
export interface ApiKeyStore {
  /** In order of their names. */
  list(): ApiKeyView[]
  get(id: string): ApiKeyView | undefined
  /** The account that it belongs to: asked of every call. `null` for the instance's, and for none. */
  ownerOf(id: string): string | null
  /** The instance's, or that of the account. */
  byName(name: string, ownerId?: string | null): ApiKeyView | undefined
  /** Of the instance, or of an account. `key` is told this once. */
  create(input: ApiKeyInput, ownerId?: string | null): Promise<{ apiKey: ApiKeyView; key: string }>
  update(id: string, patch: ApiKeyPatch): Promise<ApiKeyView>
  delete(id: string): Promise<void>
  /** `null` for anything that is not an enabled key of ours, good now; its hash is left in `seen`. */
  verify(key: string, seen?: { keyHash?: string }): VerifiedApiKey | null
  /**
   * Whether the key with this id opens that endpoint now: an account's key what its account may use,
   * one of the instance what is shared.
   */
  opens(id: string, endpointId: string): boolean
  /** Whether whoever has that key may know that there is such an endpoint. */
  reveals(id: string, endpointId: string): boolean
  /** Told of each key whose time has come from now on, once the clock says so. */
  watchExpiry(onExpired: (id: string) => void): Disposable
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
  /** Of an endpoint. The database drops what belongs to a deleted one; memory leaves it out by asking. */
  ownerOf: (endpointId: string) => Owned | undefined
  /** In ms since 1970. */
  now?: () => number
}

export async function openApiKeyStore(options: ApiKeyStoreOptions): Promise<ApiKeyStore> {
  const { db, changes, now = Date.now } = options
  const shelf = await openShelf(() => db.read(rows.readApiKeys))
  const expiries = openExpiries({ keys: shelf.list, now })

  async function store(work: (tx: Tx) => Promise<rows.StoredApiKey>): Promise<ApiKeyView> {
    const apiKey = await shelf.inTurn(async () => shelf.put(await db.write(work)))
    tell([apiKey.id])
    return view(apiKey)
  }

  function tell(ids: string[]): void {
    expiries.look()
    for (const id of ids) changes.publish({ kind: 'api-key', id })
  }

  const { verify, opens, reveals, view } = openJudge(shelf, options)
  const shown = (apiKey: rows.StoredApiKey | undefined) => apiKey && view(apiKey)

  return {
    list: () => shelf.list().map(view),
    get: (id) => shown(shelf.get(id)),
    ownerOf: (id) => shelf.get(id)?.ownerId ?? null,
    byName: (name, ownerId) => shown(shelf.byName(name, ownerId)),
    async create(input, ownerId = null) {
      refusePast(input.expiresAt, now())
      const key = makeApiKey()
      const apiKey = await store((tx) => createIn(tx, input, { key, ownerId }))
      return { apiKey, key }
    },
    async update(id, patch) {
      refusePast(patch.expiresAt, now())
      return store((tx) => updateIn(tx, id, patch))
    },
    async delete(id) {
      await shelf.inTurn(async () => {
        await db.write((tx) => rows.deleteApiKey(tx, id))
        shelf.drop(id)
      })
      tell([id])
    },
    ...{ verify, opens, reveals },
    watchExpiry: (onExpired) =>
      expiries.watch((id) => {
        changes.publish({ kind: 'api-key', id })
        onExpired(id)
      }),
    listIn: async (tx) => (await rows.readApiKeys(tx)).map(view),
    putIn: async (tx, given) => view(await putIn(tx, given)),
    deleteIn: rows.deleteApiKey,
    async reload() {
      tell(await shelf.reload())
    },
  }
}

/** What keys are good for at this moment. */
function openJudge(
  shelf: Shelf<rows.StoredApiKey>,
  { ownerOf, now = Date.now }: ApiKeyStoreOptions,
): Pick<ApiKeyStore, 'verify' | 'opens' | 'reveals'> & {
  view: (apiKey: rows.StoredApiKey) => ApiKeyView
} {
  const byHash = shelf.indexBy((apiKey) => apiKey.hash)

  function isGood({ enabled, expiresAt }: rows.StoredApiKey): boolean {
    return enabled && (expiresAt === null || Date.parse(expiresAt) > now())
  }

  function mayOpen(apiKey: Pick<ApiKeyView, 'ownerId'>, endpointId: string): boolean {
    const endpoint = ownerOf(endpointId)
    return endpoint !== undefined && mayUse(rows.asOwned(apiKey), endpoint)
  }

  function opened(apiKey: ApiKeyView): ApiKeyView['endpoints'] {
    const { endpoints } = apiKey
    return endpoints === 'all' ? endpoints : endpoints.filter((id) => mayOpen(apiKey, id))
  }

  function view({ hash: _, ...apiKey }: rows.StoredApiKey): ApiKeyView {
    return { ...apiKey, endpoints: opened(apiKey) }
  }

  return {
    view,
    verify(key, seen = {}) {
      if (seen.keyHash === undefined && !API_KEY.test(key)) return null
      const apiKey = byHash((seen.keyHash ??= hashApiKey(key)))
      if (!apiKey || !isGood(apiKey)) return null
      const { id, name, ownerId } = apiKey
      return { id, name, ownerId, endpoints: opened(apiKey) }
    },
    reveals(id, endpointId) {
      const apiKey = shelf.get(id)
      return apiKey !== undefined && mayOpen(apiKey, endpointId)
    },
    opens(id, endpointId) {
      const apiKey = shelf.get(id)
      if (!apiKey || !isGood(apiKey) || !mayOpen(apiKey, endpointId)) return false
      return apiKey.endpoints === 'all' || apiKey.endpoints.includes(endpointId)
    },
  }
}

/** A key that has never opened anything is a mistake; one in a config file was good some day. */
function refusePast(expiresAt: string | null | undefined, now: number): void {
  if (!expiresAt || !(Date.parse(expiresAt) <= now)) return
  throw new InvalidInput([{ path: ['expiresAt'], message: 'must be in the future' }])
}

/** What is kept of the key itself. */
function traceOf(key: string) {
  return { hash: hashApiKey(key), hint: hintOf(key), begins: beginningOf(key) }
}

async function createIn(
  tx: Tx,
  input: ApiKeyInput,
  { key, ownerId }: { key: string; ownerId: string | null },
): Promise<rows.StoredApiKey> {
  const apiKey = parseInput(apiKeyInput, input)
  return rows.insertApiKey(tx, { id: randomUUID(), ownerId, ...traceOf(key), ...apiKey })
}

async function updateIn(tx: Tx, id: string, patch: ApiKeyPatch): Promise<rows.StoredApiKey> {
  const { name, endpoints, enabled, expiresAt } = parseInput(apiKeyPatch, patch)
  const current = await rows.lockApiKey(tx, id)
  const apiKey: rows.StoredApiKey = {
    ...current,
    name: name ?? current.name,
    endpoints: endpoints ?? current.endpoints,
    enabled: enabled ?? current.enabled,
    expiresAt: expiresAt === undefined ? current.expiresAt : expiresAt,
  }
  await rows.updateApiKey(tx, apiKey, { isNewScope: endpoints !== undefined })
  return apiKey
}

async function putIn(tx: Tx, { key, ...patch }: GivenApiKey): Promise<rows.StoredApiKey> {
  if (!API_KEY.test(key)) {
    throw new InvalidInput([{ path: ['key'], message: API_KEY_SHAPE }])
  }
  const existing = (await rows.readApiKeys(tx)).find(
    ({ name, ownerId }) => name === patch.name && ownerId === null,
  )
  if (!existing) return createIn(tx, patch, { key, ownerId: null })
  await rows.updateApiKey(tx, { ...existing, ...traceOf(key) }, { isNewScope: false })
  return updateIn(tx, existing.id, patch)
}
