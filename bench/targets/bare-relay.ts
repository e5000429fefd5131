import { resolve } from 'node:path'
import { openHttpClient } from '../driver/http-client.ts'
import { startProgram } from '../programs.ts'
import { echoArgs, inOne, type Target } from './target.ts'

const RELAY = resolve(import.meta.dirname, '../servers/relay.mjs')

/** What passes messages on and does nothing else. */
export const bareRelay: Target = {
  name: 'bare-relay',
  async start(servers, { stack }) {
    const args = [RELAY, process.execPath, ...echoArgs(inOne(servers))]
    const { pid, printed, until } = stack.use(startProgram(args))
    const [, port] = await until(/^listening (\d+)$/m)
    return {
      ...{ pid, printed },
      connect: () => openHttpClient({ port: Number(port), path: '/mcp', headers: '' }),
      tool: (_server, name) => name,
    }
  },
}
