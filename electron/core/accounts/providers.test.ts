import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SessionView } from '../../../shared/account.ts'
import { openIdentityProvider, type IdentityProvider } from '../testing/identity-provider.ts'
import { openTempAccounts, postAuth, type TempAccounts } from '../testing/temp-accounts.ts'
import { startTempCore, type TempCore } from '../testing/temp-core.ts'

let core: TempCore
let people: TempAccounts
let provider: IdentityProvider
beforeAll(async () => {
  core = await startTempCore({ auth: 'accounts' })
  people = await openTempAccounts(core)
  provider = await openIdentityProvider()
  const { clientId, clientSecret } = await provider.register(`${core.url}/api/auth/callback/work`)
  await people.ada.trpc.accounts.putProvider.mutate({
    ...{ id: 'work', name: 'Work', issuer: provider.issuer, clientId, clientSecret },
  })
})
afterAll(async () => {
  await core[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
})

type Visit = { location: string; caller: SessionView['caller']; callback: string; cookie: string }

/** All that a browser does between the button and the window. */
async function signInWith(email: string): Promise<Visit> {
  const begun = await postAuth(core, 'sign-in/oauth2', { providerId: 'work', callbackURL: '/' })
  const { url } = (await begun.json()) as { url: string }
  const state = begun.headers.getSetCookie()
  expect(state.join()).toMatch(/metamcp\.state=.*SameSite=Lax/)
  const cookie = state.map((value) => value.split(';', 1)[0]).join('; ')
  const callback = await provider.authorize(url, email)
  const returned = await fetch(callback, { redirect: 'manual', headers: { cookie } })
  const own = returned.headers.getSetCookie().map((value) => value.split(';', 1)[0] ?? '')
  const session = await fetch(`${core.url}/session`, { headers: { cookie: own.join('; ') } })
  const { caller } = (await session.json()) as SessionView
  return { location: returned.headers.get('location') ?? '', caller, callback, cookie }
}

test('whom nobody has invited does not get in while sign-up is closed', async () => {
  await provider.addPerson('stranger@example.com', true)
  const { caller, location } = await signInWith('stranger@example.com')
  expect(caller).toBeNull()
  expect(new URL(location, core.url).searchParams.has('error')).toBe(true)
  expect((await people.ada.trpc.accounts.list.query()).length).toBe(3)
})

test('an invitation lets its verified address in, and no unverified one', async () => {
  await people.ada.trpc.accounts.setSignUp.mutate({ mode: 'invite' })
  for (const name of ['dora', 'eve']) {
    const input = { email: `${name}@example.com`, role: 'member' } as const
    await people.ada.trpc.accounts.invite.mutate(input)
  }
  await provider.addPerson('dora@example.com', true)
  await provider.addPerson('eve@example.com', false)
  expect((await signInWith('dora@example.com')).caller).toMatchObject({ role: 'member' })
  expect((await signInWith('eve@example.com')).caller).toBeNull()
  const dora = (await people.ada.trpc.accounts.list.query()).find(({ email }) =>
    email.startsWith('dora'),
  )
  expect(dora?.signsInWith).toEqual(['work'])
  await people.ada.trpc.accounts.setSignUp.mutate({ mode: 'closed' })
  // She has an account now.
  expect((await signInWith('dora@example.com')).caller).toMatchObject({ id: dora?.id })
})

test('an account whose address nobody has verified is not taken over by it', async () => {
  await provider.addPerson('ben@example.com', true)
  expect((await signInWith('ben@example.com')).caller).toBeNull()
  await provider.addPerson('ada@example.com', true)
  expect((await signInWith('ada@example.com')).caller).toMatchObject({ name: 'ada' })
})

test('a return is good once, and in the browser that began alone', async () => {
  const { callback, cookie, caller } = await signInWith('dora@example.com')
  expect(caller).not.toBeNull()
  const again = await fetch(callback, { redirect: 'manual', headers: { cookie } })
  expect(again.headers.getSetCookie().join()).not.toMatch(/session_token=[^;]/)
  const begun = await postAuth(core, 'sign-in/oauth2', { providerId: 'work' })
  const { url } = (await begun.json()) as { url: string }
  const stolen = await provider.authorize(url, 'dora@example.com')
  const foreign = await fetch(stolen, { redirect: 'manual' })
  expect(foreign.headers.getSetCookie().join()).not.toMatch(/session_token=[^;]/)
})

test('nobody is sent to another site', async () => {
  const body = { providerId: 'work', callbackURL: 'https://evil.example/' }
  expect((await postAuth(core, 'sign-in/oauth2', body)).status).toBe(403)
})

test('what the provider gave and our secret for it are not told', async () => {
  const { ada, ben } = people
  const secret = 'client secret of the provider'
  const input = { id: 'other', name: 'Other', issuer: 'http://127.0.0.1:9', clientId: 'c' }
  const put = ada.trpc.accounts.putProvider.mutate({ ...input, clientSecret: secret })
  await expect(put).rejects.toThrow('does not answer')
  const providers = await ada.trpc.accounts.providers.query()
  expect(JSON.stringify(providers)).not.toContain(secret)
  expect(providers.find(({ id }) => id === 'other')).toMatchObject({ hasClientSecret: true })
  await expect(ben.trpc.accounts.providers.query()).rejects.toThrow('administrator')
  await ada.trpc.accounts.removeProvider.mutate({ id: 'other' })
  const plain = { ...input, issuer: 'http://idp.example.com' }
  await expect(ada.trpc.accounts.putProvider.mutate(plain)).rejects.toThrow('https')
})
