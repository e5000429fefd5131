import { applyConfig, namesIn } from './apply-config.ts'
import type { Access } from '../access.ts'
import type { CoreConfig } from '../config.ts'
import type { ConfigFile } from '../../../shared/config-file.ts'
import { logLine } from '../../../shared/log-entry.ts'
import { diagnose } from '../data/diagnostics.ts'
import type { DataRouterOptions } from '../data/router.ts'
import { checkBackup } from '../db/backup.ts'
import type { Database } from '../db/open.ts'
import { withDefaultNamespace } from '../default-namespace.ts'
import type { Following } from './following.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { Watching } from './watching.ts'
import type { SettingsRouterOptions } from '../settings/router.ts'
import type { Sight } from './sight.ts'
import { databaseOptions, type Stores } from './stores.ts'

const LOG_LINES = 500

export type UpkeepParts = {
  config: CoreConfig
  stores: Stores
  db: Database
  gateway: Gateway
  follow: Following
  watching: Watching
  sight: Sight
  /** Where it listens. */
  port: number
  /** Ours, which no report may hold. */
  tokens: readonly string[]
}

export type Upkeep = { settings: SettingsRouterOptions; data: DataRouterOptions }

/** What a person does with the app as a whole: settings, and the care of what it keeps. */
export function openUpkeep(parts: UpkeepParts): Upkeep {
  const { config, stores, db, gateway, follow, port } = parts
  const { dataDir, env, host, startedWith = { logLevel: 'info', sources: {} } } = config
  return {
    settings: {
      ...{ dataDir, host, startedWith },
      preferences: stores.preferences,
      port: () => port,
      followRights: () => follow.rights(),
      async followPause() {
        await follow.endpoints()
        return gateway.sessions.size
      },
    },
    data: {
      ...{ dataDir, env },
      definitions: () => definitionsIn(stores),
      backUp: db.backUp,
      checkBackup: (file) => checkBackup({ ...databaseOptions(config), file }),
      isOfServer: db.isShared,
      apply: (file, approve) => applyNow(parts, file, approve),
      diagnose: (access) => diagnoseNow(parts, access),
    },
  }
}

/** The instance's: accounts' names are unique for each of them only, and their things are theirs. */
export function definitionsIn({ servers, namespaces, endpoints, apiKeys }: Stores) {
  const ours = <T extends { ownerId: string | null }>(all: T[]) =>
    all.filter(({ ownerId }) => ownerId === null)
  return {
    servers: ours(servers.list()),
    namespaces: ours(namespaces.list()).map((one) => ({ ...one, pins: namespaces.pins(one.id) })),
    endpoints: ours(endpoints.list()),
    apiKeys: ours(apiKeys.list()),
  }
}

async function applyNow({ stores, db, follow }: UpkeepParts, given: ConfigFile, approve: boolean) {
  const file = withDefaultNamespace(given, namesIn(stores))
  const applied = await applyConfig({ file, stores, db, modulesIn: null, approve })
  for (const { kind, id } of applied) {
    if (kind === 'server') await follow.server(id)
    if (kind === 'api-key') await follow.apiKey(id)
  }
  await follow.endpoints()
  return applied.map(({ kind, name, change }) => ({ kind, name, change }))
}

function diagnoseNow(parts: UpkeepParts, access: Access) {
  const { config, stores, gateway, watching, port, tokens, db, sight } = parts
  const { version, env, dataDir, publicUrl, host } = config
  const { servers, namespaces, endpoints, apiKeys } = definitionsIn(stores)
  const signIns = servers.flatMap(({ id }) => stringsIn(stores.signIns.get(id)?.tokens))
  return diagnose({
    ...{ version, env, servers },
    ownSecrets: [...tokens, ...signIns],
    log: watching.logs.ring
      .list({ may: (entry) => sight.reads(access, entry) })
      .slice(-LOG_LINES)
      .map(logLine),
    serverNow(id) {
      const { catalog, triedAt, ownConnections } = stores.catalogs.get(id)
      const { hello, ...lists } = catalog ?? { hello: null }
      const counts = Object.entries(lists).map(([kind, list]) => [kind, list.length] as const)
      const { protocolVersion, serverInfo } = hello ?? {}
      return {
        ...gateway.pools.status(id),
        ...{ triedAt, ownConnections, protocolVersion, serverInfo },
        offers: Object.fromEntries(counts),
      }
    },
    facts: {
      listens: { host, port, publicUrl },
      data: { dataDir, recovery: db.recovery },
      settings: { ...stores.preferences.get(), paused: stores.preferences.isPaused },
      namespaces: namespaces.map(({ name, enabled, servers: members, tools }) => {
        return { name, enabled, servers: members.length, rules: tools.length }
      }),
      endpoints: endpoints.map(({ name, enabled, prefix, auth }) => ({
        name,
        enabled,
        prefix,
        auth,
      })),
      apiKeys: apiKeys.length,
      sessions: gateway.sessions.size,
      clients: watching.activity.clients(access),
    },
  })
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : []
}
