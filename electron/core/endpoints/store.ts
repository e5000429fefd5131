import { randomUUID } from 'node:crypto'
import {
  endpointInput,
  endpointPatch,
  type Endpoint,
  type EndpointInput,
  type EndpointPatch,
} from '../../../shared/endpoint.ts'
import { ownedBy } from '../access.ts'
import type { Changes } from '../changes.ts'
import type { Database, Tx } from '../db/open.ts'
import { InvalidInput, parseInput } from '../problems.ts'
import { openShelf } from '../shelf.ts'
import * as rows from './endpoint-rows.ts'

/**
 * The definitions of endpoints. Reading is from memory; returned values are frozen. Changes reject
 * with an AppError: `not-found`, `conflict` (the name) or `invalid` (no such namespace).
 */
export interface EndpointStore {
  /** In order of their names. */
  list(): Endpoint[]
  get(id: string): Endpoint | undefined
  byName(name: string, ownerId?: string | null): Endpoint | undefined
  /** Of that account, or of the instance. */
  create(input: EndpointInput, ownerId?: string | null): Promise<Endpoint>
  /** Only the fields that are named change, in `auth` and `discovery` too. */
  update(id: string, patch: EndpointPatch): Promise<Endpoint>
  /** API keys that were limited to it lose it. */
  delete(id: string): Promise<void>
  /** The parts for a larger transaction; `reload` after its commit brings them to memory and tells. */
  listIn(tx: Tx): Promise<Endpoint[]>
  createIn(tx: Tx, input: EndpointInput, ownerId?: string | null): Promise<Endpoint>
  updateIn(tx: Tx, id: string, patch: EndpointPatch): Promise<Endpoint>
  deleteIn(tx: Tx, id: string): Promise<void>
  reload(): Promise<void>
}

export type EndpointStoreOptions = {
  db: Database
  changes: Changes
  /** Why no endpoint can take tokens of OAuth; `null`: it can. */
  oauthObstacle?: string | null
}

export async function openEndpointStore(options: EndpointStoreOptions): Promise<EndpointStore> {
  const { db, changes, oauthObstacle = null } = options
  const createIn = (tx: Tx, input: EndpointInput, ownerId: string | null = null) => {
    refuseOAuth(input, oauthObstacle)
    return insert(tx, input, ownerId)
  }
  const updateIn = (tx: Tx, id: string, patch: EndpointPatch) => {
    refuseOAuth(patch, oauthObstacle)
    return change(tx, id, patch)
  }
  const shelf = await openShelf(() => db.read(rows.readEndpoints))

  async function store(work: (tx: Tx) => Promise<Endpoint>): Promise<Endpoint> {
    const endpoint = await shelf.inTurn(async () => shelf.put(await db.write(work)))
    changes.publish({ kind: 'endpoint', id: endpoint.id })
    return endpoint
  }

  return {
    list: shelf.list,
    get: shelf.get,
    byName: shelf.byName,
    create: (input, ownerId) => store((tx) => createIn(tx, input, ownerId)),
    update: (id, patch) => store((tx) => updateIn(tx, id, patch)),
    async delete(id) {
      await shelf.inTurn(async () => {
        await db.write((tx) => rows.deleteEndpoint(tx, id))
        shelf.drop(id)
      })
      changes.publish({ kind: 'endpoint', id })
    },
    listIn: rows.readEndpoints,
    createIn,
    updateIn,
    deleteIn: rows.deleteEndpoint,
    async reload() {
      for (const id of await shelf.reload()) changes.publish({ kind: 'endpoint', id })
    },
  }
}

function refuseOAuth({ auth }: Pick<EndpointPatch, 'auth'>, obstacle: string | null): void {
  if (auth?.oauth !== true || obstacle === null) return
  throw new InvalidInput([{ path: ['auth', 'oauth'], message: obstacle }])
}

async function insert(tx: Tx, input: EndpointInput, ownerId: string | null): Promise<Endpoint> {
  const parsed = parseInput(endpointInput, input)
  const endpoint = { ...parsed, ...ownedBy(ownerId, parsed.shared), id: randomUUID() }
  await rows.insertEndpoint(tx, endpoint)
  return endpoint
}

async function change(tx: Tx, id: string, patch: EndpointPatch): Promise<Endpoint> {
  const parsed = parseInput(endpointPatch, patch)
  const { name, description, enabled, namespaceId, prefix, auth, shared, rateLimit } = parsed
  const { discovery } = parsed
  const current = await rows.lockEndpoint(tx, id)
  const endpoint: Endpoint = {
    id,
    name: name ?? current.name,
    ...ownedBy(current.ownerId, shared ?? current.shared),
    description: description ?? current.description,
    enabled: enabled ?? current.enabled,
    namespaceId: namespaceId ?? current.namespaceId,
    prefix: prefix ?? current.prefix,
    auth: {
      apiKey: auth?.apiKey ?? current.auth.apiKey,
      oauth: auth?.oauth ?? current.auth.oauth,
      queryParam: auth?.queryParam ?? current.auth.queryParam,
    },
    discovery: {
      mode: discovery?.mode ?? current.discovery.mode,
      aboveTokens: discovery?.aboveTokens ?? current.discovery.aboveTokens,
      pinned: discovery?.pinned ?? current.discovery.pinned,
    },
    rateLimit: rateLimit === undefined ? current.rateLimit : rateLimit,
  }
  await rows.updateEndpoint(tx, endpoint)
  return endpoint
}
