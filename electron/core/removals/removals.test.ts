import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { accessOf } from '../access.ts'
import { removals as table } from '../db/schema.ts'
import { parseJson } from '../json.ts'
import { openLog } from '../log.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { connectLegacy } from '../testing/clients.ts'
import { configFileOf, startTempCore } from '../testing/temp-core.ts'
import { openTempStores, someServer, type TempStores } from '../testing/temp-stores.ts'
import { openRemovals, type RemovalsOptions } from './removals.ts'

const OPERATOR = accessOf({ kind: 'local' })
const MINUTE = 60_000
const TOOLS = parseJson('[{"name":"echo","n":12345678901234567890}]') as { name: string }[]
const SIGN_IN = { url: 'https://one.example/mcp', needed: null, client: null, tokens: null }

/** Three servers in two namespaces with rules, a catalog, a sign-in, an endpoint and two keys. */
async function fill({ servers, namespaces, endpoints, apiKeys, catalogs, signIns }: TempStores) {
  const ids = []
  for (const name of ['zero', 'one', 'two']) ids.push((await servers.create(someServer(name))).id)
  const [zero = '', one = '', two = ''] = ids
  const members = [zero, one, two].map((serverId) => ({ serverId, enabled: serverId !== one }))
  const work = await namespaces.create({ name: 'work', servers: members })
  await namespaces.setTool(work.id, { serverId: one, tool: 'echo', name: 'say', enabled: false })
  await namespaces.create({ name: 'play', servers: [{ serverId: one }] })
  const lists = { prompts: [], resources: [], resourceTemplates: [] }
  await catalogs.save(one, { hello: { protocolVersion: 'x' }, tools: TOOLS, ...lists })
  await signIns.put(one, SIGN_IN)
  const endpoint = await endpoints.create({ name: 'work', namespaceId: work.id })
  const key = await apiKeys.create({ name: 'ci', endpoints: [endpoint.id] })
  return { zero, one, two, work: work.id, endpoint: endpoint.id, key }
}

/** All that a person or a connection can see of what is stored. */
const everything = ({
  servers,
  namespaces,
  endpoints,
  apiKeys,
  catalogs,
  signIns,
}: TempStores) => ({
  lists: [servers, namespaces, endpoints, apiKeys].map((store) => store.list()),
  catalogs: servers.list().map(({ id }) => catalogs.get(id)),
  signIns: servers.list().map(({ id }) => signIns.get(id)),
})

test('a server comes back with its places, rules, catalog and sign-in, also after a crash', async () => {
  await using stores = await openTempStores()
  const { one, work } = await fill(stores)
  const before = everything(stores)
  const removed = await stores.removals.take('servers', [one])
  expect(removed).toMatchObject({
    names: ['one'],
    left: { namespaces: 2, tools: 1, keys: 0, sessions: 0 },
  })
  expect(stores.servers.byName('one')).toBeUndefined()
  expect(stores.catalogs.get(one).catalog).toBeNull()
  expect(stores.signIns.get(one)).toBeUndefined()
  expect(stores.namespaces.get(work)?.tools).toEqual([])
  // Another one moves up to its place, and makes room.
  const { servers = [] } = stores.namespaces.get(work) ?? {}
  await stores.namespaces.update(work, { servers })

  await using later = await openLater(stores)
  expect(later.list(OPERATOR)).toMatchObject([
    { id: removed.removalId, kind: 'servers', names: ['one'] },
  ])
  await later.restore(removed.removalId, OPERATOR)
  expect(everything(stores)).toEqual(before)
  expect(later.list(OPERATOR)).toEqual([])
  const again = later.restore(removed.removalId, OPERATOR)
  await expect(again).rejects.toMatchObject({ code: 'not-found' })
})

test('several go together or not at all, in any order back', async () => {
  await using stores = await openTempStores()
  const { zero, two, work, endpoint, key } = await fill(stores)
  const before = everything(stores)
  const { removals } = stores
  await expect(removals.take('servers', [zero, 'x'])).rejects.toMatchObject({ code: 'not-found' })
  await expect(removals.take('namespaces', [work])).rejects.toThrow('the endpoint "work" uses it')
  expect(everything(stores)).toEqual(before)

  const gone = [
    await removals.take('servers', [zero, two]),
    await removals.take('endpoints', [endpoint]),
    await removals.take('namespaces', [work]),
    await removals.take('apiKeys', [key.apiKey.id]),
  ]
  expect(gone.map(({ left }) => left.keys)).toEqual([0, 1, 0, 0])
  expect(stores.apiKeys.verify(key.key)).toBeNull()
  const [, endpointGone] = gone
  const early = removals.restore(endpointGone?.removalId ?? '', OPERATOR)
  await expect(early).rejects.toThrow('The namespace that the endpoint "work" served is gone')
  for (const { removalId } of gone.toReversed()) await removals.restore(removalId, OPERATOR)
  const expected = before.lists[1]?.find(({ name }) => name === 'work')
  expect(stores.namespaces.get(work)).toEqual(expected)
  expect(stores.endpoints.get(endpoint)).toMatchObject({ name: 'work', namespaceId: work })
  expect(stores.apiKeys.verify(key.key)).toMatchObject({ name: 'ci' })
})

