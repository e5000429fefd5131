import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import type { ServerCatalog } from '../../../shared/catalog.ts'
import { tools } from '../db/schema.ts'
import { parseJson } from '../json.ts'
import type { JsonObject } from '../json-rpc.ts'
import { openTempStores, someServer } from '../testing/temp-stores.ts'

function someCatalog(names: string[]): ServerCatalog {
  return {
    hello: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, 'x-new': [1, null] },
    tools: names.map((name) => ({ name, inputSchema: { type: 'object', zebra: 1, apple: 2 } })),
    prompts: [{ name: 'p' }],
    resources: [{ uri: 'x://y', 'x-new': { deep: [true] } }],
    resourceTemplates: [],
  }
}

test('a catalog comes back as it was said, in its order, also at the next start', async () => {
  await using stores = await openTempStores()
  const { id } = await stores.servers.create(someServer('one'))
  expect(stores.catalogs.get(id)).toEqual({
    ...{ catalog: null, triedAt: null, error: null, ownConnections: false },
  })
  expect(await stores.catalogs.save(id, someCatalog(['b', 'a', 'c']))).toBe(true)
  const now = stores.catalogs.get(id)
  expect(now).toEqual({
    catalog: someCatalog(['b', 'a', 'c']),
    triedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    ...{ error: null, ownConnections: false },
  })
  const later = (await stores.reopen()).catalogs.get(id)
  expect(later).toEqual(now)
  // The order of keys too: what a client gets must not depend on a restart.
  expect(JSON.stringify(later)).toBe(JSON.stringify(now))
})

test('integers beyond 2^53 are the same after a start, and make a difference', async () => {
  await using stores = await openTempStores()
  const { id } = await stores.servers.create(someServer('one'))
  const limit = (maximum: string): ServerCatalog => ({
    ...someCatalog([]),
    tools: [parseJson(`{"name":"a","inputSchema":{"maximum":${maximum}}}`) as JsonObject],
  })
  await stores.catalogs.save(id, limit('9223372036854775807'))
  const later = (await stores.reopen()).catalogs
  expect(JSON.stringify(later.get(id).catalog?.tools)).toBe(
    '[{"name":"a","inputSchema":{"maximum":9223372036854775807}}]',
  )
  expect(await later.save(id, limit('9223372036854775807'))).toBe(false)
  expect(await later.save(id, limit('9223372036854775808'))).toBe(true)
})

test('that clients get connections of their own is kept until the definition changes', async () => {
  await using stores = await openTempStores()
  const { id } = await stores.servers.create(someServer('one'))
  await stores.catalogs.setOwnConnections(id, true)
  await stores.catalogs.save(id, someCatalog(['a']))
  await stores.catalogs.saveFailure(id, 'gone')
  expect(stores.catalogs.get(id)).toMatchObject({ ownConnections: true, error: 'gone' })
  expect(stores.told).toContainEqual({ kind: 'catalog', serverId: id })

  const later = await stores.reopen()
  expect(later.catalogs.get(id)).toMatchObject({ ownConnections: true })
  await later.servers.update(id, { description: 'another' })
  expect((await stores.reopen()).catalogs.get(id)).toMatchObject({ ownConnections: false })
})

test('saving tells whether anything is different, whatever the order of keys', async () => {
  await using stores = await openTempStores()
  const { id } = await stores.servers.create(someServer('one'))
  const { catalogs } = stores
  await catalogs.save(id, someCatalog(['a', 'b']))
  stores.told.length = 0
  const reordered = someCatalog(['a', 'b'])
  reordered.tools[0] = { inputSchema: { apple: 2, zebra: 1, type: 'object' }, name: 'a' }
  expect(await catalogs.save(id, reordered)).toBe(false)
  expect(stores.told).toEqual([])
  expect(await catalogs.save(id, someCatalog(['b', 'a']))).toBe(true)
  expect(await catalogs.save(id, { ...someCatalog(['b', 'a']), hello: {} })).toBe(true)
  const { tools: _, ...rest } = someCatalog([])
  const wider = [{ name: 'b' }, { name: 'a', 'x-new': 1 }]
  expect(await catalogs.save(id, { ...rest, hello: {}, tools: wider })).toBe(true)
  expect(await catalogs.save(id, { ...rest, hello: {}, tools: wider })).toBe(false)
  expect(stores.told).toEqual(Array.from({ length: 3 }, () => ({ kind: 'catalog', serverId: id })))
  expect((await stores.reopen()).catalogs.get(id).catalog?.tools).toEqual(wider)
})

