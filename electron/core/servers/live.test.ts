import { expect, test } from 'vitest'
import { echoServer } from '../testing/echo-definition.ts'
import { startTempCore, type TempCore } from '../testing/temp-core.ts'

const add = async (core: TempCore, input: Parameters<typeof core.admin.servers.create.mutate>[0]) =>
  (await core.admin.servers.create.mutate(input)).id

test('what a server offers, where it goes and what it prints is told', async () => {
  await using core = await startTempCore()
  const { servers, namespaces, endpoints } = core.admin
  const id = await add(
    core,
    echoServer(
      { name: 'one', tools: 2, stderr: 'token is hush-hush\n' },
      { env: { T: 'hush-hush' } },
    ),
  )
  const { works, server } = await servers.test.mutate({ id })
  expect(works).toBe(true)
  expect(server).toMatchObject({ state: 'running', problem: null, startMs: expect.any(Number) })
  await expect.poll(async () => (await servers.get.query({ id })).tokenCount).toBeGreaterThan(0)
  const catalog = await servers.catalog.query({ id })
  const seen = await servers.get.query({ id })
  expect(catalog.tools.length).toBe(seen.toolCount)
  const sumOfTools = async () => {
    const { tools } = await servers.catalog.query({ id })
    return tools.reduce((sum, { tokens }) => sum + tokens, 0)
  }
  // Between the two, what was estimated may have been counted.
  await expect
    .poll(async () => (await sumOfTools()) === (await servers.get.query({ id })).tokenCount)
    .toBe(true)
  expect(seen.lastSeenAt).toBeGreaterThan(Date.now() - 60_000)
  const { text } = await servers.stderr.query({ id })
  expect(text).toContain('token is •••')

  expect(await servers.usedBy.query({ id })).toEqual([])
  const [space] = await namespaces.list.query()
  if (!space) return expect.unreachable('there is a first namespace')
  const patch = { servers: [{ serverId: id }] }
  await namespaces.update.mutate({ id: space.id, patch })
  const [endpoint] = await endpoints.list.query()
  expect(await servers.usedBy.query({ id })).toEqual([
    {
      ...{ namespaceId: space.id, namespace: space.name, on: true },
      endpoints: [{ id: endpoint?.id, name: endpoint?.name, enabled: true }],
    },
  ])
})

test('a server starts again when asked, and is no more the one it was', async () => {
  await using core = await startTempCore()
  const { servers } = core.admin
  const id = await add(core, echoServer({ name: 'one' }))
  const first = (await servers.test.mutate({ id })).server.startedAt
  await servers.restart.mutate({ id })
  await expect.poll(async () => (await servers.get.query({ id })).state).toBe('running')
  expect((await servers.get.query({ id })).startedAt).toBeGreaterThan(first ?? Infinity)
})

test('a server that was too slow gets more time, once', async () => {
  await using core = await startTempCore()
  const { servers } = core.admin
  const id = await add(core, echoServer({ delayMs: 1_500 }, { startTimeoutMs: 500 }))
  const { works, server } = await servers.test.mutate({ id })
  expect(works).toBe(false)
  expect(server.problem).toMatchObject({ code: 'no-answer', timeoutMs: 500 })
  const longer = await servers.waitLonger.mutate({ id, ms: 20_000 })
  // The problem stays in view until it is over.
  expect(longer).toMatchObject({ state: 'starting', problem: { code: 'no-answer' } })
  const poll = { timeout: 15_000 }
  await expect.poll(async () => (await servers.get.query({ id })).state, poll).toBe('running')
  expect(await servers.get.query({ id })).toMatchObject({ problem: null, startTimeoutMs: 500 })
})

test('many are switched and removed in one go, and none if one of them is unknown', async () => {
  await using core = await startTempCore()
  const { servers } = core.admin
  const ids = [
    await add(core, echoServer({ name: 'a' })),
    await add(core, echoServer({ name: 'b' })),
  ]
  await expect(
    servers.setEnabledMany.mutate({ ids: [...ids, 'no-such-id'], enabled: false }),
  ).rejects.toThrow('no-such-id')
  expect((await servers.list.query()).every(({ enabled }) => enabled)).toBe(true)
  const views = await servers.setEnabledMany.mutate({ ids, enabled: false })
  expect(views.map(({ state }) => state)).toEqual(['disabled', 'disabled'])
  const [a = ''] = ids
  await expect(servers.restart.mutate({ id: a })).rejects.toThrow('The server "a" is off.')
  const { removalId, names } = await servers.deleteMany.mutate({ ids })
  expect(names.toSorted()).toEqual(['a', 'b'])
  expect(await servers.list.query()).toEqual([])
  await core.admin.removals.restore.mutate({ id: removalId })
  expect((await servers.list.query()).map(({ id }) => id)).toEqual(ids)
})