test('a name that was taken meanwhile is said, and nothing is put back', async () => {
  await using stores = await openTempStores()
  const { one, work, two } = await fill(stores)
  const { removalId } = await stores.removals.take('servers', [one])
  const other = await stores.servers.create(someServer('one'))
  const taken = 'A server named "one" exists already. Rename that one, and undo again.'
  const conflict = { code: 'conflict', message: taken }
  await expect(stores.removals.restore(removalId, OPERATOR)).rejects.toMatchObject(conflict)
  expect(stores.servers.byName('one')?.id).toBe(other.id)
  await stores.servers.update(other.id, { name: 'other' })
  // The exposed name of one of its tools now belongs to another tool, and stays there.
  await stores.namespaces.setTool(work, { serverId: two, tool: 'echo', name: 'say' })
  await stores.removals.restore(removalId, OPERATOR)
  expect(stores.servers.get(one)?.name).toBe('one')
  const rules = stores.namespaces.get(work)?.tools.map(({ serverId, name }) => [serverId, name])
  expect(rules).toHaveLength(2)
  expect(rules).toEqual(
    expect.arrayContaining([
      [two, 'say'],
      [one, null],
    ]),
  )
})

test('after a quarter of an hour it is gone for good, and its tokens are revoked once', async () => {
  await using stores = await openTempStores()
  const { one } = await fill(stores)
  let passed = 0
  const said: string[] = []
  await using removals = await openLater(stores, {
    now: () => Date.now() + passed,
    farewellOf: (id) => (id === one ? 'top-secret-token' : null),
    sayFarewell: (text) => Promise.resolve(void said.push(text)),
  })
  const { removalId } = await removals.take('servers', [one])
  const [row] = await stores.db.read((tx) => tx.select().from(table).where(eq(table.id, removalId)))
  expect(JSON.stringify(row)).not.toContain('top-secret')
  passed = 14 * MINUTE
  await removals.purge()
  expect(removals.list(OPERATOR)).toHaveLength(1)
  passed = 15 * MINUTE
  expect(removals.list(OPERATOR)).toEqual([])
  await expect(removals.restore(removalId, OPERATOR)).rejects.toThrow('too late')
  await removals.purge()
  await removals.purge()
  expect(said).toEqual(['top-secret-token'])
  expect(await stores.db.read((tx) => tx.select().from(table))).toEqual([])
})

test('clients lose the tools of a removed server and get them back at once', async () => {
  const servers = [echoServer({ name: 'one' }), echoServer({ name: 'two' })]
  await using core = await startTempCore({ file: configFileOf(servers) })
  await using client = await connectLegacy(core.mcpUrl(), core.key)
  const owners = async () => {
    const { tools } = await client.listTools()
    return [...new Set(tools.map(({ name }) => name.split('__')[0]))]
  }
  expect(await owners()).toEqual(['one', 'two'])
  const before = await client.listTools()
  const id = (await core.admin.servers.list.query())[0]?.id ?? ''
  const { removalId, left } = await core.admin.servers.delete.mutate({ id })
  expect(left).toEqual({ namespaces: 1, tools: expect.any(Number) as number, keys: 0, sessions: 0 })
  expect(await owners()).toEqual(['two'])
  await core.admin.removals.restore.mutate({ id: removalId })
  expect(await client.listTools()).toEqual(before)
  const said = await client.callTool({ name: 'one__echo', arguments: { text: 'again' } })
  expect(said).toMatchObject({ content: [{ type: 'text' }] })

  const [key] = await core.admin.apiKeys.list.query()
  const revoked = await core.admin.apiKeys.delete.mutate({ id: key?.id ?? '' })
  expect(revoked.left.sessions).toBe(1)
  await expect(connectLegacy(core.mcpUrl(), core.key)).rejects.toThrow()
  await core.admin.removals.restore.mutate({ id: revoked.removalId })
  await using later = await connectLegacy(core.mcpUrl(), core.key)
  expect((await later.listTools()).tools).toHaveLength(before.tools.length)
})

/** Removals over the same stores, as the next start opens them. */
async function openLater(stores: TempStores, rest: Partial<RemovalsOptions> = {}) {
  const { db, secrets, servers, namespaces, endpoints, apiKeys, catalogs, signIns } = stores
  const removals = await openRemovals({
    ...{ db, secrets, log: openLog('silent') },
    deleteIn: {
      servers: servers.deleteIn,
      namespaces: namespaces.deleteIn,
      endpoints: endpoints.deleteIn,
      apiKeys: apiKeys.deleteIn,
    },
    async follow(_, ids) {
      for (const one of [servers, namespaces, endpoints, apiKeys]) await one.reload()
      for (const id of ids) {
        await catalogs.reload(id)
        await signIns.recall(id)
      }
      return 0
    },
    farewellOf: () => null,
    sayFarewell: () => Promise.resolve(),
    ...rest,
  })
  return { ...removals, [Symbol.asyncDispose]: () => removals.close() }
}
