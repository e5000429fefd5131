import { open, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes, randomInt } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ServerView } from '../../shared/server.ts'
import { listProcesses } from '../core/connections/process-tree.ts'
import { connectLegacy } from '../core/testing/clients.ts'
import { echoServer } from '../core/testing/echo-definition.ts'
import { runHeadless, startHeadless } from '../core/testing/headless-process.ts'
import { configFileOf } from '../core/testing/temp-core.ts'

let folder: string
let dataDir: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metamcp-headless-'))
  dataDir = join(folder, 'data')
})
afterEach(() => rm(folder, { recursive: true, maxRetries: 5 }))

async function configWith(content: unknown): Promise<string[]> {
  const path = join(folder, 'metamcp.json')
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  return ['--config', path]
}

test('the first start says where, with which key and how, and the key only once', async () => {
  {
    await using first = await startHeadless({ dataDir })
    expect(first.stdout()).toMatch(/^MetaMCP ready http:\/\/127\.0\.0\.1:\d+\n/)
    expect(first.stdout()).toContain(`Window         ${first.url} in a browser`)
    expect(first.stdout()).toContain(`MCP endpoint   ${first.url}/metamcp/default/mcp`)
    const snippet = first.stdout().slice(first.stdout().indexOf('{'))
    const config = JSON.parse(snippet) as { mcpServers: { metamcp: { url: string } } }
    expect(config.mcpServers.metamcp).toEqual({
      url: first.mcpUrl.href,
      headers: { Authorization: `Bearer ${first.key}` },
    })
    await using client = await connectLegacy(first.mcpUrl, first.key)
    expect((await client.listTools()).tools).toEqual([])
  }
  await using second = await startHeadless({ dataDir })
  expect(second.stdout()).not.toContain('sk_mt_')
})

test('a second process on the same data folder is refused, naming the first', async () => {
  await using first = await startHeadless({ dataDir })
  const { code, stdout, stderr } = await runHeadless({ dataDir })
  expect(code).toBe(1)
  expect(stdout).toBe('')
  expect(stderr).toContain(String(first.pid))
})

test('a stale lock of a killed process is not in the way', async () => {
  const killed = await startHeadless({ dataDir })
  expect(await killed.kill('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' })
  await using _again = await startHeadless({ dataDir })
})

test('a taken port is named, with the way to another', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const { code, stderr } = await runHeadless({ dataDir, args: ['--port', String(port)] })
  other.close()
  expect(code).toBe(1)
  expect(stderr).toMatch(new RegExp(`Port ${port} .*--port or METAMCP_PORT`))
})

test('a mistake in the config file stops the start, and nothing of it is applied', async () => {
  const args = await configWith({
    mcpServers: { good: { command: 'node' }, bad: { command: 'node', headerz: {} } },
  })
  const { code, stderr } = await runHeadless({ dataDir, args })
  expect(code).toBe(1)
  expect(stderr).toContain('mcpServers.bad.headerz')
  await using metamcp = await startHeadless({ dataDir })
  expect(await metamcp.admin.servers.list.query()).toEqual([])
})

test('SIGTERM ends every child and exits 0', async () => {
  const args = await configWith(configFileOf([echoServer({ grandchild: 'holds-pipes' })]))
  const metamcp = await startHeadless({ dataDir, args })
  const client = await connectLegacy(metamcp.mcpUrl, metamcp.key)
  const { structuredContent } = await client.callTool({ name: 'echo__state' })
  const { pid, children } = structuredContent as { pid: number; children: number[] }
  expect(children).toHaveLength(1)
  expect(await running([pid, ...children])).toEqual([pid, ...children])
  expect(await metamcp.kill('SIGTERM')).toEqual({ code: 0, signal: null })
  expect(await running([pid, ...children])).toEqual([])
  await client.close()
})

test('a call in flight when SIGTERM comes is finished', async () => {
  const args = await configWith(configFileOf([echoServer()]))
  const metamcp = await startHeadless({ dataDir, args })
  const client = await connectLegacy(metamcp.mcpUrl, metamcp.key)
  const started = Promise.withResolvers<void>()
  const call = client.callTool(
    { name: 'echo__slow', arguments: { steps: 10, stepMs: 50 } },
    undefined,
    { onprogress: () => started.resolve() },
  )
  await started.promise
  const ended = metamcp.kill('SIGTERM')
  expect((await call).content).toMatchObject([{ text: 'done after 10 steps' }])
  expect(await ended).toMatchObject({ code: 0 })
  await client.close()
})

