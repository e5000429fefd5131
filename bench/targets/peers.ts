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

/** Resolves with the program's file, after having installed it where it is not there yet. */
export async function programOf(peer: Peer): Promise<string> {
  const folder = join(FOLDER, `${peer}-${PEERS[peer]}`)
  const own = join(folder, 'node_modules', peer)
  if (!existsSync(own)) await install(folder, `${peer}@${PEERS[peer]}`)
  const { bin } = JSON.parse(await readFile(join(own, 'package.json'), 'utf8')) as {
    bin: string | Record<string, string>
  }
  const file = typeof bin === 'string' ? bin : bin[peer]
  if (file === undefined) throw new Error(`${peer} has no program`)
  return join(own, file)
}

async function install(folder: string, what: string): Promise<void> {
  process.stderr.write(`installing ${what}\n`)
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), '{"private":true}')
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', what]
  const npm = spawn('npm', args, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 120_000,
  })
  let words = ''
  npm.stderr.setEncoding('utf8').on('data', (text: string) => (words += text))
  const [code] = (await once(npm, 'close')) as [number | null]
  if (code !== 0) throw new Error(`npm could not install ${what}: ${words.trim().slice(-300)}`)
}
