import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { existsSync } from 'node:fs'
import { mkdtempDisposable, readdir, readlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTick } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { listProcesses } from '../connections/process-tree.ts'
import { openLog, type Logger } from '../log.ts'
import { connectAuto, connectLegacy } from '../testing/clients.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

const TWENTY = Array.from({ length: 20 }, (_, index) =>
  echoServer({ name: `s${index}`, bare: true, tools: 25 }),
)

test('a restarted process lists 20 × 25 tools before any server has started', async () => {
  await using first = await startTempCore({ file: configFileOf(TWENTY) })
  {
    await using client = await connectLegacy(first.mcpUrl(), first.key)
    expect((await client.listTools()).tools).toHaveLength(500)
  }
  await first.close()

  // Now one hangs and one exits; both are eager, and all others would have to be started first.
  await using again = await startTempCore({
    dataDir: first.dataDir,
    file: configFileOf([
      ...TWENTY.slice(0, 18),
      echoServer({ name: 's18', hangInInitialize: true }, { start: 'eager' }),
      echoServer({ name: 's19', exitAtStart: { code: 1 } }, { start: 'eager' }),
    ]),
  })
  await using client = await connectLegacy(again.mcpUrl(), again.key)
  expect((await client.listTools()).tools).toHaveLength(500)
  const states = (await again.admin.servers.list.query()).map((server) => server.state)
  expect(states.filter((state) => state === 'running')).toEqual([])
  const answer = await client.callTool({ name: 's3__tool_001', arguments: { query: 'x' } })
  expect(answer.content).toMatchObject([{ type: 'text' }])
})

test('a first start that is broken off in its middle is made up for by the next', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-began-'))
  const mark = join(folder.path, 'began')
  // The first time it says that it was begun, and no more.
  const once = `if [ -e "$1" ]; then shift; exec "$@"; fi; touch "$1"; exec sleep 60`
  const { command, args = [] } = echoServer()
  const server = echoServer({}, { command: 'sh', args: ['-c', once, 'sh', mark, command, ...args] })
  await using first = await startTempCore({ file: configFileOf([server]) })
  await expect.poll(() => existsSync(mark), { timeout: 10_000 }).toBe(true)
  await first.close()

  const { dataDir } = first
  await using again = await startTempCore({ dataDir, file: configFileOf([server]) })
  await using client = await connectLegacy(again.mcpUrl(), again.key)
  const answer = await client.callTool({ name: 'echo__echo', arguments: { message: 'm' } })
  expect(answer.content).toMatchObject([{ text: 'm' }])
})

test('a server that hangs in its first start, and one that exits, cost the others nothing', async () => {
  const file = configFileOf([
    echoServer({ name: 'good' }),
    echoServer({ name: 'hangs', hangInInitialize: true }),
    echoServer({ name: 'exits', exitAtStart: { code: 1, stderr: 'broken' } }),
  ])
  await using core = await startTempCore({ file, times: { firstTryMs: 200 } })
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  const names = async () => (await client.listTools()).tools.map((tool) => tool.name)
  await expect.poll(names, { timeout: 10_000 }).toContain('good__echo')
  expect((await names()).every((name) => name.startsWith('good__'))).toBe(true)
  const answer = await client.callTool({ name: 'good__echo', arguments: { message: 'm' } })
  expect(answer.content).toMatchObject([{ text: 'm' }])
})

test('a server that is added and hangs delays no call of the others', async () => {
  await using core = await startTempCore({ file: configFileOf([echoServer({ name: 'good' })]) })
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  const call = () => client.callTool({ name: 'good__echo', arguments: { message: 'm' } })
  await call()
  const hanging = echoServer({ name: 'hangs', hangInInitialize: true })
  const { id: serverId } = await core.admin.servers.create.mutate(hanging)
  const [namespace] = await core.admin.namespaces.list.query()
  const servers = [...(namespace?.servers ?? []), { serverId, enabled: true }]
  await core.admin.namespaces.update.mutate({ id: namespace?.id ?? '', patch: { servers } })
  const before = performance.now()
  expect((await call()).content).toMatchObject([{ text: 'm' }])
  // Lists may wait 10 s for it, once; calls of what is known do not.
  expect(performance.now() - before).toBeLessThan(5_000)
  expect((await core.admin.servers.get.query({ id: serverId })).state).toBe('starting')
})