test('each tool has the hash of its definition', async () => {
  await using stores = await openTempStores()
  const { id } = await stores.servers.create(someServer('one'))
  await stores.catalogs.save(id, {
    ...someCatalog([]),
    tools: [{ name: 'a', b: { d: 1, c: 'é' } }],
  })
  const [row] = await stores.db.read((tx) => tx.select().from(tools).where(eq(tools.serverId, id)))
  // printf '{"b":{"c":"é","d":1},"name":"a"}' | sha256sum
  expect(row?.hash).toBe('a4a55ae88e869b2440326a88313cc61515c5f9d3042efda3795176b0784f4702')
})

test('a failure keeps the last good catalog, and a success ends the failure', async () => {
  await using stores = await openTempStores()
  const { id } = await stores.servers.create(someServer('one'))
  const { catalogs } = stores
  await catalogs.saveFailure(id, 'it exited\0 with code 1')
  expect(catalogs.get(id)).toMatchObject({ catalog: null, error: 'it exited with code 1' })
  expect((await stores.reopen()).catalogs.get(id)).toEqual(catalogs.get(id))
  await catalogs.save(id, someCatalog(['a']))
  await catalogs.saveFailure(id, 'it is gone')
  expect(catalogs.get(id)).toMatchObject({ catalog: someCatalog(['a']), error: 'it is gone' })
  expect((await stores.reopen()).catalogs.get(id)).toEqual(catalogs.get(id))
  expect(await catalogs.save(id, someCatalog(['a']))).toBe(false)
  expect((await stores.reopen()).catalogs.get(id)).toMatchObject({ error: null })
})

test('readers see a catalog before it is stored', async () => {
  await using stores = await openTempStores()
  const { id } = await stores.servers.create(someServer('one'))
  const saving = stores.catalogs.save(id, someCatalog(['a']))
  expect(stores.catalogs.get(id).catalog).toEqual(someCatalog(['a']))
  await saving
})

test('of many saves at once the last one stays', async () => {
  await using stores = await openTempStores()
  const { id } = await stores.servers.create(someServer('one'))
  const names = Array.from({ length: 10 }, (_, index) => `tool-${index}`)
  await Promise.all(names.map((name) => stores.catalogs.save(id, someCatalog([name]))))
  const expected = someCatalog(['tool-9'])
  expect(stores.catalogs.get(id).catalog).toEqual(expected)
  expect((await stores.reopen()).catalogs.get(id).catalog).toEqual(expected)
})

test('a tool that cannot be called by its name is left out', async () => {
  await using stores = await openTempStores()
  const { id } = await stores.servers.create(someServer('one'))
  const offered = [{ name: 'a', n: 1 }, { name: 'a', n: 2 }, { name: 7 }, {}, { name: 'x\0' }]
  await stores.catalogs.save(id, { ...someCatalog([]), tools: offered })
  expect(stores.catalogs.get(id).catalog?.tools).toEqual([{ name: 'a', n: 1 }])
  expect((await stores.reopen()).catalogs.get(id)).toEqual(stores.catalogs.get(id))
})

test('a server that was deleted meanwhile is no error, and leaves nothing', async () => {
  await using stores = await openTempStores()
  const { id } = await stores.servers.create(someServer('one'))
  await stores.catalogs.save(id, someCatalog(['a']))
  await stores.servers.delete(id)
  expect(await stores.catalogs.save(id, someCatalog(['b']))).toBe(true)
  await stores.catalogs.saveFailure(id, 'gone')
  expect(stores.catalogs.get(id).catalog).toBeNull()
  expect(await stores.db.read((tx) => tx.select().from(tools))).toEqual([])
})

test('a catalog of thousands of tools is kept', async () => {
  await using stores = await openTempStores()
  const { id } = await stores.servers.create(someServer('one'))
  const names = Array.from({ length: 12_000 }, (_, index) => `tool-${index}`)
  await stores.catalogs.save(id, someCatalog(names))
  const { catalog } = (await stores.reopen()).catalogs.get(id)
  expect(catalog?.tools.map(({ name }) => name)).toEqual(names)
})
