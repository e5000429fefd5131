import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTempAccounts, type TempAccounts } from '../testing/temp-accounts.ts'
import { startTempCore, type TempCore } from '../testing/temp-core.ts'

let core: TempCore
let people: TempAccounts
beforeAll(async () => {
  core = await startTempCore({ auth: 'accounts' })
  people = await openTempAccounts(core)
})
afterAll(() => core[Symbol.asyncDispose]())

test('the first account is the administrator, the others are members', async () => {
  const { ada, ben } = people
  expect(await ada.trpc.accounts.me.query()).toEqual({
    mode: 'accounts',
    caller: { kind: 'account', id: ada.id, name: 'ada', email: 'ada@example.com', role: 'admin' },
  })
  const list = await ada.trpc.accounts.list.query()
  expect(list.map(({ name, role }) => [name, role])).toEqual([
    ['ada', 'admin'],
    ['ben', 'member'],
    ['cara', 'member'],
  ])
  await expect(ben.trpc.accounts.list.query()).rejects.toThrow('administrator')
})
