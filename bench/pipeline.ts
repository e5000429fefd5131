import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Client } from 'undici'
import { openLog, startCore, type Core, type CoreConfig } from '../electron/core/index.ts'
import { echoServer } from '../electron/core/testing/echo-definition.ts'

/** What all middlewares together may add to a call, in ms at the median. */
const LIMIT_MS = 0.1
const WARM_UP = 1_000
const CALLS = 4_000

/** None of them does the call's work for it: the cache is asked and misses, nothing is held or cut. */
const MIDDLEWARE = [
  { use: 'limit-time', ms: 60_000 },
  { use: 'limit-rate', perMinute: 1_000_000, perClientPerMinute: 1_000_000 },
  { use: 'limit-size', characters: 40_000 },
  {
    use: 'redact',
    kinds: ['secrets', 'emails', 'phones', 'cards', 'ibans', 'addresses'],
    words: ['Project X'],
  },
  { use: 'log-call' },
  { use: 'approve', destructive: true, tools: ['echo__drop*'] },
  { use: 'cache', seconds: 60 },
]
/** So that the cache has to do with it. */
const TOOLS = { echo__echo: { annotations: { readOnlyHint: true, idempotentHint: true } } }

const FILE = {
  mcpServers: { echo: { ...withoutName(), type: 'stdio' } },
  namespaces: {
    without: { servers: ['echo'], tools: TOOLS },
    with: { servers: ['echo'], tools: TOOLS, middleware: MIDDLEWARE },
  },
  endpoints: {
    without: { namespace: 'without', auth: { apiKey: false } },
    with: { namespace: 'with', auth: { apiKey: false } },
  },
}

function withoutName() {
  const { command, args } = echoServer()
  return { command, args }
}

/**
 * The same call with and without all middlewares, in turn, over HTTP through one core to one server
 * over stdio. Prints both medians and what the middlewares add; returns the exit code, 1 when that
 * is over the limit.
 */
export async function benchPipeline(): Promise<number> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-bench-'))
  const core = await startCore(await configIn(folder.path))
  try {
    const without = { caller: await openCaller(core, 'without'), times: [] as number[] }
    const withAll = { caller: await openCaller(core, 'with'), times: [] as number[] }
    for (let count = 0; count < WARM_UP + CALLS; count++) {
      // Whoever comes second finds everything warm: they take turns.
      const both = count % 2 === 0 ? [without, withAll] : [withAll, without]
      for (const { caller, times } of both) {
        const took = await caller.call(count)
        if (count >= WARM_UP) times.push(took)
      }
    }
    await Promise.all([without.caller.close(), withAll.caller.close()])
    return report(median(without.times), median(withAll.times))
  } finally {
    await core.close()
  }
}

function report(without: number, withAll: number): number {
  const added = withAll - without
  const lines = [
    `calls        ${CALLS} each, in turn`,
    `p50 without  ${without.toFixed(3)} ms`,
    `p50 with     ${withAll.toFixed(3)} ms: ${MIDDLEWARE.map(({ use }) => use).join(', ')}`,
    `added        ${added.toFixed(3)} ms of ${LIMIT_MS}`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  return added <= LIMIT_MS ? 0 : 1
}

function median(times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? Infinity
}

/** A session on an endpoint, on one connection, at the level of messages. */
async function openCaller({ url }: Core, endpoint: string) {
  const client = new Client(url)
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
  const post = async (message: object) => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    const path = `/metamcp/${endpoint}/mcp`
    const answer = await client.request({ method: 'POST', path, headers, body })
    return { answer, text: await answer.body.text() }
  }
  const params = {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'bench', version: '1' },
  }
  const { answer } = await post({ id: 0, method: 'initialize', params })
  headers['mcp-session-id'] = String(answer.headers['mcp-session-id'])
  await post({ method: 'notifications/initialized' })
  return {
    /** Milliseconds until the answer was read. */
    async call(count: number): Promise<number> {
      const message = `Call ${count} asks for nothing in particular, in a sentence or two.`
      const started = performance.now()
      const given = { name: 'echo__echo', arguments: { message } }
      const { text } = await post({ id: count + 1, method: 'tools/call', params: given })
      const took = performance.now() - started
      if (!text.includes(message)) throw new Error(`not the answer to call ${count}: ${text}`)
      return took
    },
    close: () => client.close(),
  }
}

async function configIn(folder: string): Promise<CoreConfig> {
  const configFile = join(folder, 'metamcp.json')
  await writeFile(configFile, JSON.stringify(FILE))
  return {
    ...{ dataDir: join(folder, 'data'), host: '127.0.0.1', port: 0, publicUrl: null, configFile },
    ...{ restoreFile: null, secretKey: null, adminToken: null, pageDir: null },
    resourcesDir: resolve(import.meta.dirname, '../resources'),
    ...{ databaseTemplate: null, env: process.env, version: 'bench', log: openLog('silent') },
  }
}