test('while it closes, it says that it is not ready', async () => {
  const args = await configWith(configFileOf([echoServer()]))
  const metamcp = await startHeadless({ dataDir, args })
  const client = await connectLegacy(metamcp.mcpUrl, metamcp.key)
  const started = Promise.withResolvers<void>()
  const call = client.callTool({ name: 'echo__hold', arguments: { key: 'k' } }, undefined, {
    onprogress: () => started.resolve(),
  })
  const failed = expect(call).rejects.toThrow()
  await started.promise
  const ended = metamcp.kill('SIGTERM')
  const health = async () => (await fetch(`${metamcp.url}/health`)).status
  await expect.poll(health).toBe(503)
  expect(await ended).toMatchObject({ code: 0 })
  await failed
  await client.close()
})

test('a server that never answered is waited for once, also if we are killed meanwhile', async () => {
  const hanging = echoServer({ name: 'hangs', hangInInitialize: true })
  const args = await configWith(configFileOf([echoServer(), hanging]))
  const first = await startHeadless({ dataDir, args })
  const { key } = first
  await listTools(first.mcpUrl, key)
  await first.kill('SIGKILL')
  await using again = await startHeadless({ dataDir, args })
  const before = performance.now()
  expect(await listTools(again.mcpUrl, key)).toBeGreaterThan(0)
  expect(performance.now() - before).toBeLessThan(5_000)
})

async function listTools(url: URL, key: string): Promise<number> {
  const client = await connectLegacy(url, key)
  const { tools } = await client.listTools()
  await client.close()
  return tools.length
}

test('20 times killed while it writes, it loses nothing that it has answered', async () => {
  const answered = new Set<string>()
  for (let round = 0; round < 20; round++) {
    const metamcp = await startHeadless({ dataDir })
    const names = (await metamcp.admin.namespaces.list.query()).map((one) => one.name)
    expect(names).toEqual(expect.arrayContaining([...answered]))
    const enough = Promise.withResolvers<void>()
    const wanted = answered.size + randomInt(1, 25)
    const writing = [0, 1, 2].map(async (writer) => {
      for (let index = 0; ; index++) {
        const name = `r${round}-${writer}-${index}`
        await metamcp.admin.namespaces.create.mutate({ name })
        answered.add(name)
        if (answered.size >= wanted) enough.resolve()
      }
    })
    const broken = Promise.allSettled(writing)
    await enough.promise
    await metamcp.kill('SIGKILL')
    await broken
  }
  await using last = await startHeadless({ dataDir })
  const names = (await last.admin.namespaces.list.query()).map((one) => one.name)
  expect(names).toEqual(expect.arrayContaining([...answered]))
  expect(answered.size).toBeGreaterThan(20)
}, 180_000)

test('random bytes over the files of the database: the definitions come back, and it says so', async () => {
  const args = await configWith({
    ...configFileOf([echoServer({}, { env: { TOKEN: 'kept-secret' } })]),
  })
  const first = await startHeadless({ dataDir, args })
  const before = await everything(first)
  const { key } = first
  await first.kill('SIGTERM')
  for (const file of await filesIn(join(dataDir, 'db'))) await scribble(file)

  await using again = await startHeadless({ dataDir })
  expect(again.stdout()).toContain('rebuilt from its snapshot')
  expect(await everything(again)).toEqual(before)
  await using client = await connectLegacy(again.mcpUrl, key)
  const { structuredContent } = await client.callTool({ name: 'echo__env' })
  expect(structuredContent).toMatchObject({ env: { TOKEN: 'kept-secret' } })
  expect((await readdir(dataDir)).some((name) => name.startsWith('db.broken-'))).toBe(true)
})

async function everything({ admin }: Awaited<ReturnType<typeof startHeadless>>) {
  const servers = await admin.servers.list.query()
  return {
    servers: servers.map(definitionOf),
    namespaces: await admin.namespaces.list.query(),
    endpoints: await admin.endpoints.list.query(),
    apiKeys: await admin.apiKeys.list.query(),
  }
}

/** A server without what is so at the moment. */
function definitionOf(server: ServerView): object {
  const fields = Object.entries(server).filter(([name]) => !OF_THE_MOMENT.has(name))
  return Object.fromEntries(fields)
}

const OF_THE_MOMENT = new Set<string>([
  ...['state', 'error', 'problem', 'startedAt', 'startMs', 'retryAt'],
  ...['toolCount', 'tokenCount', 'lastSeenAt'],
])

async function filesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

async function scribble(path: string): Promise<void> {
  await using file = await open(path, 'r+')
  const { size } = await file.stat()
  for (let place = 0; place < size; place += 4_096) {
    await file.write(randomBytes(64), 0, Math.min(64, size - place), place + 64)
  }
}

/** Which of these run; what has ended but was not yet reaped by its parent does not count. */
async function running(pids: number[]): Promise<number[]> {
  const all = new Set((await listProcesses()).map(({ pid }) => pid))
  return pids.filter((pid) => all.has(pid))
}
