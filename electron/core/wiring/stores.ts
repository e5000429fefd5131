import { join } from 'node:path'
import type { Owned } from '../../../shared/account.ts'
import { mayUse } from '../access.ts'
import { openApiKeyStore, type ApiKeyStore } from '../auth/api-key-store.ts'
import type { Changes } from '../changes.ts'
import type { CoreConfig } from '../config.ts'
import type { Database } from '../db/open.ts'
import { openDirectory, type Directory } from '../accounts/directory.ts'
import { openEndpointStore, type EndpointStore } from '../endpoints/store.ts'
import { MIDDLEWARE_KINDS } from '../gateway/middleware/kinds.ts'
import { openMiddlewares, type Middlewares } from '../gateway/middleware/middlewares.ts'
import { openOwnModules, type OwnModules } from '../gateway/middleware/own-modules.ts'
import type { Logger } from '../log.ts'
import { openNamespaceStore, type NamespaceStore } from '../namespaces/store.ts'
import { openSignInStore, type SignInStore } from '../oauth/sign-in-store.ts'
import { settlePendingKey } from '../rotation/pending-key.ts'
import { loadSecretKey, openSecrets, type Secrets } from '../secrets.ts'
import { openCatalogStore, type CatalogStore } from '../servers/catalog-store.ts'
import { openHandedOver, type HandedOver } from '../servers/handed-over.ts'
import { openServerStore, type ServerStore } from '../servers/store.ts'
import { checkSecretKey, requireSameKey } from '../settings/secret-check.ts'
import { openTokenThread } from '../token-thread.ts'
import { openToolTokens, type ToolTokens } from '../tool-tokens.ts'
import { openPreferences, type PreferencesStore } from '../settings/preferences.ts'
import { openSettingsStore, type SettingsStore } from '../settings/store.ts'

/** All definitions, in memory. */
export type Stores = {
  servers: ServerStore
  handedOver: HandedOver
  catalogs: CatalogStore
  namespaces: NamespaceStore
  endpoints: EndpointStore
  apiKeys: ApiKeyStore
  settings: SettingsStore
  preferences: PreferencesStore
  secrets: Secrets
  signIns: SignInStore
  /** What lists of middlewares may name. */
  middlewares: Middlewares
  ownModules: OwnModules
  /** What tools cost a model that is told of them. */
  tokens: ToolTokens
  /** Of accounts. */
  directory: Directory
}

export async function openStores(
  db: Database,
  changes: Changes,
  config: Pick<CoreConfig, 'dataDir' | 'secretKey'> & Reached & { log: Logger },
): Promise<Stores> {
  // Where a change of the key was broken off, one of two is it.
  if (config.secretKey === null) await settlePendingKey(config.dataDir, db)
  const secrets = openSecrets(await loadSecretKey(config))
  const settings = openSettingsStore({ db })
  // Before anything is read that was sealed, or sealed that another key could not read.
  await checkSecretKey({ db, settings, secrets })
  db.guard((tx) => requireSameKey(tx, secrets))
  const servers = await openServerStore({ db, secrets, changes })
  const mayHave = (namespace: Owned, serverId: string) => {
    const server = servers.get(serverId)
    return server !== undefined && mayUse(namespace, server)
  }
  const ownModules = openOwnModules(config.log)
  const middlewares = openMiddlewares(MIDDLEWARE_KINDS, ownModules)
  const checkMiddleware = middlewares.check
  const endpoints = await openEndpointStore({ db, changes, oauthObstacle: oauthObstacle(config) })
  return {
    directory: await openDirectory({ db }),
    ...{ secrets, middlewares, ownModules },
    tokens: openToolTokens({
      ...{ thread: openTokenThread(), log: config.log },
      onCounted: () => changes.publish({ kind: 'tokens' }),
    }),
    servers,
    settings,
    preferences: await openPreferences({ settings, changes }),
    endpoints,
    handedOver: await openHandedOver({
      load: () => settings.get('handed-over'),
      save: (value) => settings.set('handed-over', value),
    }),
    catalogs: await openCatalogStore({ db, changes }),
    signIns: await openSignInStore({ db, secrets, changes }),
    namespaces: await openNamespaceStore({ db, changes, mayHave, checkMiddleware }),
    apiKeys: await openApiKeyStore({
      db,
      changes,
      ownerOf: (id) => endpoints.get(id),
    }),
  }
}

type Reached = Partial<Pick<CoreConfig, 'auth' | 'publicUrl'>>

/** Why no endpoint can take tokens of OAuth; `null`: it can. */
function oauthObstacle({ auth, publicUrl }: Reached): string | null {
  if (auth !== 'accounts') return 'OAuth needs accounts: start with --auth accounts.'
  const { protocol, hostname } = new URL(publicUrl ?? 'http://localhost')
  // Who can read a token on its way can use it (OAuth 2.1, section 1.5).
  if (protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname)) return null
  return 'OAuth needs https: start with the --public-url of a proxy that speaks it.'
}

type Kept = Pick<
  CoreConfig,
  'dataDir' | 'resourcesDir' | 'databaseTemplate' | 'databaseUrl' | 'spareThread'
>

/** Where everything is kept, as `openDatabase` is told it. */
export function databaseOptions(config: Kept) {
  const { dataDir, resourcesDir, databaseTemplate: templateFile, databaseUrl: url = null } = config
  const migrationsDir = join(resourcesDir, 'migrations')
  return { dataDir, migrationsDir, templateFile, url, spareThread: config.spareThread ?? null }
}
