import { resolve } from 'node:path'
import { openHttpClient } from '../driver/http-client.ts'
import { openStdioClient } from '../driver/stdio-client.ts'
import { startProgram } from '../programs.ts'
import { echoArgs, type Served, type Target, type TargetName } from './target.ts'

const SDK_SERVER = resolve(import.meta.dirname, '../servers/sdk-http.mjs')

/** Each server by itself: a program that is talked to over stdin and stdout. */
export const directStdio: Target = {
  name: 'direct-stdio',
  async start(servers, { stack }) {
    const started = await Promise.all(
      wellOnes(servers).map(async (server) => {
        const program = stack.use(startProgram(echoArgs(server), { isStdio: true }))
        const { share } = await openStdioClient(program.child)
        return [server.name, { pid: program.pid, printed: program.printed, share }] as const
      }),
    )
    const { first, of } = byName(started)
    return {
      pid: first.pid,
      printed: first.printed,
      each: started.map(([name]) => name),
      connect: async (name) => of(name).share(),
      tool: (_server, name) => name,
    }
  },
}

/** Each server by itself, as the SDK has a server over Streamable HTTP, with the same tools. */
export const directHttp = directBySdk('direct-http')
/** The same without Express between the SDK and `node:http`. */
export const directNode = directBySdk('direct-node', { isBare: true })

function directBySdk(name: TargetName, how: { isBare?: boolean } = {}): Target {
  return {
    name,
    async start(servers, { stack }) {
      const started = await Promise.all(
        wellOnes(servers).map(async (server) => {
          const given = JSON.stringify({ ...server, ...how })
          const program = stack.use(startProgram([SDK_SERVER, given]))
          const [, port] = await program.until(/^listening (\d+)$/m)
          const { pid, printed } = program
          return [server.name, { pid, printed, port: Number(port) }] as const
        }),
      )
      const { first, of } = byName(started)
      return {
        pid: first.pid,
        printed: first.printed,
        each: started.map(([one]) => one),
        connect: (one) => openHttpClient({ port: of(one).port, path: '/mcp', headers: '' }),
        tool: (_server, tool) => tool,
      }
    },
  }
}

/** Whoever talks to servers by themselves has nothing to do with those that are not well. */
function wellOnes(servers: readonly Served[]): Served[] {
  return servers.filter(({ fault }) => !fault)
}

function byName<T>(started: readonly (readonly [string, T])[]) {
  const [only] = started
  if (!only) throw new Error('no servers')
  const all = new Map(started)
  return { first: only[1], of: (name = only[0]) => all.get(name) ?? only[1] }
}
