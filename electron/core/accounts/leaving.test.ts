import { afterAll, beforeAll, expect, test } from 'vitest'
import { echoServer } from '../testing/echo-definition.ts'
import { openTempAccounts, type TempAccounts } from '../testing/temp-accounts.ts'
import { startTempCore, type TempCore } from '../testing/temp-core.ts'

let core: TempCore
let people: TempAccounts
beforeAll(async () => {
  core = await startTempCore({ auth: 'accounts' })
  people = await openTempAccounts(core)
})
afterAll(() => core[Symbol.asyncDispose]())

test('the last administrator stays, and stays one', async () => {
  const { ada, ben } = people
  const sentence = 'You are the last administrator. Make someone else one first.'
  await expect(ada.trpc.accounts.remove.mutate({ id: ada.id })).rejects.toThrow(sentence)
  const demote = { id: ada.id, role: 'member' } as const
  await expect(ada.trpc.accounts.setRole.mutate(demote)).rejects.toThrow(sentence)
  await ada.trpc.accounts.setRole.mutate({ id: ben.id, role: 'admin' })
  expect((await ben.trpc.accounts.list.query()).length).toBe(3)
  await ada.trpc.accounts.setRole.mutate({ id: ben.id, role: 'member' })
  await expect(ben.trpc.accounts.list.query()).rejects.toThrow('administrator')
})

test('who leaves takes along what is theirs alone, and leaves behind what is shared', async () => {
  const { ada, cara } = people
  await core.admin.accounts.setRole.mutate({ id: cara.id, role: 'admin' })
  await core.admin.servers.create.mutate({ ...echoServer(), name: 'same' })
  const own = await cara.trpc.servers.create.mutate({ ...echoServer(), name: 'private' })
  const given = { ...echoServer(), name: 'same', shared: true }
  const shared = await cara.trpc.servers.create.mutate(given)
  const deleted = await cara.trpc.servers.create.mutate({ ...echoServer(), name: 'deleted' })
  await cara.trpc.servers.delete.mutate({ id: deleted.id })
  const kept = await core.admin.servers.create.mutate({ ...echoServer(), name: 'kept' })
  await core.admin.servers.delete.mutate({ id: kept.id })
  const removed = async () =>
    (await core.admin.removals.list.query()).flatMap(({ names }) => names).toSorted()
  expect(await removed()).toEqual(['deleted', 'kept'])
  const { key } = await cara.trpc.apiKeys.create.mutate({ name: 'mine' })
  expect(key).toMatch(/^sk_mt_/)
  await ada.trpc.accounts.remove.mutate({ id: cara.id })
  await expect(cara.trpc.accounts.me.query()).rejects.toThrow('signed in')
  expect(await removed()).toEqual(['kept'])
  const servers = await core.admin.servers.list.query()
  const byId = new Map(servers.map((server) => [server.id, server]))
  expect(byId.has(own.id)).toBe(false)
  expect(byId.get(shared.id)).toMatchObject({ name: 'same-2', ownerId: null, shared: true })
  expect((await core.admin.apiKeys.list.query()).map(({ name }) => name)).not.toContain('mine')
})
