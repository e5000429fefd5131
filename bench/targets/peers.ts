import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

/** What is measured beside us: what people find on npm, in exactly these versions. */
export const PEERS = { 'mcp-hub': '4.2.1', 'mcp-proxy': '6.7.19', supergateway: '4.0.0' } as const

type Peer = keyof typeof PEERS

/** Not among our dependencies: only who runs the bench needs them. */
const FOLDER = resolve(import.meta.dirname, '../../node_modules/.cache/bench-peers')

function isPeer(name: string): name is Peer {
  return Object.hasOwn(PEERS, name)
}

/** Where it is not there yet. Resolves with why it is not there then, or nothing. */
export async function installPeer(name: string): Promise<string | undefined> {
  if (!isPeer(name)) return undefined
  const folder = join(FOLDER, `${name}-${PEERS[name]}`)
  if (existsSync(join(folder, 'node_modules', name))) return undefined
  process.stderr.write(`installing ${name} ${PEERS[name]}\n`)
  return install(folder, `${name}@${PEERS[name]}`).then(() => undefined, String)
}

/** The file of a peer that was installed. */
export async function programOf(peer: Peer): Promise<string> {
  const own = join(FOLDER, `${peer}-${PEERS[peer]}`, 'node_modules', peer)
  const { bin } = JSON.parse(await readFile(join(own, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>
  }
  const file = typeof bin === 'string' ? bin : bin[peer]
  if (file === undefined) throw new Error(`${peer} has no program`)
  return join(own, file)
}

async function install(folder: string, what: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), '{"private":true}')
  const how = ['--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', '--fetch-retries=1']
  const npm = spawn('npm', ['install', ...how, what], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 120_000,
  })
  let words = ''
  npm.stderr.setEncoding('utf8').on('data', (text: string) => (words += text))
  const [code] = (await once(npm, 'close')) as [number | null]
  const errors = words.match(/(?<=^npm error ).*$/gm) ?? []
  if (code !== 0) throw new Error(`npm ended with ${code}: ${errors.slice(0, 4).join('; ')}`)
}
