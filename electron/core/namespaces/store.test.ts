import { expect, test } from 'vitest'
import { openTempStores, someServer } from '../testing/temp-stores.ts'

async function openWithServers(...names: string[]) {
  const stores = await openTempStores()
  const ids: string[] = []
  for (const name of names) ids.push((await stores.servers.create(someServer(name))).id)
  stores.told.length = 0
  return Object.assign(stores, { ids })
}

const members = (...servers: [string | undefined, boolean?][]) =>
  servers.map(([serverId = '', enabled]) => ({ serverId, enabled }))
const stored = (...servers: [string | undefined, boolean?][]) =>
  members(...servers).map((member) => ({ ...member, newTools: null }))

test('a namespace keeps its servers in their order, across starts', async () => {
  await using stores = await openWithServers('a', 'b', 'c')
  const [a, b, c] = stores.ids
  const namespace = await stores.namespaces.create({
    name: 'work',
    servers: members([c], [a, false], [b]),
  })
  const expected = {
    ...{ name: 'work', description: '', enabled: true, tools: [], items: [] },
    ...{ middleware: [], newTools: 'on', changedTools: 'warn' },
  }
  expect(namespace).toEqual({
    ...{ ownerId: null, shared: true },
    ...expected,
    id: namespace.id,
    servers: stored([c, true], [a, false], [b, true]),
  })
  expect(stores.namespaces.byName('work')).toEqual(namespace)
  expect((await stores.reopen()).namespaces.get(namespace.id)).toEqual(namespace)
  expect(stores.told).toEqual([{ kind: 'namespace', id: namespace.id }])
})

test('switches and tool rules stay, also of servers that are taken out and put back', async () => {
  await using stores = await openWithServers('a', 'b')
  const [a = '', b = ''] = stores.ids
  const { namespaces } = stores
  const { id } = await namespaces.create({ name: 'work', servers: members([a, false], [b]) })
  await namespaces.setTool(id, { serverId: a, tool: 'echo', name: 'say', enabled: false })
  const before = await namespaces.setTool(id, { serverId: b, tool: 'add', title: 'Plus' })

  await namespaces.update(id, { description: 'new', servers: members([b], [a]) })
  expect(namespaces.get(id)).toEqual({
    ...before,
    description: 'new',
    servers: stored([b, true], [a, false]),
  })
  await namespaces.update(id, { servers: members([b]) })
  await namespaces.update(id, { servers: [] })
  const later = (await stores.reopen()).namespaces
  const back = await later.update(id, { servers: members([a], [b]), description: '' })
  expect(back).toEqual(before)
})

test('a tool rule is changed field by field', async () => {
  await using stores = await openWithServers('a')
  const [serverId = ''] = stores.ids
  const { id } = await stores.namespaces.create({ name: 'work', servers: members([serverId]) })
  const tool = { serverId, tool: 'echo' }
  await stores.namespaces.setTool(id, { ...tool, annotations: { readOnlyHint: true, 'x-own': 1 } })
  await stores.namespaces.setTool(id, { ...tool, name: 'say' })
  const { tools } = await stores.namespaces.setTool(id, { ...tool, enabled: false })
  const annotations = { readOnlyHint: true, 'x-own': 1 }
  const none = { title: null, description: null }
  expect(tools).toEqual([{ ...tool, ...none, enabled: false, name: 'say', annotations }])
  expect((await stores.reopen()).namespaces.get(id)?.tools).toEqual(tools)
})

test('a name for two tools is refused and nothing changed', async () => {
  await using stores = await openWithServers('a', 'b')
  const [a = '', b = ''] = stores.ids
  const { namespaces } = stores
  const { id } = await namespaces.create({ name: 'work', servers: members([a], [b]) })
  const before = await namespaces.setTool(id, { serverId: a, tool: 'echo', name: 'say' })
  const again = namespaces.setTool(id, { serverId: b, tool: 'talk', name: 'say' })
  await expect(again).rejects.toMatchObject({ code: 'conflict' })
  expect(namespaces.get(id)).toEqual(before)
  const other = await namespaces.create({ name: 'other', servers: members([b]) })
  await namespaces.setTool(other.id, { serverId: b, tool: 'talk', name: 'say' })
})

test('a deleted server is gone from namespaces at once, in memory and for good', async () => {
  await using stores = await openWithServers('a', 'b')
  const [a = '', b = ''] = stores.ids
  const { namespaces } = stores
  const { id } = await namespaces.create({ name: 'work', servers: members([a], [b]) })
  await namespaces.setTool(id, { serverId: a, tool: 'echo', enabled: false })
  await stores.servers.delete(a)
  const shown = { servers: members([b, true]), tools: [] }
  expect(namespaces.get(id)).toMatchObject(shown)
  expect(namespaces.list()).toMatchObject([shown])
  expect(namespaces.byName('work')).toMatchObject(shown)
  expect((await stores.reopen()).namespaces.get(id)).toMatchObject(shown)
  expect(await namespaces.update(id, { enabled: false })).toMatchObject(shown)
})

test('servers that are unknown or twice in the list are refused with their place', async () => {
  await using stores = await openWithServers('a')
  const [a = ''] = stores.ids
  const wrong = stores.namespaces.create({ name: 'w', servers: members([a], ['nowhere'], [a]) })
  await expect(wrong).rejects.toMatchObject({
    code: 'invalid',
    problems: [
      { path: ['servers', 1, 'serverId'], message: 'there is no server "nowhere"' },
      { path: ['servers', 2, 'serverId'], message: 'is in the list already' },
    ],
  })
  expect(stores.namespaces.list()).toEqual([])
})

test('names are given once; unknown ids and strange servers are refused', async () => {
  await using stores = await openWithServers('a')
  const [serverId = ''] = stores.ids
  const { namespaces } = stores
  const { id } = await namespaces.create({ name: 'one' })
  const two = await namespaces.create({ name: 'two' })
  const taken = { code: 'conflict', message: 'A namespace named "one" exists already.' }
  await expect(namespaces.create({ name: 'one' })).rejects.toMatchObject(taken)
  await expect(namespaces.update(two.id, { name: 'one' })).rejects.toMatchObject(taken)
  await expect(namespaces.update('x', {})).rejects.toMatchObject({ code: 'not-found' })
  await expect(namespaces.delete('x')).rejects.toMatchObject({ code: 'not-found' })
  const stranger = namespaces.setTool(id, { serverId, tool: 'echo', enabled: false })
  await expect(stranger).rejects.toThrow('is not in the namespace "one"')
})

test('a namespace is deleted only when no endpoint uses it', async () => {
  await using stores = await openTempStores()
  const { id: namespaceId } = await stores.namespaces.create({ name: 'work' })
  const second = await stores.endpoints.create({ name: 'second', namespaceId })
  const first = await stores.endpoints.create({ name: 'first', namespaceId })
  await expect(stores.namespaces.delete(namespaceId)).rejects.toMatchObject({
    code: 'conflict',
    message: 'The namespace cannot be deleted while the endpoints "first", "second" use it.',
  })
  await stores.endpoints.delete(second.id)
  await expect(stores.namespaces.delete(namespaceId)).rejects.toThrow(
    'the endpoint "first" uses it',
  )
  await stores.endpoints.delete(first.id)
  await stores.namespaces.delete(namespaceId)
  expect(stores.namespaces.list()).toEqual([])
  expect((await stores.reopen()).namespaces.list()).toEqual([])
})
