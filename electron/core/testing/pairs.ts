import type { ServerDefinition } from '../../../shared/server.ts'
import type { Era } from '../connections/connection.ts'
import { echoServer, startEchoHttp } from './echo-definition.ts'
import type { EchoOptions } from './echo-options.ts'
import { configFileOf, startTempCore, type TempCore, type TempCoreOptions } from './temp-core.ts'

/** Every way to a server: era and transport. Each is a server, a namespace and an endpoint. */
export const SERVERS = ['legacy-stdio', 'legacy-http', 'modern-stdio', 'modern-http'] as const
export type ServerKind = (typeof SERVERS)[number]

/** All pairs of a client's era and a server, for `test.each`. */
export const PAIRS = (['legacy', 'modern'] as const).flatMap((client: Era) =>
  SERVERS.map((server) => [client, server] as const),
)

export type PairsOptions = Omit<TempCoreOptions, 'file'> & {
  /** For all of the servers. */
  echo?: EchoOptions
  /** Of their definitions. */
  fields?: Partial<
    Pick<ServerDefinition, 'isolation' | 'idleMs' | 'maxConnections' | 'idleConnections'>
  >
  prefix?: boolean
  servers?: readonly ServerKind[]
}

/** A core with an echo server of every kind, each alone behind the endpoint of its name. */
export async function startPairs(options: PairsOptions = {}): Promise<TempCore> {
  const { echo = {}, fields = {}, prefix = false, servers = SERVERS, ...rest } = options
  await using made = new AsyncDisposableStack()
  const definitions = await Promise.all(
    servers.map(async (name) => {
      const [era, transport] = name.split('-') as [Era, string]
      const own = { ...echo, name, era }
      if (transport === 'stdio') return echoServer(own, fields)
      const server = made.use(await startEchoHttp(own))
      return server.definition(fields)
    }),
  )
  const { mcpServers } = configFileOf(definitions) as { mcpServers: object }
  const entries = servers.map((name) => [name, { servers: [name] }] as const)
  const file = {
    mcpServers,
    namespaces: Object.fromEntries(entries),
    endpoints: Object.fromEntries(servers.map((name) => [name, { namespace: name, prefix }])),
  }
  const core = await startTempCore({ ...rest, file })
  made.use(core)
  const owned = made.move()
  return Object.assign(Object.create(core) as TempCore, {
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  })
}