test('a server that is corrected in its first try is asked again', async () => {
  await using core = await startTempCore({
    file: configFileOf([echoServer({ hangInInitialize: true })]),
  })
  const [server] = await core.admin.servers.list.query()
  const patch = { args: echoServer().args ?? [] }
  await core.admin.servers.update.mutate({ id: server?.id ?? '', patch })
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  expect((await client.listTools()).tools.map((tool) => tool.name)).toContain('echo__echo')
})

test('a definition that the config file changes is asked anew at the next start', async () => {
  const tool = (name: string) => [{ name, inputSchema: { type: 'object' } }]
  const fileWith = (name: string) =>
    configFileOf([echoServer({ bare: true, extraTools: tool(name) })])
  await using first = await startTempCore({ file: fileWith('old') })
  const names = async (core: TempCore) => {
    await using client = await connectLegacy(core.mcpUrl(), core.key)
    return (await client.listTools()).tools.map((one) => one.name)
  }
  expect(await names(first)).toEqual(['echo__old'])
  await first.close()
  await using again = await startTempCore({ dataDir: first.dataDir, file: fileWith('new') })
  await expect.poll(() => names(again), { timeout: 10_000 }).toEqual(['echo__new'])
})

test('a tool of a server that is being asked for the first time waits for that', async () => {
  await using core = await startTempCore({ file: configFileOf([echoServer({ delayMs: 300 })]) })
  await using client = await connectAuto(core.mcpUrl(), core.key)
  const answer = await client.callTool({ name: 'echo__echo', arguments: { message: 'late' } })
  expect(answer.content).toMatchObject([{ text: 'late' }])
})

test('a server that takes longer than our time limit: -32603 with server and limit', async () => {
  const times = { callTimeoutMs: 100 }
  await using core = await startTempCore({ times, file: configFileOf([echoServer()]) })
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  await expect(client.callTool({ name: 'echo__never' })).rejects.toMatchObject({
    code: -32603,
    data: { server: 'echo', timeoutMs: 100 },
  })
})

test('two servers with one resource URI: the first in order owns it, and the log says so once', async () => {
  const lines: object[] = []
  const log: Logger = { ...openLog('silent'), child: () => log, warn: (facts) => lines.push(facts) }
  const file = configFileOf([
    echoServer({ name: 'a', extraResources: [{ uri: 'own://a', name: 'a' }] }),
    echoServer({ name: 'b', bare: true, extraResources: [{ uri: 'own://a', name: 'b' }] }),
  ])
  await using core = await startTempCore({ file, log })
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  await client.listResources()
  await client.listTools()
  const own = (await client.listResources()).resources.filter(({ uri }) => uri === 'own://a')
  expect(own).toMatchObject([{ name: 'a' }])
  expect(lines).toEqual([{ endpoint: 'default', uri: 'own://a', server: 'b', owner: 'a' }])
})

test('a child killed in a call fails that call with the reason, and the next call succeeds', async () => {
  await using core = await startTempCore({ file: configFileOf([echoServer()]) })
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  const pid = async () => {
    const { structuredContent } = await client.callTool({ name: 'echo__state' })
    return (structuredContent as { pid: number }).pid
  }
  const before = await pid()
  const started = Promise.withResolvers<void>()
  const call = client.callTool({ name: 'echo__hold', arguments: { key: 'k' } }, undefined, {
    onprogress: () => started.resolve(),
  })
  const failed = expect(call).rejects.toMatchObject({
    code: -32603,
    data: { server: 'echo', reason: expect.stringMatching(/SIGKILL/) as string },
  })
  await started.promise
  process.kill(before, 'SIGKILL')
  await failed
  expect(await pid()).not.toBe(before)
})

test('200 sessions leave no child, handle or listener behind', async () => {
  await using core = await startTempCore({
    file: configFileOf([echoServer({ name: 'a' }), echoServer({ name: 'b' })]),
    // Connections that clients leave open are handles as well, for a while.
    times: { keepAliveMs: 500 },
  })
  const stay = async () => {
    const client = await connectLegacy(core.mcpUrl(), core.key)
    await client.callTool({ name: 'a__echo', arguments: { message: 'x' } })
    await client.callTool({ name: 'b__echo', arguments: { message: 'x' } })
    await client[Symbol.asyncDispose]()
  }
  await Promise.all(Array.from({ length: 12 }, stay))
  const database = join(core.dataDir, 'db')
  let before: Record<string, number> = {}
  // Counted while polling, as it will be afterwards: the poll has timers of its own.
  await expect
    .poll(async () => Object.keys((before = await leftovers(database))).length)
    .toBeGreaterThan(0)
  for (let opened = 0; opened < 200; opened += 12) {
    await Promise.all(Array.from({ length: Math.min(12, 200 - opened) }, stay))
  }
  const grown = async () => {
    const after = await leftovers(database)
    return Object.keys(after).filter((kind) => (after[kind] ?? 0) > (before[kind] ?? 0))
  }
  // Sockets that a client keeps alive close some seconds after their last use.
  await expect.poll(grown, { timeout: 15_000 }).toEqual([])
})

