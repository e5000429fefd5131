import { expect, test } from 'vitest'
import { deepFreeze } from '../shelf.ts'
import { openTempStores, someServer } from '../testing/temp-stores.ts'
import { toolHash } from '../tool-hash.ts'
import { newcomersOf, toolKey, type Tool } from './pins.ts'

const tool = (name: string): Tool => deepFreeze({ name, inputSchema: { type: 'object' } })

async function open() {
  const stores = await openTempStores()
  const { servers, namespaces } = stores
  const [a, b] = [await servers.create(someServer('a')), await servers.create(someServer('b'))]
  const { id } = await namespaces.create({ name: 'work', servers: [{ serverId: a.id }] })
  const see = (...tools: string[]) => namespaces.see(() => tools.map(tool))
  const now = () => {
    const namespace = namespaces.get(id)
    if (!namespace) throw new Error('the namespace is gone')
    return {
      ...namespace,
      off: namespace.tools.filter(({ enabled }) => !enabled).map((rule) => rule.tool),
      newcomers: namespace.servers.map((one) => newcomersOf(namespace, one, namespaces.pins(id))),
    }
  }
  const dispose = () => stores[Symbol.asyncDispose]()
  return { namespaces, id, a: a.id, b: b.id, see, now, [Symbol.asyncDispose]: dispose }
}

test('a server that was not there comes with the picked tool alone', async () => {
  await using work = await open()
  const { namespaces, id, a, b, see, now } = work
  await see('echo')
  await namespaces.pick(id, [{ serverId: b, tool: 'echo' }])
  await see('echo', 'add')
  expect(now().servers).toEqual([
    { serverId: a, enabled: true, newTools: null },
    { serverId: b, enabled: true, newTools: 'off' },
  ])
  expect(now().newcomers).toEqual(['on', 'off'])
  expect([...namespaces.pins(id).tools]).toContainEqual([
    toolKey(b, 'echo'),
    toolHash(tool('echo')),
  ])
  expect(namespaces.pins(id).tools.has(toolKey(b, 'add'))).toBe(false)
  expect(now().off).toEqual([])
})

test('one that was there before, or is off, comes back with the picked tool alone', async () => {
  await using work = await open()
  const { namespaces, id, a, see, now } = work
  await see('echo', 'add', 'drop')
  await namespaces.update(id, { servers: [] })
  await namespaces.pick(id, [{ serverId: a, tool: 'echo' }])
  expect(now().servers).toEqual([{ serverId: a, enabled: true, newTools: 'off' }])
  expect(now().off).toEqual(['add', 'drop'])
  await namespaces.update(id, { servers: [{ serverId: a, enabled: false }] })
  await namespaces.pick(id, [{ serverId: a, tool: 'drop' }])
  expect(now().servers).toMatchObject([{ enabled: true }])
  expect(now().off).toEqual(['add', 'echo'])
})

test('of a server that is on, the picked tool is switched on, and nothing else changes', async () => {
  await using work = await open()
  const { namespaces, id, a, see, now } = work
  await see('echo', 'add')
  await namespaces.setTool(id, { serverId: a, tool: 'add', enabled: false })
  await namespaces.pick(id, [{ serverId: a, tool: 'add' }])
  expect(now()).toMatchObject({ off: [], servers: [{ enabled: true, newTools: null }] })
})

test('tools that are chosen before a server was seen make its others new ones', async () => {
  await using work = await open()
  const { namespaces, id, a, see, now } = work
  await namespaces.update(id, { newTools: 'ask' })
  expect(now().newcomers).toEqual(['on'])
  await namespaces.setTool(id, { serverId: a, tool: 'echo', enabled: true })
  expect(now().newcomers).toEqual(['ask'])
  await see('echo', 'add')
  expect([...namespaces.pins(id).tools.keys()]).toEqual([toolKey(a, 'echo')])
})
