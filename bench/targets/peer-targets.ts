import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { openHttpClient } from '../driver/http-client.ts'
import { openSseClient } from '../driver/sse-client.ts'
import { freePort, startProgram, type Program } from '../programs.ts'
import { programOf } from './peers.ts'
import { echoArgs, inOne, type Running, type Scope, type Target } from './target.ts'

const LOOKED_EVERY_MS = 5

/** Joins servers, and has HTTP+SSE for clients. */
export const mcpHub: Target = {
  name: 'mcp-hub',
  async start(servers, scope) {
    const program = await programOf('mcp-hub')
    const port = await freePort()
    const config = join(scope.folder, 'mcp-hub.json')
    const definitions = servers.map((server) => {
      return [server.name, { command: process.execPath, args: echoArgs(server) }] as const
    })
    await mkdir(scope.folder, { recursive: true })
    await writeFile(config, JSON.stringify({ mcpServers: Object.fromEntries(definitions) }))
    const args = [program, '--port', String(port), '--config', config]
    const started = startPeer(args, scope)
    const isReady = async () => (await healthOf(port)) === 'ready'
    return running(started, isReady, {
      connect: () => openSseClient({ port, path: '/mcp', headers: '' }),
      tool: (server, name) => `${server}__${name}`,
    })
  },
}

async function healthOf(port: number): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/health`)
  return ((await answer.json()) as { state: string }).state
}

export const mcpProxy: Target = {
  name: 'mcp-proxy',
  async start(servers, scope) {
    const program = await programOf('mcp-proxy')
    const port = await freePort()
    const at = ['--host', '127.0.0.1', '--port', String(port), '--server', 'stream']
    const server = [process.execPath, ...echoArgs(inOne(servers))]
    const args = [program, ...at, '--', ...server]
    return single(startPeer(args, scope), port)
  },
}

/** A process of the server for each session: what remembers its client is right here only. */
export const supergateway: Target = {
  name: 'supergateway',
  async start(servers, scope) {
    const program = await programOf('supergateway')
    const port = await freePort()
    const words = [process.execPath, ...echoArgs(inOne(servers))]
    const command = words.map((word) => `'${word}'`).join(' ')
    const how = ['--outputTransport', 'streamableHttp', '--stateful', '--logLevel', 'none']
    const args = [program, '--stdio', command, ...how, '--port', String(port)]
    return single(startPeer(args, scope), port)
  },
}

function startPeer(args: readonly string[], { stack, folder, env = {} }: Scope): Program {
  return stack.use(startProgram(args, { env: { HOME: folder, ...env }, cwd: folder }))
}

function single(started: Program, port: number): Promise<Running> {
  const isReady = async () => (await fetch(`http://127.0.0.1:${port}/`)).status > 0
  return running(started, isReady, {
    connect: () => openHttpClient({ port, path: '/mcp', headers: '' }),
    tool: (_server, name) => name,
  })
}

/** Once it is ready, as it tells whoever asks. */
async function running(
  started: Program,
  isReady: () => Promise<boolean>,
  rest: Pick<Running, 'connect' | 'tool'>,
): Promise<Running> {
  while (!(await isReady().catch(() => false))) {
    if (started.child.exitCode !== null) {
      throw new Error(`it ended: ${started.printed().trim().slice(-300)}`)
    }
    await pause(LOOKED_EVERY_MS)
  }
  const { pid, printed } = started
  return { ...rest, pid, printed }
}