test('a session that nobody uses expires, and one with an open stream does not', async () => {
  await using core = await startTempCore({ times: { sessionIdleMs: 500, sessionSweepMs: 10 } })
  const url = core.mcpUrl()
  const authorization = `Bearer ${core.key}`
  const open = async () => {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: {} }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })
    const headers = { authorization, 'content-type': 'application/json' }
    const response = await fetch(url, { method: 'POST', headers, body })
    return response.headers.get('mcp-session-id') ?? ''
  }
  // Refused for its Accept while there is such a session, and not a use of it.
  const ask = async (id: string) =>
    (await fetch(url, { headers: { authorization, 'mcp-session-id': id, accept: 'x/y' } })).status
  const [listening, idle] = [await open(), await open()]
  const accept = 'text/event-stream'
  const headers = { authorization, 'mcp-session-id': listening, accept }
  const stream = await fetch(url, { headers })
  await expect.poll(() => ask(idle), { timeout: 10_000 }).toBe(404)
  expect(await ask(listening)).toBe(406)
  await stream.body?.cancel()
  await expect.poll(() => ask(listening), { timeout: 10_000 }).toBe(404)
})

test('a switch or an override reaches a live session as list_changed', async () => {
  await using core = await startTempCore({ file: configFileOf([echoServer()]) })
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  let told = 0
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => void told++)
  const names = async () => (await client.listTools()).tools.map((tool) => tool.name)
  expect(await names()).toContain('echo__add')

  const [namespace] = await core.admin.namespaces.list.query()
  const [server] = await core.admin.servers.list.query()
  const change = { id: namespace?.id ?? '', patch: { serverId: server?.id ?? '', tool: 'add' } }
  const { id, patch } = change
  await core.admin.namespaces.setTool.mutate({ id, patch: { ...patch, name: 'plus' } })
  await expect.poll(() => told, { timeout: 1_000 }).toBe(1)
  expect(await names()).toContain('plus')
  await expect(client.callTool({ name: 'echo__add' })).rejects.toMatchObject({ code: -32602 })

  await core.admin.namespaces.setTool.mutate({ id, patch: { ...patch, enabled: false } })
  await expect.poll(() => told, { timeout: 1_000 }).toBe(2)
  expect(await names()).not.toContain('plus')
  for (const name of ['plus', 'echo__add', 'add']) {
    await expect(client.callTool({ name })).rejects.toMatchObject({ code: -32602 })
  }

  await core.admin.servers.setEnabled.mutate({ id: server?.id ?? '', enabled: false })
  await expect.poll(() => told, { timeout: 1_000 }).toBe(3)
  expect(await names()).toEqual([])
  await using modern = await connectAuto(core.mcpUrl(), core.key)
  expect((await modern.listTools()).tools).toEqual([])
})

/** How many of each kind of handle, child, file descriptor and listener this process has now. */
async function leftovers(database: string): Promise<Record<string, number>> {
  await nextTick()
  const handles = Map.groupBy(process.getActiveResourcesInfo(), (kind) => kind)
  const listeners = process.eventNames().map((name) => process.listenerCount(name))
  const rows = await listProcesses()
  return {
    ...Object.fromEntries([...handles].map(([kind, all]) => [kind, all.length])),
    children: rows.filter(({ ppid }) => ppid === process.pid).length,
    descriptors: await descriptorsOutside(database),
    listeners: listeners.reduce((sum, count) => sum + count, 0),
  }
}

/** PostgreSQL keeps the files of its tables open once it has used them, so many and no more. */
async function descriptorsOutside(database: string): Promise<number> {
  const open = await readdir('/proc/self/fd').catch(() => [])
  const targets = await Promise.all(
    open.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  )
  return targets.filter((target) => !target.startsWith(database)).length
}
