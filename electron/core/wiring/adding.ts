import { platform } from 'node:os'
import { join } from 'node:path'
import { serverDefinition } from '../../../shared/server.ts'
import type { Access } from '../access.ts'
import { openAdding, type Adding } from '../adding/adding.ts'
import { openBundles } from '../adding/bundles/bundles.ts'
import type { Definition } from '../adding/draft.ts'
import { openRegistry } from '../adding/registry/registry.ts'
import { openAddServers } from './add-servers.ts'
import type { Changes } from '../changes.ts'
import type { CoreConfig } from '../config.ts'
import { openHttpClient } from '../connections/http-client.ts'
import type { Database } from '../db/open.ts'
import { AppError } from '../errors.ts'
import type { Following } from './following.ts'
import type { ServerRules } from '../server-rules.ts'
import type { Stores } from './stores.ts'

export type OpenAddingParts = {
  config: CoreConfig
  stores: Stores
  db: Database
  changes: Changes
  follow: Following
  rules: ServerRules
  /** Where clients reach us. */
  url: string
  /** Where programs of this machine do. */
  localUrl: string
}

const REGISTRY = 'https://registry.modelcontextprotocol.io'

/** Adding servers, with what it takes of the disk, the network and the stores. */
export async function openStoredAdding(parts: OpenAddingParts): Promise<Adding & AsyncDisposable> {
  const { config, stores, db, changes, follow, rules } = parts
  const { dataDir, env, log } = config
  const http = openHttpClient(env)
  const registry = openRegistry({
    source: (config.registryUrl ?? REGISTRY).replace(/\/$/, ''),
    file: join(dataDir, 'registry.jsonl'),
    starterFile: join(config.resourcesDir, 'registry-starter.json'),
    fetch: http.fetch,
    publish: () => changes.publish({ kind: 'registry' }),
    log,
  })
  const bundles = openBundles({ folder: join(dataDir, 'bundles'), platform: platform(), env })
  await bundles.sweep(stores.servers.list())
  const own = [parts.url, parts.localUrl, parts.localUrl.replace('127.0.0.1', 'localhost')]
  const adding = openAdding({
    ...{ env, registry, bundles },
    takenNames: (accountId) =>
      stores.servers.list().flatMap(({ name, ownerId }) => (ownerId === accountId ? [name] : [])),
    isOwnUrl: (url) => own.some((one) => url.startsWith(`${one}/metamcp/`)),
    refusal: (access, server) => refusalOf(rules, access, server),
    create: openAddServers({ db, stores, rules, follow: follow.server }),
  })
  return Object.assign(adding, {
    async [Symbol.asyncDispose]() {
      adding.close()
      await registry.close()
      await http.close()
    },
  })
}

function refusalOf(rules: ServerRules, access: Access, server: Definition): string | null {
  // Of an address only values that come later could be refused.
  const after = serverDefinition.safeParse({ ...server, name: 'x' })
  if (server.type !== 'STDIO' || !after.success) return null
  try {
    rules.refuse(access, { after: after.data, ownerId: access.accountId })
    return null
  } catch (error) {
    if (error instanceof AppError) return error.message
    throw error
  }
}
