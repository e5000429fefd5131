import { createTRPCClient, httpLink, type TRPCClient } from '@trpc/client'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { inject } from 'vitest'
import type { ServerInput } from '../../../shared/server.ts'
import { startCore, type AppRouter, type Core, type CoreConfig, type CoreLimits } from '../index.ts'
import { openLog } from '../log.ts'
import { approvingLink } from './approving-link.ts'
import { openTempPostgres } from './temp-postgres.ts'

export type TempCore = Core &
  AsyncDisposable & {
    dataDir: string
    /** The management API over HTTP, with the admin token. */
    admin: TRPCClient<AppRouter>
    /** An API key for every endpoint. */
    key: string
    /** The Streamable HTTP address of an endpoint. */
    mcpUrl(endpoint?: string): URL
  }

export type TempCoreOptions = Partial<CoreConfig> & {
  /** The content of a config file to start with. */
  file?: unknown
  /** In the data folder, as users have it; left out: on PostgreSQL, where a start takes a tenth. */
  database?: 'embedded'
  times?: CoreLimits
}

/**
 * Tests change what a server offers many times in a row, which a real one does once in a while, and
 * have no balancer before them.
 */
const TEST_TIMES: CoreLimits = { pauseMs: 20, leavingMs: 20 }

/** A whole core on a free port and, unless one is given, in a data folder that goes with it. */
export async function startTempCore({
  file,
  times,
  database,
  ...fields
}: TempCoreOptions = {}): Promise<TempCore> {
  await using made = new AsyncDisposableStack()
  const dataDir = fields.dataDir ?? (await mkdtemp(join(tmpdir(), 'metamcp-core-')))
  if (fields.dataDir === undefined) {
    made.defer(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }))
  }
  const configFile = file === undefined ? null : join(dataDir, 'metamcp.json')
  if (configFile) await writeFile(configFile, JSON.stringify(file))
  const config: CoreConfig = {
    dataDir,
    host: '127.0.0.1',
    port: 0,
    publicUrl: null,
    configFile,
    restoreFile: null,
    secretKey: null,
    adminToken: null,
    resourcesDir: resolve(import.meta.dirname, '../../../resources'),
    pageDir: null,
    databaseTemplate: inject('databaseTemplate'),
    env: process.env,
    version: '0.0.0-test',
    log: openLog('silent'),
    databaseUrl: database === 'embedded' ? null : await databaseFor(dataDir, made),
    ...fields,
  }
  const core = await startCore(config, { ...TEST_TIMES, ...times })
  made.defer(() => core.close())
  const admin = createTRPCClient<AppRouter>({
    links: [
      approvingLink,
      httpLink({
        url: `${core.adminUrl}/trpc/frontend`,
        headers: { authorization: `Bearer ${core.adminToken.token}` },
      }),
    ],
  })
  const key =
    core.firstKey ?? (await admin.apiKeys.create.mutate({ name: `test-${Date.now()}` })).key
  const owned = made.move()
  return Object.assign(Object.create(core) as Core, {
    dataDir,
    admin,
    key,
    mcpUrl: (endpoint = 'default') => new URL(`${core.url}/metamcp/${endpoint}/mcp`),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  })
}

/** What a core that was started before has in its data folder, by that folder. */
const databases = new Map<string, string>()

/** The same at each start on a folder, as the embedded one would be; it goes with the first. */
async function databaseFor(dataDir: string, made: AsyncDisposableStack): Promise<string> {
  const known = databases.get(dataDir)
  if (known !== undefined) return known
  const { url } = made.use(await openTempPostgres())
  databases.set(dataDir, url)
  return url
}

/** A config file with these servers in the namespace and endpoint `default`. */
export function configFileOf(servers: ServerInput[], endpoint: object = {}): object {
  const entries = servers.map((server) => {
    const { name, type, ...fields } = server
    return [name, { ...fields, type: CONFIG_TYPES[type] }]
  })
  return {
    mcpServers: Object.fromEntries(entries) as object,
    namespaces: { default: { servers: servers.map((server) => server.name) } },
    endpoints: { default: { namespace: 'default', ...endpoint } },
  }
}

const CONFIG_TYPES = { STDIO: 'stdio', SSE: 'sse', STREAMABLE_HTTP: 'streamable-http' } as const
