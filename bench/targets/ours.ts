import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { openHttpClient } from '../driver/http-client.ts'
import { startProgram } from '../programs.ts'
import { echoArgs, type Served, type Target } from './target.ts'

const BUILT = resolve(import.meta.dirname, '../../out/main/headless.js')
const KEY = `sk_mt_${'bench'.repeat(13).slice(0, 64)}`
const ADMIN_TOKEN = 'admin-token-of-the-bench'

/**
 * MetaMCP as it is built, with all that people have switched on: a key for the endpoint, a tool that
 * is off, one with another name and other words, the log of calls. What is off is there in addition.
 */
export const ours: Target = {
  name: 'ours',
  async start(servers, { stack, folder, env = {} }) {
    const [first] = servers
    if (!first) throw new Error('no servers')
    const data = join(folder, 'data')
    const config = join(folder, 'metamcp.json')
    // Once it is in the database, it starts from that.
    const isKnown = existsSync(data)
    await mkdir(folder, { recursive: true })
    await writeFile(config, JSON.stringify(configFor(servers)))
    const given = ['--port', '0', '--data-dir', data, ...(isKnown ? [] : ['--config', config])]
    const own = { HOME: folder, METAMCP_ADMIN_TOKEN: ADMIN_TOKEN, ...env }
    const program = stack.use(startProgram([BUILT, ...given], { env: own }))
    const [, port] = await program.until(/^MetaMCP ready http:\/\/127\.0\.0\.1:(\d+)$/m)
    const headers = `authorization: Bearer ${KEY}\r\n`
    return {
      pid: program.pid,
      printed: program.printed,
      connect: () => openHttpClient({ port: Number(port), path: '/metamcp/default/mcp', headers }),
      tool(server, name) {
        return server === first.name && name === 'echo' ? 'say' : `${server}__${name}`
      },
    }
  },
}

function configFor(servers: readonly Served[]) {
  const [first, ...others] = servers
  const all = first ? [{ ...first, tools: first.tools + 1 }, ...others] : []
  const definitions = all.map((server) => {
    return [server.name, { command: process.execPath, args: echoArgs(server) }] as const
  })
  const off = `${first?.name}__tool_${String((first?.tools ?? 3) - 3).padStart(3, '0')}`
  const said = { name: 'say', description: 'Says what it is told, in words of our own.' }
  const tools = { [`${first?.name}__echo`]: said, [off]: { enabled: false } }
  return {
    mcpServers: Object.fromEntries(definitions),
    namespaces: { default: { servers: all.map(({ name }) => name), tools } },
    endpoints: { default: { namespace: 'default', auth: { apiKey: true } } },
    apiKeys: { bench: { key: KEY, endpoints: ['default'] } },
  }
}
