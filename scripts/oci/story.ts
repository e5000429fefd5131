import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { once } from 'node:events'
import { connectAuto, connectLegacy } from '../../electron/core/testing/clients.ts'
import { checkBackup, checkInside, checkReadOnlyRoot, checkUv, type Check } from './checks.ts'
import type { Container, Engine } from './engine.ts'
import type { ImageFacts } from './image-facts.ts'

/** A server that is fetched by npx in the container, and keeps what it is told in the volume. */
const MEMORY_PACKAGE = '@modelcontextprotocol/server-memory@2026.8.31'
const CONFIG = {
  mcpServers: {
    memory: {
      command: 'npx',
      args: ['-y', MEMORY_PACKAGE],
      env: { MEMORY_FILE_PATH: '/data/memory.jsonl' },
    },
  },
}

/** How long npx may take for it. */
const FETCHED_MS = 120_000

/** What the first life leaves behind for the next ones. */
type Kept = { key: string; exported: string }

/**
 * Builds the image and runs it three times on one volume: the first is killed, the second finds
 * everything, the third does with a root that nobody can write to. Each thing that is so is
 * reported in a line; the first that is not rejects. Resolves with how many there were. `uv` is the
 * version that the image was told to have.
 */
export async function liveOnItsVolume(
  engine: Engine,
  report: (line: string) => void,
  uv: string | null,
): Promise<number> {
  let count = 0
  const check: Check = (isSo, words) => {
    if (!isSo) throw new Error(`NOT so: ${words}`)
    count += 1
    report(`ok  ${words}`)
  }
  const buildStart = performance.now()
  await engine.build()
  const facts = await engine.image()
  report(`Built with ${engine.title} in ${seconds(performance.now() - buildStart)}`)
  report(`Image: ${megabytes(facts.bytes)}, not compressed; CMD ${facts.command.join(' ')}`)
  check(facts.user !== '' && !/^(0|root)\b/.test(facts.user), `its user is ${facts.user}, not root`)
  check(facts.healthcheck.length > 0, `its HEALTHCHECK is ${facts.healthcheck.join(' ')}`)
  check(facts.volumes.includes('/data'), 'its volume is /data')
  const host = facts.environment.find((one) => one.startsWith('METAMCP_HOST='))
  check(host === 'METAMCP_HOST=0.0.0.0', 'it listens to who is outside of it')

  const volume = await engine.makeVolume()
  const told = { facts, check }
  const kept = await firstLife(await engine.start({ volume, isReadOnly: false }), told)
  report('Again, in a new container on the same volume:')
  await nextLife(await engine.start({ volume, isReadOnly: false }), told, kept)
  report('Again, with a root that nobody can write to, and no capability:')
  const bounded = await engine.start({ volume, isReadOnly: true })
  await checkReadOnlyRoot(bounded, check)
  if (uv !== null) await checkUv(bounded, check, uv)
  await nextLife(bounded, told, kept)
  return count
}

type Told = { facts: ImageFacts; check: Check }

/** Of an empty volume; ends by force. */
async function firstLife(container: Container, told: Told): Promise<Kept> {
  await using metamcp = container
  const { check } = told
  check(true, `CMD on an empty volume: ready after ${seconds(metamcp.readyMs)}`)
  const key = /^API key +(sk_mt_\w+)$/m.exec(metamcp.stdout())?.[1] ?? ''
  check(key !== '' && /^Admin token +\S+$/m.test(metamcp.stdout()), 'it tells a key and a token')
  await checkInside(metamcp, told)

  const applied = await metamcp.exec(['metamcp', 'apply', '-'], JSON.stringify(CONFIG))
  check(
    applied.code === 0,
    `"metamcp apply" adds a server: ${applied.stdout.trim().split('\n')[0]}`,
  )
  const startedAt = performance.now()
  await using client = await connectLegacy(endpointOf(metamcp), key)
  await untilListed(client, 'memory__create_entities')
  const entity = { name: 'Ada', entityType: 'person', observations: ['was here before the end'] }
  const made = await client.callTool({
    name: 'memory__create_entities',
    arguments: { entities: [entity] },
  })
  const took = seconds(performance.now() - startedAt)
  check(made.isError !== true, `a client calls a tool of a server that npx fetched, within ${took}`)
  const exported = await exportOf(metamcp)
  check(exported.includes(MEMORY_PACKAGE), '"metamcp export" names the server')
  const code = await metamcp.signal('SIGKILL')
  check(code === 137, `kill -9 ends it (exit code ${code})`)
  return { key, exported }
}

/** Of a volume that another life has left; ends in peace. */
async function nextLife(container: Container, told: Told, { key, exported }: Kept): Promise<void> {
  await using metamcp = container
  const { check } = told
  check(true, `CMD on what is there: ready after ${seconds(metamcp.readyMs)}`)
  check(!metamcp.stdout().includes('sk_mt_'), 'it is no first start: no new key is told')
  check((await exportOf(metamcp)) === exported, 'all definitions are as they were')
  await checkInside(metamcp, told)

  const startedAt = performance.now()
  await using client = await connectAuto(endpointOf(metamcp), key)
  const graph = await client.callTool({ name: 'memory__read_graph' })
  const took = seconds(performance.now() - startedAt)
  const era = client.getNegotiatedProtocolVersion() ?? ''
  check(
    JSON.stringify(graph).includes('was here before the end'),
    `a client (${era}) with the key of before finds what the server kept, within ${took}`,
  )
  await checkBackup(metamcp, check)
  const stopStart = performance.now()
  const code = await metamcp.signal('SIGTERM')
  const stopped = seconds(performance.now() - stopStart)
  check(code === 0, `SIGTERM ends it with exit code ${code} after ${stopped}`)
}

type Client = Awaited<ReturnType<typeof connectLegacy>>

/** While npx fetches a new server nobody knows its tools: clients are told once they are there. */
async function untilListed(client: Client, name: string): Promise<void> {
  const isLate = once(AbortSignal.timeout(FETCHED_MS), 'abort')
  for (;;) {
    const isChanged = new Promise<void>((resolve) =>
      client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve()),
    )
    const { tools } = await client.listTools()
    if (tools.some((tool) => tool.name === name)) return
    const event = await Promise.race([isChanged, isLate])
    if (event !== undefined)
      throw new Error(`NOT so: ${name} is listed after ${seconds(FETCHED_MS)}`)
  }
}

function endpointOf(container: Container): URL {
  return new URL('/metamcp/default/mcp', container.url)
}

async function exportOf(container: Container): Promise<string> {
  const { code, stdout, stderr } = await container.exec(['metamcp', 'export'])
  if (code !== 0) throw new Error(`"metamcp export" ended with code ${code}: ${stderr}`)
  return stdout
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`
}
