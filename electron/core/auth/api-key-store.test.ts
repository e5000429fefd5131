import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { API_KEY } from '../../../shared/api-key.ts'
import { openTempStores } from '../testing/temp-stores.ts'
import { makeApiKey } from './api-key.ts'

test('a key is told once, kept as a hash, and verified across starts', async () => {
  await using stores = await openTempStores()
  const { apiKey, key } = await stores.apiKeys.create({ name: ' ci ' })
  expect(key).toMatch(API_KEY)
  expect(apiKey).toEqual({
    id: apiKey.id,
    name: 'ci',
    hint: key.slice(-4),
    ...{ begins: key.slice(0, 9), expiresAt: null, ownerId: null },
    endpoints: 'all',
    enabled: true,
    createdAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
  })
  const later = (await stores.reopen()).apiKeys
  expect(later.list()).toEqual([apiKey])
  expect(later.verify(key)).toEqual({
    ...{ id: apiKey.id, name: 'ci', ownerId: null, endpoints: 'all' },
  })
  const { rows } = await stores.db.read((tx) => tx.execute(sql`select k::text from api_keys k`))
  expect(JSON.stringify(rows)).not.toContain(key.slice(9, -4))
  expect(JSON.stringify(later.list())).not.toMatch(/[0-9a-f]{64}/)
})

test('anything but an enabled key of ours is nobody', async () => {
  await using stores = await openTempStores()
  const { apiKeys } = stores
  const { apiKey, key } = await apiKeys.create({ name: 'ci' })
  const others = ['', key.slice(0, -1), `${key}a`, key.toUpperCase(), ` ${key}`, makeApiKey()]
  for (const other of others) expect(apiKeys.verify(other)).toBeNull()
  await apiKeys.update(apiKey.id, { enabled: false })
  expect(apiKeys.verify(key)).toBeNull()
  await apiKeys.update(apiKey.id, { enabled: true, name: 'renamed' })
  expect(apiKeys.verify(key)).toMatchObject({ name: 'renamed' })
  await apiKeys.delete(apiKey.id)
  expect(apiKeys.verify(key)).toBeNull()
})

test('a key is limited to endpoints that exist', async () => {
  await using stores = await openTempStores()
  const { id: namespaceId } = await stores.namespaces.create({ name: 'work' })
  const endpoint = await stores.endpoints.create({ name: 'one', namespaceId })
  const { apiKey, key } = await stores.apiKeys.create({ name: 'ci', endpoints: [endpoint.id] })
  expect(stores.apiKeys.verify(key)?.endpoints).toEqual([endpoint.id])
  await stores.apiKeys.update(apiKey.id, { name: 'renamed' })
  expect(stores.apiKeys.verify(key)?.endpoints).toEqual([endpoint.id])
  await stores.apiKeys.update(apiKey.id, { endpoints: 'all' })
  expect(stores.apiKeys.verify(key)?.endpoints).toBe('all')
  const unknown = { code: 'invalid', problems: [{ path: ['endpoints', 1] }] }
  const limit = stores.apiKeys.update(apiKey.id, { endpoints: [endpoint.id, 'x'] })
  await expect(limit).rejects.toMatchObject(unknown)
  expect(stores.apiKeys.verify(key)?.endpoints).toBe('all')
})

test('names are given once and unknown ids are refused', async () => {
  await using stores = await openTempStores()
  await stores.apiKeys.create({ name: 'ci' })
  const taken = { code: 'conflict', message: 'An API key named "ci" exists already.' }
  await expect(stores.apiKeys.create({ name: 'ci' })).rejects.toMatchObject(taken)
  const notFound = { code: 'not-found' }
  await expect(stores.apiKeys.update('x', {})).rejects.toMatchObject(notFound)
  await expect(stores.apiKeys.delete('x')).rejects.toMatchObject(notFound)
})

test('a key made elsewhere is put in under its name, and replaced there', async () => {
  await using stores = await openTempStores()
  const { apiKeys, db } = stores
  const put = async (key: string, name = 'ci') => {
    await db.write((tx) => apiKeys.putIn(tx, { name, key }))
    await apiKeys.reload()
  }
  const [first, second] = [makeApiKey(), makeApiKey()]
  await put(first)
  const { id } = apiKeys.verify(first) ?? {}
  await put(second)
  expect(apiKeys.verify(first)).toBeNull()
  expect(apiKeys.verify(second)).toMatchObject({ id, name: 'ci' })
  await expect(put(second, 'other')).rejects.toThrow('the one of the API key "ci"')
  const short = put('sk_mt_short').catch((error: unknown) => String(error))
  expect(await short).toContain('key: must be "sk_mt_" and 64 letters or digits')
  expect(await short).not.toContain('short')
})
