import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { CallsOptions } from '../calls/calls.ts'
import type { Database } from '../db/open.ts'
import { connectAuto, connectLegacy } from '../testing/clients.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { openRawClient } from '../testing/raw-client.ts'
import { openTempAccounts } from '../testing/temp-accounts.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'
import { setMiddleware, startWithMiddleware } from '../testing/with-middleware.ts'

const TOKEN = 'ghp_abcdefghijklmnop1234'
const QUICK = { callLog: { everyMs: 10 } }

const listed = ({ admin }: TempCore, filters = {}) =>
  admin.calls.list.query({ limit: 100, filters }).then(({ calls }) => calls)

/** Tests that need nothing else of it share one: a start takes seconds. */
let core: TempCore
beforeAll(async () => {
  const reflect = { annotations: { readOnlyHint: true, idempotentHint: true } }
  const options = { namespace: { tools: { echo__reflect: reflect } }, times: QUICK }
  core = await startWithMiddleware([], options)
})
afterAll(() => core[Symbol.asyncDispose]())
beforeEach(async () => void (await core.admin.calls.clear.mutate()))

const clients = [
  ['SDK v1', connectLegacy],
  ['SDK v2', connectAuto],
] as const

test.each(clients)('what a client of %s calls is in the log', async (_, connect) => {
  await setMiddleware(core, [])
  await using client = await connect(core.mcpUrl(), core.key)
  await client.callTool({ name: 'echo__echo', arguments: { message: 'hello' } })
  await client.callTool({ name: 'echo__fail', arguments: {} })
  await client.callTool({ name: 'nothing', arguments: {} }).catch(() => undefined)
  await client.listTools()
  await expect.poll(async () => (await listed(core)).length).toBe(3)
  const [unknown, failed, echo] = await listed(core)
  expect(echo).toMatchObject({
    ...{ endpoint: 'default', client: 'test-client', clientVersion: '1.0.0', server: 'echo' },
    ...{ method: 'tools/call', name: 'echo__echo', outcome: 'ok', error: null },
    argumentsSize: JSON.stringify({ message: 'hello' }).length,
  })
  expect(echo?.caller).toMatch(/^api-key:/)
  expect(echo?.ms).toBeGreaterThan(0)
  expect(failed).toMatchObject({ outcome: 'tool-error', error: 'it went wrong' })
  expect(unknown).toMatchObject({ outcome: '-32602', server: null, name: 'nothing' })
  // Nobody asked for what it said to be kept.
  const detail = await core.admin.calls.get.query({ id: echo?.id ?? 0 })
  expect([detail.arguments, detail.result]).toEqual([null, null])
  const [stats] = await core.admin.calls.stats.query({ by: 'server' })
  expect(stats).toMatchObject({ key: 'echo', calls: 2, failed: 1 })
})

test.each(['legacy', 'modern'] as const)(
  'a namespace that says so has the log keep what was said, %s, without secrets',
  async (era) => {
    await setMiddleware(core, [
      { use: 'redact', words: ['Ada'], results: false },
      { use: 'log-call', maxCharacters: 200 },
    ])
    await using client = await openRawClient(core, { era })
    const message = `Ada says ${TOKEN}`
    expect(await client.call('echo__echo', { message })).toBe('[redacted] says [redacted secret]')
    await client.call('echo__big', { bytes: 5_000 })
    await expect.poll(async () => (await listed(core)).length).toBe(2)
    const [big, echo] = await listed(core)
    const get = (id = 0) => core.admin.calls.get.query({ id })
    const kept = await get(echo?.id)
    expect(kept.arguments).toBe('{"message":"[redacted] says [redacted secret]"}')
    expect(kept.result).toContain('[redacted] says [redacted secret]')
    expect(JSON.stringify(kept)).not.toContain(TOKEN)
    const cut = await get(big?.id)
    expect(cut.result).toHaveLength(201)
    expect(cut.result?.endsWith('…')).toBe(true)
    expect(cut.resultSize).toBeGreaterThan(5_000)
  },
)

