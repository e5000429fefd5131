import { expect, test } from 'vitest'
import type { Caller } from '../caller.ts'
import { users } from '../db/account-schema.ts'
import { createCaller } from '../rpc.ts'
import { openTempStores, type TempStores } from '../testing/temp-stores.ts'
import { apiKeyRouter } from './api-key-router.ts'

/** Accounts `ada` and `ben`, with an endpoint each that is their own, and one that is shared. */
async function openOwned(stores: TempStores) {
  await stores.db.write(async (tx) => {
    await tx.delete(users)
    const now = new Date()
    const times = { createdAt: now, updatedAt: now }
    for (const id of ['ada', 'ben']) {
      await tx.insert(users).values({ id, name: id, email: `${id}@x`, handle: id, ...times })
    }
  })
  const { namespaces, endpoints } = stores
  const make = async (ownerId: string | null) => {
    const { id: namespaceId } = await namespaces.create({ name: 'work' }, ownerId)
    return (await endpoints.create({ name: 'one', namespaceId }, ownerId)).id
  }
  return { shared: await make(null), ada: await make('ada'), ben: await make('ben') }
}

test('a key of an account opens what that account may use, one of the instance what is shared', async () => {
  await using stores = await openTempStores()
  const ids = await openOwned(stores)
  const { apiKeys } = stores
  const of = async (ownerId: string | null) => {
    const { apiKey, key } = await apiKeys.create({ name: 'ci' }, ownerId)
    expect(apiKeys.verify(key)).toMatchObject({ ownerId, name: 'ci', endpoints: 'all' })
    return apiKey.id
  }
  const opened = (id: string) =>
    Object.entries(ids).flatMap(([name, endpoint]) => (apiKeys.opens(id, endpoint) ? [name] : []))
  expect(opened(await of('ada'))).toEqual(['shared', 'ada'])
  expect(opened(await of('ben'))).toEqual(['shared', 'ben'])
  expect(opened(await of(null))).toEqual(['shared'])
  expect(apiKeys.byName('ci')?.ownerId).toBeNull()
  expect(apiKeys.byName('ci', 'ben')?.ownerId).toBe('ben')
})

test('a key cannot be made for what its owner may not use: as if that were not there', async () => {
  await using stores = await openTempStores()
  const ids = await openOwned(stores)
  const { apiKeys, endpoints } = stores
  const told = async (ownerId: string | null, endpoint: string) => {
    const making = apiKeys.create({ name: 'x', endpoints: [endpoint] }, ownerId)
    return String(await making.catch((error: unknown) => error)).replace(endpoint, '…')
  }
  const missing = await told('ada', 'nowhere')
  expect(missing).toContain('there is no endpoint')
  expect(await told('ada', ids.ben)).toBe(missing)
  expect(await told(null, ids.ben)).toBe(missing)

  await endpoints.update(ids.ben, { shared: true })
  const { apiKey, key } = await apiKeys.create({ name: 'x', endpoints: [ids.ben] }, 'ada')
  expect(apiKeys.opens(apiKey.id, ids.ben)).toBe(true)
  await endpoints.update(ids.ben, { shared: false })
  expect(apiKeys.opens(apiKey.id, ids.ben)).toBe(false)
  expect(apiKeys.verify(key)?.endpoints).toEqual([])
  expect([apiKeys.reveals(apiKey.id, ids.ben), apiKeys.reveals(apiKey.id, ids.shared)]).toEqual([
    false,
    true,
  ])
  // Nor does that keep it from being renamed or switched off; shared again, it is open again.
  expect(await apiKeys.update(apiKey.id, { name: 'y', enabled: false })).toMatchObject({
    ...{ name: 'y', enabled: false, endpoints: [] },
  })
  await endpoints.update(ids.ben, { shared: true })
  await apiKeys.update(apiKey.id, { enabled: true })
  expect(apiKeys.opens(apiKey.id, ids.ben)).toBe(true)
})

test('accounts manage their own keys, administrators also those of the instance', async () => {
  await using stores = await openTempStores()
  await openOwned(stores)
  const { apiKeys } = stores
  const removed: string[] = []
  const router = apiKeyRouter({
    store: apiKeys,
    invalidate: () => Promise.resolve(),
    remove: (ids) => Promise.reject(new Error(String(removed.push(...ids)))),
  })
  const as = (caller: Caller) => createCaller(router)({ caller })
  const ada = as({ kind: 'account', id: 'ada', name: 'ada', role: 'admin' })
  const ben = as({ kind: 'account', id: 'ben', name: 'ben', role: 'member' })
  const operator = as({ kind: 'admin' })
  const { apiKey: instances } = await operator.create({ name: 'k' })
  const { apiKey: adas } = await ada.create({ name: 'k' })
  const { apiKey: bens } = await ben.create({ name: 'k' })
  expect([instances.ownerId, adas.ownerId, bens.ownerId]).toEqual([null, 'ada', 'ben'])

  const seen = async (who: typeof ada) => new Set((await who.list()).map(({ id }) => id))
  expect(await seen(ben)).toEqual(new Set([bens.id]))
  expect(await seen(ada)).toEqual(new Set([instances.id, adas.id]))
  expect(await seen(operator)).toEqual(new Set([instances.id, adas.id, bens.id]))

  const refused = async (asked: Promise<unknown>, id: string) =>
    String(await asked.catch((error: unknown) => error)).replace(id, '…')
  const missing = await refused(ben.get({ id: 'nowhere' }), 'nowhere')
  for (const [who, id] of [
    [ben, adas.id],
    [ben, instances.id],
    [ada, bens.id],
  ] as const) {
    expect(await refused(who.get({ id }), id)).toBe(missing)
    expect(await refused(who.update({ id, patch: { name: 'mine' } }), id)).toBe(missing)
    expect(await refused(who.setEnabled({ id, enabled: false }), id)).toBe(missing)
    expect(await refused(who.delete({ id }), id)).toBe(missing)
  }
  expect(removed).toEqual([])
  expect((await ada.update({ id: instances.id, patch: { name: 'ours' } })).name).toBe('ours')
})
