import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Client } from 'pg'
import { echoServer } from '../../electron/core/testing/echo-definition.ts'
import type { EchoOptions } from '../../electron/core/testing/echo-options.ts'
import {
  startHeadless,
  type HeadlessProcess,
} from '../../electron/core/testing/headless-process.ts'
import { runOn, startPostgres } from '../../electron/core/testing/postgres-server.ts'
import { openTap, type Tap } from './database-tap.ts'
import { DEBUGGABLE, openServerCpu } from './processes.ts'

/** How many servers are started to see what one takes. */
export const SERVERS = 10

export type Replica = { program: HeadlessProcess; tap: Tap; startMs: number }

/** A server as people have them: `npx` stays there beside what it runs. */
const NPX = {
  command: 'npx',
  args: ['-y', '@modelcontextprotocol/server-memory'],
  cwd: resolve(import.meta.dirname, '../..'),
}

export type World = AsyncDisposable & {
  databaseUrl: string
  /** Of PostgreSQL so far, in ms. */
  databaseCpu: () => Promise<number>
  key: string
  one: Replica
  other: Replica
}

function server(options: EchoOptions) {
  const { command, args } = echoServer(options)
  return { command, args }
}

function configFile() {
  const some = Array.from({ length: SERVERS }, (_, index) => `s${index}`)
  const open = (namespace: string) => ({ namespace, prefix: false })
  return {
    mcpServers: {
      ...{ legacy: server({ era: 'legacy' }), modern: server({ era: 'modern' }) },
      npx: NPX,
      ...Object.fromEntries(some.map((name) => [name, server({ name })])),
    },
    namespaces: {
      ...{ legacy: { servers: ['legacy'] }, modern: { servers: ['modern'] } },
      ...{ some: { servers: ['npx', ...some] }, many: { servers: [] } },
    },
    endpoints: {
      ...{ legacy: open('legacy'), modern: open('modern'), some: { namespace: 'some' } },
      limited: { ...open('modern'), rateLimit: { perMinute: 1_000_000, perClientPerMinute: null } },
    },
  }
}

/** Two replicas as they are run, on a PostgreSQL that keeps what it says it keeps, as it comes. */
export async function openWorld(): Promise<World> {
  await using made = new AsyncDisposableStack()
  const postgres = made.use(await startPostgres(['fsync=on']))
  await runOn(postgres.url('postgres'), 'create database bench')
  const databaseUrl = postgres.url('bench')
  const { path } = made.use(await mkdtempDisposable(join(tmpdir(), 'metamcp-scale-')))
  const config = join(path, 'metamcp.json')
  await writeFile(config, JSON.stringify(configFile()))
  async function start(name: string): Promise<Replica> {
    const tap = made.use(await openTap(databaseUrl))
    const begun = performance.now()
    const program = made.use(
      await startHeadless({
        dataDir: join(path, name),
        args: ['--config', config],
        env: {
          ...{ DATABASE_URL: tap.url, METAMCP_REPLICA: name, ...DEBUGGABLE },
          METAMCP_SECRET_KEY: 'the same key for all the replicas',
        },
      }),
    )
    return { program, tap, startMs: performance.now() - begun }
  }
  const one = await start('r1')
  // The second one finds out about no server anew.
  const headers = { authorization: `Bearer ${one.program.key}` }
  const known = await fetch(`${one.program.url}/metamcp/some/api/openapi.json`, { headers })
  if (!(await known.text()).includes('npx__read_graph')) throw new Error('not all servers started')
  one.tap.read()
  const other = await start('r2')
  const watcher = new Client({ connectionString: databaseUrl })
  await watcher.connect()
  made.defer(() => watcher.end())
  const { rows } = await watcher.query<{ pid: number }>('select pg_backend_pid() as pid')
  const databaseCpu = await openServerCpu(rows[0]?.pid ?? 0)
  const owned = made.move()
  return {
    ...{ databaseUrl, databaseCpu, key: one.program.key, one, other },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
