import { randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type { Server, ServerInput } from '../../../shared/server.ts'
import { serverDefinition } from '../../../shared/server.ts'
import type { AskOptions, Connection, Question, Tenant } from '../connections/connection.ts'
import { openPools } from '../connections/pools.ts'
import type { Pools, PoolsOptions, ServerStatus } from '../connections/pools.ts'
import type { JsonObject, RpcNotification } from '../json-rpc.ts'
import type { Logger } from '../log.ts'
import { echoServer } from './echo-definition.ts'
import type { EchoOptions } from './echo-options.ts'

type LogLine = { level: string; facts: object; message: string }
type Listener = { check: () => boolean; resolve: () => void }

/** Pools with real children that a test owns: disposing of them fails if a process is left. */
export interface EchoPools extends AsyncDisposable {
  readonly pools: Pools
  readonly logs: LogLine[]
  readonly notifications: { id: string; notification: RpcNotification }[]
  /** Every state a server went through, in order. */
  states(id: string): ServerStatus[]
  /** Defines a server under the id of its name; by default an echo server. */
  define(options?: EchoOptions, fields?: Parameters<typeof echoServer>[1]): string
  defineServer(input: ServerInput): string
  connect(id?: string): Promise<Connection>
  /** Resolves once `check` holds; looked at whenever something is reported. */
  until(check: () => boolean): Promise<void>
}

/** Every child gets a variable of this name with a value of its own world. */
const MARK = 'ECHO_WORLD'

export function openEchoPools(overrides: Partial<PoolsOptions> = {}): EchoPools {
  const mark = randomUUID()
  const logs: LogLine[] = []
  const notifications: EchoPools['notifications'] = []
  const seen = new Map<string, ServerStatus[]>()
  const listeners = new Set<Listener>()
  const happened = () => {
    for (const listener of listeners) if (listener.check()) listener.resolve()
  }
  const pools = openPools({
    log: logInto(logs, happened),
    env: { ...process.env },
    clientInfo: { name: 'test', version: '0' },
    loginPath: async () => undefined,
    onNotification(id, notification) {
      notifications.push({ id, notification })
      happened()
    },
    onState(id, status) {
      seen.set(id, [...(seen.get(id) ?? []), status])
      happened()
    },
    ...overrides,
  })
  const defineServer = (input: ServerInput) => {
    const definition = serverDefinition.parse(input)
    const marked = 'env' in definition ? { env: { ...definition.env, [MARK]: mark } } : {}
    pools.define({ ...definition, ...marked, id: definition.name } as Server)
    return definition.name
  }
  return {
    ...{ pools, logs, notifications, defineServer },
    states: (id) => seen.get(id) ?? [],
    define: (options, fields) => defineServer(echoServer(options, fields)),
    connect: async (id = 'echo') => (await pools.lease(id)).connection,
    async until(check) {
      if (check()) return
      const { promise, resolve } = Promise.withResolvers<void>()
      const listener = { check, resolve }
      listeners.add(listener)
      await promise.finally(() => listeners.delete(listener))
    },
    async [Symbol.asyncDispose]() {
      await pools.close()
      const left = await processesWith(`${MARK}=${mark}`)
      if (left.length > 0) throw new Error(`Processes are left: ${left.join('; ')}`)
    },
  }
}

/** Calls a tool of an echo server. */
export function call(connection: Connection, name: string, args: JsonObject = {}) {
  return connection.request('tools/call', { name, arguments: args })
}

/** A tenant that keeps what it is asked and told, and answers with its name. */
export type TestTenant = Tenant & {
  asked: (Question & AskOptions)[]
  told: { serverId: string; notification: RpcNotification }[]
}

export function testTenant(name: string, capabilities: JsonObject = { sampling: {} }): TestTenant {
  const asked: TestTenant['asked'] = []
  const told: TestTenant['told'] = []
  return {
    ...{ asked, told, isSession: true, client: { capabilities, info: { name, version: '1' } } },
    async ask(question, options) {
      asked.push({ ...question, ...options })
      return { model: name, outside: true }
    },
    notify: (serverId, notification) => void told.push({ serverId, notification }),
  }
}

/** What a tool of the echo server reports about itself. */
export async function report(connection: Connection, name = 'state'): Promise<JsonObject> {
  return (await call(connection, name))['structuredContent'] as JsonObject
}

/** Commands of the running processes that have `variable` in their environment (Linux). */
async function processesWith(variable: string): Promise<string[]> {
  const names = await readdir('/proc').catch(() => [])
  const commands = names.filter(Number).map(async (pid) => {
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')
    if (!environment.includes(variable)) return []
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    // One that is just ending has no command any more.
    return command === '' ? [] : [`${pid} ${command}`]
  })
  return (await Promise.all(commands)).flat()
}

function logInto(lines: LogLine[], happened: () => void): Logger {
  const write = (level: string) => (facts: object, message: string) => {
    lines.push({ level, facts, message })
    happened()
  }
  const log: Logger = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: () => log,
  }
  return log
}
