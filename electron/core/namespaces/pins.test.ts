import { expect, test } from 'vitest'
import type { NamespacePatch } from '../../../shared/namespace.ts'
import { accessOf } from '../access.ts'
import { deepFreeze } from '../shelf.ts'
import { openTempStores, someServer, type TempStores } from '../testing/temp-stores.ts'
import { toolHash } from '../tool-hash.ts'
import { newcomersOf, toolKey, type Tool } from './pins.ts'

const tool = (name: string, description = 'says it'): Tool =>
  deepFreeze({ name, description, inputSchema: { type: 'object' } })

async function openNamespace(stores: TempStores, patch: NamespacePatch = {}) {
  const { id: serverId } = await stores.servers.create(someServer('a'))
  const { servers: _, ...rest } = patch
  const made = await stores.namespaces.create({ name: 'work', servers: [{ serverId }], ...rest })
  const see = (...tools: Tool[]) => stores.namespaces.see((id) => (id === serverId ? tools : null))
  const pinned = () => {
    const { tools } = stores.namespaces.pins(made.id)
    return Object.fromEntries([...tools].map(([key, hash]) => [key.split('\n')[1], hash]))
  }
  const newcomers = () => {
    const namespace = stores.namespaces.get(made.id)
    const member = namespace?.servers[0]
    if (!namespace || !member) throw new Error('the namespace lost its server')
    return newcomersOf(namespace, member, stores.namespaces.pins(made.id))
  }
  return { id: made.id, serverId, see, pinned, newcomers }
}

test('what a server has when it comes is taken in; later ones wait, where they are to', async () => {
  await using stores = await openTempStores()
  const { id, see, pinned, newcomers } = await openNamespace(stores, { newTools: 'ask' })
  expect(newcomers()).toBe('on')
  expect(await see(tool('echo'))).toEqual([id])
  expect(newcomers()).toBe('ask')
  expect(await see(tool('echo'), tool('add'))).toEqual([])
  expect(pinned()).toEqual({ echo: toolHash(tool('echo')) })
  await stores.namespaces.update(id, { newTools: 'on' })
  await see(tool('echo'), tool('add'))
  expect(Object.keys(pinned())).toEqual(['echo', 'add'])
})

test('of a server that is picked from, tools come in one by one, also before it was seen', async () => {
  await using stores = await openTempStores()
  const { id, serverId, see, pinned, newcomers } = await openNamespace(stores)
  await stores.namespaces.update(id, { servers: [{ serverId, newTools: 'off' }] })
  await stores.namespaces.setTool(id, { serverId, tool: 'echo', enabled: true })
  expect(pinned()).toEqual({ echo: null })
  await see(tool('echo'), tool('add'))
  expect(newcomers()).toBe('off')
  expect(pinned()).toEqual({ echo: toolHash(tool('echo')) })
  expect(stores.namespaces.get(id)?.tools).toEqual([])
})

test('a changed tool keeps its pin until a person takes it in, or nobody minds', async () => {
  await using stores = await openTempStores()
  const { id, serverId, see, pinned } = await openNamespace(stores, { changedTools: 'block' })
  const [before, after] = [tool('echo'), tool('echo', 'says something else')]
  await see(before)
  await see(after)
  expect(pinned()).toEqual({ echo: toolHash(before) })
  const known = await stores.namespaces.definitions([toolHash(before), toolHash(after)])
  expect(known.get(toolHash(before))).toEqual(before)
  expect(known.has(toolHash(after))).toBe(false)
  await stores.namespaces.accept(id, [{ serverId, definition: after }])
  expect(pinned()).toEqual({ echo: toolHash(after) })
  await stores.namespaces.update(id, { changedTools: 'off' })
  await see(before)
  expect(pinned()).toEqual({ echo: toolHash(before) })
})

test('pins outlive starts, edits, and a server that is taken out and put back', async () => {
  await using stores = await openTempStores()
  const { id, serverId, see } = await openNamespace(stores)
  await see(tool('echo'))
  await stores.namespaces.update(id, { servers: [] })
  await stores.namespaces.update(id, { servers: [{ serverId }], description: 'other' })
  await stores.namespaces.setTool(id, { serverId, tool: 'echo', enabled: false })
  await stores.namespaces.setItems(id, [{ serverId, kind: 'prompt', item: 'greet', name: 'hello' }])
  for (const { namespaces } of [stores, await stores.reopen()]) {
    const { tools, known } = namespaces.pins(id)
    expect([...tools]).toEqual([[toolKey(serverId, 'echo'), toolHash(tool('echo'))]])
    expect([...known]).toEqual([serverId])
    expect(namespaces.get(id)?.items).toMatchObject([{ item: 'greet', name: 'hello' }])
  }
  const removed = await stores.removals.take('servers', [serverId])
  expect(stores.namespaces.pins(id).tools.size).toBe(0)
  await stores.removals.restore(removed.removalId, accessOf({ kind: 'local' }))
  expect(stores.namespaces.pins(id).tools.size).toBe(1)
  expect(stores.namespaces.get(id)?.items).toHaveLength(1)
})

test('the order of keys and what is not shown to a model are no change of a tool', () => {
  const { name, ...rest } = tool('echo')
  expect(toolHash({ ...rest, name, _meta: { at: 1 } })).toBe(toolHash(tool('echo')))
  expect(toolHash({ ...tool('echo'), annotations: { readOnlyHint: true } })).not.toBe(
    toolHash(tool('echo')),
  )
})
