import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectLegacy } from '../testing/clients.ts'
import { openTempAccounts, type TempAccounts } from '../testing/temp-accounts.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

let core: TempCore
let people: TempAccounts
beforeAll(async () => {
  core = await startTempCore({ auth: 'accounts', file: configFileOf([]) })
  people = await openTempAccounts(core)
})
afterAll(() => core[Symbol.asyncDispose]())

const SHARED = { shared: true }

test('who deletes a namespace is told the names of the endpoints that they see, of others how many', async () => {
  const { ada, ben, cara } = people
  const { id } = await ben.trpc.namespaces.create.mutate({ name: 'for-all', ...SHARED })
  const made = { namespaceId: id }
  await ben.trpc.endpoints.create.mutate({ ...made, name: 'seen', ...SHARED })
  await ben.trpc.endpoints.create.mutate({ ...made, name: 'kept' })
  await cara.trpc.endpoints.create.mutate({ ...made, name: 'hers' })

  const text = (one: string) =>
    `The namespace cannot be deleted while ${one}. Switch it off first: then those of other people go with it.`
  await expect(ada.trpc.namespaces.delete.mutate({ id })).rejects.toThrow(
    text('the endpoint "seen" and 2 endpoints of other people use it'),
  )
  await expect(ben.trpc.namespaces.delete.mutate({ id })).rejects.toThrow(
    text('the endpoints "kept", "seen" and 1 endpoint of other people use it'),
  )
  await expect(core.admin.namespaces.delete.mutate({ id })).rejects.toThrow(
    'while the endpoints "hers", "kept", "seen" use it.',
  )
})

test('an endpoint of somebody else does not keep a namespace that is off, and comes back with it', async () => {
  const { ada, cara } = people
  const { id } = await core.admin.namespaces.create.mutate({ name: 'instances' })
  const hers = await cara.trpc.endpoints.create.mutate({ name: 'hers-2', namespaceId: id })
  const { key } = await cara.trpc.apiKeys.create.mutate({ name: 'cara', endpoints: [hers.id] })
  const url = core.mcpUrl(hers.address)
  const client = await connectLegacy(url, key)
  await expect(ada.trpc.namespaces.delete.mutate({ id })).rejects.toThrow(
    'while 1 endpoint of other people uses it. Switch it off first',
  )

  await ada.trpc.namespaces.setEnabled.mutate({ id, enabled: false })
  const { removalId } = await ada.trpc.namespaces.delete.mutate({ id })
  expect((await cara.trpc.endpoints.list.query()).map(({ name }) => name)).not.toContain('hers-2')
  await expect.poll(() => client.listTools().catch(() => 'ended')).toBe('ended')
  await client.close()

  await ada.trpc.removals.restore.mutate({ id: removalId })
  expect(await cara.trpc.endpoints.get.query({ id: hers.id })).toEqual(hers)
  await using again = await connectLegacy(url, key)
  expect((await again.listTools()).tools).toEqual([])
})

test('nor one that is shared no more, and a name that was taken meanwhile stays', async () => {
  const { ben, cara } = people
  const { id } = await ben.trpc.namespaces.create.mutate({ name: 'was-shared', ...SHARED })
  const place = await cara.trpc.namespaces.create.mutate({ name: 'own' })
  const gone = await cara.trpc.endpoints.create.mutate({ name: 'again', namespaceId: id })
  await ben.trpc.namespaces.update.mutate({ id, patch: { shared: false } })
  const { removalId } = await ben.trpc.namespaces.delete.mutate({ id })
  const made = await cara.trpc.endpoints.create.mutate({ name: 'again', namespaceId: place.id })
  await ben.trpc.removals.restore.mutate({ id: removalId })
  expect(await cara.trpc.endpoints.get.query({ id: made.id })).toEqual(made)
  await expect(cara.trpc.endpoints.get.query({ id: gone.id })).rejects.toThrow('no endpoint')
  expect((await ben.trpc.namespaces.get.query({ id })).shared).toBe(false)
})
