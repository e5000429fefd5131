import type { NewServer } from '../../../shared/server.ts'
import { readServer } from '../adding/client-entry.ts'
import { openAiClients, type AiClientsService } from '../clients/clients.ts'
import type { AiClientsParts, SeenBy } from '../clients/parts.ts'
import type { Access } from '../access.ts'
import type { Changes } from '../changes.ts'
import type { CoreConfig } from '../config.ts'
import type { Database } from '../db/open.ts'
import { AppError } from '../errors.ts'
import type { Following } from './following.ts'
import type { Stores } from './stores.ts'
import { addressOf } from './views.ts'
import type { Watching } from './watching.ts'

export type StoredAiClientsParts = {
  config: CoreConfig
  stores: Stores
  db: Database
  changes: Changes
  follow: Following
  watching: Watching
  /** Where others reach us, and where programs of this computer do. */
  url: string
  localUrl: string
}

/** AI clients of this computer, with what is stored here. */
export function openStoredAiClients(parts: StoredAiClientsParts): Promise<AiClientsService> {
  const { config, stores, changes, watching } = parts
  const machine = config.machine ?? null
  return openAiClients({
    machine,
    url: machine ? parts.localUrl : parts.url,
    written: {
      load: async () => (await stores.settings.get('ai-clients'))?.written ?? [],
      save: (written) => stores.settings.set('ai-clients', { written }),
    },
    endpoint(id) {
      const endpoint = stores.endpoints.get(id)
      const address = endpoint && addressOf(stores, endpoint)
      return address ? { ...endpoint, name: address } : undefined
    },
    keys: keysFor(parts),
    servers(access) {
      const all = stores.servers.list()
      return access?.seen(all) ?? all.filter(({ ownerId }) => ownerId === null)
    },
    readServer,
    addServers: (inputs, namespaceId) => addServers(parts, inputs, namespaceId),
    seen: (by, access) => lastVisit(watching, by, access),
    changed: () => changes.publish({ kind: 'ai-clients' }),
  })
}

/** After a start on another port: clients that we set up are led here. Resolves with their names. */
export async function leadClientsHere(
  aiClients: AiClientsService,
  { config: { log }, localUrl }: Pick<StoredAiClientsParts, 'config' | 'localUrl'>,
): Promise<string[]> {
  const { moved, left } = await aiClients.followAddress()
  if (moved.length > 0) log.info({ clients: moved, url: localUrl }, 'clients now use our address')
  for (const one of left) log.warn(one, 'a client still uses the address that we had before')
  return moved
}

function keysFor({
  stores: { apiKeys, endpoints },
  follow,
}: StoredAiClientsParts): AiClientsParts['keys'] {
  return {
    async create(name, endpointId) {
      // Only a key of its owner opens what an account keeps to itself.
      const endpoint = endpoints.get(endpointId)
      const ownerId = endpoint?.shared === false ? endpoint.ownerId : null
      const free = freeName(name, (taken) => apiKeys.byName(taken, ownerId) !== undefined)
      const { key, apiKey } = await apiKeys.create({ name: free, endpoints: [endpointId] }, ownerId)
      return { id: apiKey.id, name: apiKey.name, key }
    },
    isOn: (id) => apiKeys.get(id)?.enabled === true,
    async setEnabled(id, enabled) {
      // A person may have deleted it, or put it back.
      if (!apiKeys.get(id)) return
      await apiKeys.update(id, { enabled })
      await follow.apiKey(id)
    },
    async delete(id) {
      if (!apiKeys.get(id)) return
      await apiKeys.delete(id)
      await follow.apiKey(id)
    },
  }
}

function freeName(name: string, isTaken: (name: string) => boolean): string {
  for (let count = 1; ; count++) {
    const free = count === 1 ? name : `${name} ${count}`
    if (!isTaken(free)) return free
  }
}

/** In one transaction; what is live follows. */
async function addServers(
  { stores, db, follow }: StoredAiClientsParts,
  inputs: NewServer[],
  namespaceId: string | null,
) {
  const { servers, namespaces } = stores
  const made = await db.write(async (tx) => {
    const created = []
    for (const input of inputs) created.push(await servers.createIn(tx, input))
    if (namespaceId === null) return created
    const namespace = (await namespaces.listIn(tx)).find(({ id }) => id === namespaceId)
    if (!namespace) {
      throw new AppError('not-found', `There is no namespace with the id "${namespaceId}".`)
    }
    const members = [...namespace.servers, ...created.map(({ id }) => ({ serverId: id }))]
    await namespaces.updateIn(tx, namespaceId, { servers: members })
    return created
  })
  await servers.reload()
  if (namespaceId !== null) await namespaces.reload()
  for (const { id } of made) await follow.server(id)
  return made
}

/** The last visit of a client by any of its names, or by a name that came with one of its keys. */
function lastVisit({ activity }: Watching, { names, keyIds }: SeenBy, access: Access) {
  const users = keyIds.flatMap((id) => activity.keyLastUsed(id)?.client.toLowerCase() ?? [])
  const all = new Set([...names, ...users])
  const visits = activity
    .clients(access)
    .filter(({ id, name }) => all.has(id) || users.includes(name.toLowerCase()))
  const [last] = visits
  if (!last) return null
  const calls = visits.reduce((sum, one) => sum + one.calls, 0)
  return { at: last.lastSeenAt, calls, tools: last.tools }
}
