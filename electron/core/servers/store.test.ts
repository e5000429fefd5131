import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import type { ServerPatch } from '../../../shared/server.ts'
import { openTempStores, someServer } from '../testing/temp-stores.ts'

test('servers are kept with their defaults and secrets, across starts', async () => {
  await using stores = await openTempStores()
  const local = await stores.servers.create({ ...someServer('local'), env: { KEY: 'pass-1' } })
  const remote = await stores.servers.create({
    name: 'a-remote',
    type: 'STREAMABLE_HTTP',
    url: 'https://example.com/mcp',
    headers: { 'X-Key': 'pass-2' },
    bearerToken: 'pass-3',
  })
  expect(local).toMatchObject({ enabled: true, start: 'lazy', idleMs: 600_000, cwd: null })
  expect(stores.servers.list()).toEqual([remote, local])
  expect(stores.servers.get(local.id)).toEqual(local)
  expect(stores.servers.byName('a-remote')).toEqual(remote)
  expect((await stores.reopen()).servers.list()).toEqual([remote, local])
  const published = [local, remote].map(({ id }) => ({ kind: 'server', id }))
  expect(stores.told).toEqual(published)
})

test('no secret is in the database as it is', async () => {
  await using stores = await openTempStores()
  await stores.servers.create({ ...someServer('local'), env: { KEY: 'pass-1' } })
  const { rows } = await stores.db.read((tx) => tx.execute(sql`select s::text from servers s`))
  expect(JSON.stringify(rows)).toContain('v1.')
  expect(JSON.stringify(rows)).not.toMatch(/pass-1|KEY/)
})

test('what is returned cannot change what is stored', async () => {
  await using stores = await openTempStores()
  const server = await stores.servers.create({ ...someServer('local'), args: ['a'] })
  expect(() => Object.assign(server, { name: 'other' })).toThrow(TypeError)
  expect(() => server.type === 'STDIO' && server.args.push('b')).toThrow(TypeError)
})

test('a name is given once, and free again after a change or deletion', async () => {
  await using stores = await openTempStores()
  const first = await stores.servers.create(someServer('one'))
  const second = await stores.servers.create(someServer('two'))
  const taken = { code: 'conflict', message: 'A server named "one" exists already.' }
  await expect(stores.servers.create(someServer('one'))).rejects.toMatchObject(taken)
  await expect(stores.servers.update(second.id, { name: 'one' })).rejects.toMatchObject(taken)
  expect(stores.servers.get(second.id)).toEqual(second)
  await stores.servers.update(first.id, { name: 'other' })
  await stores.servers.update(second.id, { name: 'one' })
  await stores.servers.delete(second.id)
  await stores.servers.create(someServer('one'))
  expect(stores.servers.list().map(({ name }) => name)).toEqual(['one', 'other'])
})

test('of two that ask for a name at once, one gets it', async () => {
  await using stores = await openTempStores()
  const both = await Promise.allSettled([
    stores.servers.create(someServer('one')),
    stores.servers.create(someServer('one')),
  ])
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(stores.servers.list()).toHaveLength(1)
})

test('unknown ids and wrong input are told apart, and change nothing', async () => {
  await using stores = await openTempStores()
  const { servers } = stores
  const notFound = { code: 'not-found' }
  await expect(servers.update('nowhere', { enabled: false })).rejects.toMatchObject(notFound)
  await expect(servers.delete('nowhere')).rejects.toMatchObject(notFound)
  const invalid = { code: 'invalid', problems: [{ path: ['name'] }] }
  await expect(servers.create(someServer('two__parts'))).rejects.toMatchObject(invalid)
  expect(servers.list()).toEqual([])
  expect(stores.told).toEqual([])
})

test('changes to different fields at once are all kept', async () => {
  await using stores = await openTempStores()
  const { id } = await stores.servers.create({ ...someServer('one'), env: { A: '1', B: '2' } })
  const patches: ServerPatch[] = [
    { description: 'new' },
    { enabled: false },
    { env: { A: null, B: null, C: '3' } },
    { idleMs: 0 },
    { env: { A: 'x', B: null, C: null } },
    { name: 'renamed' },
  ]
  await Promise.all(patches.map((patch) => stores.servers.update(id, patch)))
  const expected = {
    name: 'renamed',
    description: 'new',
    enabled: false,
    idleMs: 0,
    env: { A: 'x', B: '2', C: '3' },
  }
  expect(stores.servers.get(id)).toMatchObject(expected)
  expect((await stores.reopen()).servers.get(id)).toEqual(stores.servers.get(id))
})

test('parts of a transaction that fails leave no trace', async () => {
  await using stores = await openTempStores()
  const failing = stores.db.write(async (tx) => {
    await stores.servers.createIn(tx, someServer('one'))
    throw new Error('on purpose')
  })
  await expect(failing).rejects.toThrow('on purpose')
  await stores.servers.reload()
  expect(stores.servers.list()).toEqual([])
  expect(stores.told).toEqual([])
})

test('what a transaction of several parts stored is there, and told, after a reload', async () => {
  await using stores = await openTempStores()
  const server = await stores.db.write((tx) => stores.servers.createIn(tx, someServer('one')))
  expect(stores.servers.list()).toEqual([])
  await stores.servers.reload()
  expect(stores.servers.list()).toEqual([server])
  expect(stores.told).toEqual([{ kind: 'server', id: server.id }])
})
