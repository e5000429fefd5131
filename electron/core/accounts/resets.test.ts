import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { AuditEntry } from '../../../shared/audit.ts'
import type { SessionView } from '../../../shared/account.ts'
import { openTempAccounts, PASSWORD, postAuth, signIn } from '../testing/temp-accounts.ts'
import type { TempAccounts, TempPerson } from '../testing/temp-accounts.ts'
import { startTempCore, type TempCore } from '../testing/temp-core.ts'

/* Links by which somebody who forgot their password sets a new one. */

let core: TempCore
let people: TempAccounts
beforeAll(async () => {
  core = await startTempCore({ auth: 'accounts' })
  people = await openTempAccounts(core)
})
afterAll(() => core[Symbol.asyncDispose]())

const NEXT = 'another long password'

async function linkFor(person: Pick<TempPerson, 'id'>, by = core.admin): Promise<string> {
  const { url } = await by.accounts.makeResetLink.mutate({ id: person.id })
  expect(url).toMatch(`${core.url}/sign-in?reset=`)
  return new URL(url).searchParams.get('reset') ?? ''
}

const use = (token: string, newPassword = NEXT) =>
  postAuth(core, 'reset-password', { token, newPassword })

async function isIn({ headers }: TempPerson): Promise<boolean> {
  const response = await fetch(`${core.url}/session`, { headers })
  return ((await response.json()) as SessionView).caller !== null
}

async function notes(): Promise<AuditEntry[]> {
  return (await core.admin.audit.list.query({ limit: 200 })).entries
}

test('a link is good once, sets a password, and ends all sessions of the account', async () => {
  const other = await signIn(core, 'ben')
  const token = await linkFor(people.ben, people.ada.trpc)
  // What is too short does not use it up.
  expect((await use(token, 'short')).status).toBe(400)
  expect(await isIn(other)).toBe(true)
  const answer = await use(token)
  expect(answer.status).toBe(200)
  // Whoever has the link signs in with what they have set: it is no way in by itself.
  expect(answer.headers.getSetCookie()).toEqual([])
  expect([await isIn(other), await isIn(people.ben), await isIn(people.cara)]).toEqual([
    ...[false, false, true],
  ])
  await expect(signIn(core, 'ben', PASSWORD)).rejects.toThrow('401')
  await signIn(core, 'ben', NEXT)
  const again = await use(token, 'a third long password')
  expect(again.status).toBe(400)
  expect(await again.json()).toMatchObject({ code: 'INVALID_TOKEN' })
  await signIn(core, 'ben', NEXT)
})

test('of two who come with the same link at once, one sets the password', async () => {
  const token = await linkFor(people.ben)
  const passwords = ['the first of passwords', 'the second of passwords']
  const answers = await Promise.all(passwords.map((password) => use(token, password)))
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400])
  const good = passwords[answers.findIndex(({ ok }) => ok)]
  await signIn(core, 'ben', good)
})

test('a newer link, a changed password and a day end it', async () => {
  const first = await linkFor(people.cara)
  const second = await linkFor(people.cara)
  expect((await use(first)).status).toBe(400)
  await people.cara.trpc.accounts.changePassword.mutate({ current: PASSWORD, next: NEXT })
  expect((await use(second, 'a third long password')).status).toBe(400)
  const { url, expiresAt } = await core.admin.accounts.makeResetLink.mutate({ id: people.cara.id })
  const left = Date.parse(expiresAt) - Date.now()
  expect(left / 3_600_000).toBeCloseTo(24, 1)
  vi.useFakeTimers({ now: Date.parse(expiresAt) + 1_000, toFake: ['Date'] })
  try {
    const token = new URL(url).searchParams.get('reset') ?? ''
    expect((await use(token, 'a third long password')).status).toBe(400)
  } finally {
    vi.useRealTimers()
  }
  await signIn(core, 'cara', NEXT)
})

test('members make none, and there is none for nobody', async () => {
  const { ada, cara } = people
  const denied = cara.trpc.accounts.makeResetLink.mutate({ id: ada.id })
  await expect(denied).rejects.toMatchObject({ data: { code: 'FORBIDDEN' } })
  const unknown = core.admin.accounts.makeResetLink.mutate({ id: 'none' })
  await expect(unknown).rejects.toThrow('no account with the id')
})

test('it is noted who made a link and who used it, and neither token nor password', async () => {
  const token = await linkFor(people.ben, people.ada.trpc)
  await use('none')
  await use(token, 'yet another password')
  const entries = await notes()
  const [done, failed, made] = entries
  expect(made).toMatchObject({
    ...{ actor: { name: 'ada' }, action: 'accounts.makeResetLink', outcome: 'done' },
    target: { kind: 'account', id: people.ben.id, name: 'ben' },
  })
  expect(failed).toMatchObject({
    ...{ actor: { kind: 'anonymous' }, action: 'reset-password', outcome: 'failed' },
  })
  expect(done).toMatchObject({
    ...{ actor: { kind: 'account', name: 'ben' }, action: 'reset-password', outcome: 'done' },
  })
  const text = JSON.stringify(entries)
  expect([token, 'yet another password'].filter((secret) => text.includes(secret))).toEqual([])
})

test('the operator lets the only administrator in again; who is gone stays so; tries are counted', async () => {
  await using alone = await startTempCore({ auth: 'accounts' })
  const { ada, ben } = await openTempAccounts(alone)
  const useThere = async (person: TempPerson) => {
    const { url } = await alone.admin.accounts.makeResetLink.mutate({ id: person.id })
    const token = new URL(url).searchParams.get('reset')
    return () => postAuth(alone, 'reset-password', { token, newPassword: NEXT })
  }
  expect((await (await useThere(ada))()).status).toBe(200)
  const again = await signIn(alone, 'ada', NEXT)
  expect(await again.trpc.accounts.me.query()).toMatchObject({ caller: { role: 'admin' } })

  const late = await useThere(ben)
  await alone.admin.accounts.remove.mutate({ id: ben.id })
  expect((await late()).status).toBe(400)
  await expect(signIn(alone, 'ben', NEXT)).rejects.toThrow('401')

  const statuses: number[] = []
  for (let count = 0; count < 9; count++) statuses.push((await late()).status)
  expect(statuses).toEqual([...Array<number>(8).fill(400), 429])
})