test('a call is logged as of its server also where that was not asked', async () => {
  await setMiddleware(core, [
    { use: 'limit-rate', perMinute: 3 },
    { use: 'cache', seconds: 60 },
  ])
  const [endpoint] = await core.admin.endpoints.list.query()
  const patch = { discovery: { mode: 'search' as const } }
  await core.admin.endpoints.update.mutate({ id: endpoint?.id ?? '', patch })
  await using client = await openRawClient(core, { era: 'modern' })
  const call = (name: string, args: object) =>
    client.request('tools/call', { name, arguments: args }).catch(() => null)
  const asked = { a: 1 }
  await call('echo__reflect', asked)
  // From the cache, from the cache, by ourselves, by nobody, and by nobody.
  await call('echo__reflect', asked)
  await call('call_tool', { name: 'echo__reflect', arguments: asked })
  await call('search_tools', { query: 'reflect' })
  await call('echo__reflect', asked)
  await call('made_up', {})
  await expect.poll(async () => (await listed(core)).length).toBe(6)
  const rows = (await listed(core)).toReversed()
  expect(rows.map(({ name, server, outcome }) => [name, server, outcome])).toEqual([
    ...[1, 2, 3].map(() => ['echo__reflect', 'echo', 'ok']),
    ['search_tools', null, 'ok'],
    ['echo__reflect', 'echo', '-32029'],
    ['made_up', null, '-32029'],
  ])
  const stats = async (by: 'tool' | 'server') => {
    const found = await core.admin.calls.stats.query({ by })
    return found.map(({ key, calls, failed }) => [key, calls, failed])
  }
  expect(await stats('tool')).toEqual([
    ['echo__reflect', 4, 1],
    ['search_tools', 1, 0],
    [null, 1, 1],
  ])
  expect(await stats('server')).toEqual([
    ['echo', 4, 1],
    [null, 2, 1],
  ])
})

test('a call does not wait for a database that is stalled: what is too much is dropped, and counted', async () => {
  const own = Promise.withResolvers<Database['record']>()
  const over = (one: CallsOptions['db']) => {
    own.resolve(one.record)
    return one
  }
  const callLog = { everyMs: 1, maxRows: 20, over }
  await using core = await startTempCore({
    ...{ database: 'embedded', file: configFileOf([echoServer()]), times: { callLog } },
  })
  await using client = await openRawClient(core, { era: 'modern' })
  expect(await client.call('echo__echo', { message: 'hi' })).toBe('hi')
  const health = () => core.admin.calls.health.query()
  await expect.poll(health).toEqual({ written: 1, dropped: 0, queued: 0 })
  // Somebody has the database's only session, and keeps it.
  const release = Promise.withResolvers<void>()
  const isHeld = Promise.withResolvers<void>()
  const holding = (await own.promise)(() => {
    isHeld.resolve()
    return release.promise
  })
  await isHeld.promise
  const reading = listed(core)
  for (let count = 0; count < 30; count++) {
    expect(await client.call('echo__echo', { message: 'hi' })).toBe('hi')
  }
  expect(await health()).toEqual({ written: 1, dropped: 10, queued: 20 })
  release.resolve()
  await holding
  // Who looked meanwhile is answered now, and no more is lost.
  expect(await reading).toHaveLength(1)
  await expect.poll(health).toEqual({ written: 21, dropped: 10, queued: 0 })
  expect(await listed(core)).toHaveLength(21)
  const filter = { text: 'the call log lacks calls' }
  expect(await core.admin.logs.list.query({ filter })).toHaveLength(1)
})

test('a call does not fail for a database that is broken', async () => {
  const append = () => Promise.reject(new Error('no'))
  const over = (own: CallsOptions['db']) => ({ ...own, append })
  const times = { callLog: { everyMs: 1, over } }
  await using core = await startTempCore({ file: configFileOf([echoServer()]), times })
  await using client = await openRawClient(core, { era: 'modern' })
  expect(await client.call('echo__echo', { message: 'hi' })).toBe('hi')
  const health = () => core.admin.calls.health.query()
  await expect.poll(health).toEqual({ written: 0, dropped: 1, queued: 0 })
})

