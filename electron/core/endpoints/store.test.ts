import { expect, test } from 'vitest'
import { openTempStores } from '../testing/temp-stores.ts'

test('an endpoint is kept with its defaults, and changed field by field', async () => {
  await using stores = await openTempStores()
  const { id: namespaceId } = await stores.namespaces.create({ name: 'work' })
  const { endpoints } = stores
  const made = await endpoints.create({ name: 'work', namespaceId, description: 'mine' })
  expect(made).toEqual({
    ...{ ownerId: null, shared: true },
    id: made.id,
    name: 'work',
    description: 'mine',
    enabled: true,
    namespaceId,
    prefix: true,
    auth: { apiKey: true, oauth: false, queryParam: false },
    discovery: { mode: 'direct', aboveTokens: 20_000, pinned: [] },
    rateLimit: null,
  })
  await Promise.all([
    endpoints.update(made.id, { auth: { queryParam: true } }),
    endpoints.update(made.id, { prefix: false, description: undefined }),
    endpoints.update(made.id, { auth: { apiKey: false } }),
  ])
  const expected = {
    ...made,
    prefix: false,
    auth: { apiKey: false, oauth: false, queryParam: true },
  }
  expect(endpoints.byName('work')).toEqual(expected)
  expect((await stores.reopen()).endpoints.list()).toEqual([expected])
})

test('a namespace that is not there, a taken name and an unknown id are refused', async () => {
  await using stores = await openTempStores()
  const { id: namespaceId } = await stores.namespaces.create({ name: 'work' })
  const { endpoints } = stores
  const made = await endpoints.create({ name: 'one', namespaceId })
  const nowhere = { code: 'invalid', problems: [{ path: ['namespaceId'] }] }
  await expect(endpoints.create({ name: 'two', namespaceId: 'x' })).rejects.toMatchObject(nowhere)
  await expect(endpoints.update(made.id, { namespaceId: 'x' })).rejects.toMatchObject(nowhere)
  const taken = { code: 'conflict', message: 'An endpoint named "one" exists already.' }
  await expect(endpoints.create({ name: 'one', namespaceId })).rejects.toMatchObject(taken)
  await expect(endpoints.update('x', {})).rejects.toMatchObject({ code: 'not-found' })
  await expect(endpoints.delete('x')).rejects.toMatchObject({ code: 'not-found' })
  expect(endpoints.list()).toEqual([made])
})

test('a deleted endpoint is gone from the keys that were limited to it', async () => {
  await using stores = await openTempStores()
  const { id: namespaceId } = await stores.namespaces.create({ name: 'work' })
  const one = await stores.endpoints.create({ name: 'one', namespaceId })
  const two = await stores.endpoints.create({ name: 'two', namespaceId })
  const both = await stores.apiKeys.create({ name: 'both', endpoints: [one.id, two.id] })
  const only = await stores.apiKeys.create({ name: 'only', endpoints: [one.id] })
  await stores.endpoints.delete(one.id)
  expect(stores.apiKeys.verify(both.key)?.endpoints).toEqual([two.id])
  // Not "all": a key never opens more than before.
  expect(stores.apiKeys.verify(only.key)?.endpoints).toEqual([])
  const later = await stores.reopen()
  expect(later.apiKeys.list()).toEqual(stores.apiKeys.list())
})