test('the log outlives a restart, and is as long as the settings say', async () => {
  const file = configFileOf([echoServer()])
  await using core = await startTempCore({ file })
  {
    await using client = await openRawClient(core, { era: 'legacy' })
    for (let count = 0; count < 120; count++) await client.call('echo__echo', { message: 'hi' })
  }
  // What waits then is written.
  await core.close()
  await using again = await startTempCore({ dataDir: core.dataDir, times: QUICK })
  const { admin } = again
  expect((await admin.calls.list.query({ limit: 200 })).calls).toHaveLength(120)
  await admin.settings.set.mutate({ callLogRows: 100 })
  await expect
    .poll(async () => (await admin.calls.list.query({ limit: 200 })).calls.length)
    .toBe(100)
  await expect(admin.settings.set.mutate({ callLogRows: 10 })).rejects.toThrow()
  expect(await admin.calls.clear.mutate()).toEqual({ cleared: 100 })
  expect(await listed(again)).toEqual([])
  const { entries } = await admin.audit.list.query({ limit: 10 })
  expect(entries.map(({ action }) => action)).toContain('calls.clear')
})

test('calls of an account are its own, and go with it', async () => {
  const file = configFileOf([echoServer()])
  await using core = await startTempCore({ auth: 'accounts', file, times: QUICK })
  const { ada, ben, cara } = await openTempAccounts(core)
  await core.admin.settings.set.mutate({ membersRunPrograms: true })
  const server = await ben.trpc.servers.create.mutate(echoServer({}, { name: 'diary' }))
  const servers = [{ serverId: server.id }]
  const namespace = await ben.trpc.namespaces.create.mutate({ name: 'notes', servers })
  const endpoint = { name: 'memoir', namespaceId: namespace.id }
  const { address } = await ben.trpc.endpoints.create.mutate(endpoint)
  const { key: bens } = await ben.trpc.apiKeys.create.mutate({ name: 'b' })
  const { key: caras } = await cara.trpc.apiKeys.create.mutate({ name: 'c' })
  const call = async (path: string, key: string, tool: string) => {
    await using client = await connectLegacy(core.mcpUrl(path), key)
    await client.callTool({ name: tool, arguments: { message: 'hi' } })
  }
  await call(address, bens, 'diary__echo')
  await call('default', bens, 'echo__echo')
  await call('default', caras, 'echo__add')
  const names = async ({ trpc }: typeof ben) => {
    const { calls } = await trpc.calls.list.query({ limit: 10 })
    return calls.map(({ name }) => name).toSorted()
  }
  await expect.poll(async () => (await listed(core)).length).toBe(3)
  expect(await names(ben)).toEqual(['diary__echo', 'echo__echo'])
  expect(await names(cara)).toEqual(['echo__add'])
  expect(await names(ada)).toEqual(['echo__add', 'echo__echo'])
  await expect(cara.trpc.calls.clear.mutate()).rejects.toThrow()
  // How much others call is not for her.
  expect(await cara.trpc.calls.health.query()).toEqual({ written: 0, dropped: 0, queued: 0 })
  expect(await ada.trpc.calls.health.query()).toMatchObject({ written: 3 })

  const [own] = (await listed(core, { name: 'diary__echo' })).map(({ id }) => id)
  await expect(ada.trpc.calls.get.query({ id: own ?? 0 })).rejects.toThrow('no such call')
  expect(await ben.trpc.calls.get.query({ id: own ?? 0 })).toMatchObject({ endpoint: address })
  await core.admin.accounts.remove.mutate({ id: ben.id })
  expect((await listed(core)).map(({ name }) => name).toSorted()).toEqual([
    'echo__add',
    'echo__echo',
  ])
})
