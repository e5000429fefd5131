import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AuditEntry } from '../../../shared/audit.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { openIdentityProvider } from '../testing/identity-provider.ts'
import {
  openTempAccounts,
  PASSWORD,
  postAuth,
  signIn,
  type TempAccounts,
} from '../testing/temp-accounts.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'
import {
  answerConsent,
  authorizationRequest,
  openInBrowser,
  openTempGrant,
  refresh,
  registerTempClient,
} from '../testing/temp-grant.ts'

/* What the audit log tells of the door: who came in, who did not, and whom they let in. */

let core: TempCore
let people: TempAccounts
beforeAll(async () => {
  const file = configFileOf([echoServer({ tools: 1 })], { auth: { oauth: true } })
  core = await startTempCore({ auth: 'accounts', file, times: { refreshReuseS: 0 } })
  people = await openTempAccounts(core)
})
afterAll(() => core[Symbol.asyncDispose]())

/** What `work` adds to the log, oldest first. */
async function notedBy(work: () => Promise<unknown>): Promise<AuditEntry[]> {
  const read = async () => (await core.admin.audit.list.query({ limit: 200 })).entries
  const last = (await read())[0]?.id ?? 0
  await work()
  return (await read()).filter(({ id }) => id > last).toReversed()
}

const inShort = (entries: AuditEntry[]) =>
  entries.map(({ actor, action, outcome }) => [actor.kind, actor.name, action, outcome].join(' '))

test('accounts that were made, and that browsers sign in to and out of', async () => {
  const { entries } = await core.admin.audit.list.query({ limit: 200 })
  expect(inShort(entries.toReversed())).toEqual([
    'account ada sign-up done',
    'admin admin token accounts.setSignUp done',
    'account ben sign-up done',
    'account cara sign-up done',
    'admin admin token accounts.setSignUp done',
  ])
  const noted = await notedBy(async () => {
    const one = await signIn(core, 'ben')
    await postAuth(core, 'sign-out', { headers: one.headers })
    const two = await signIn(core, 'ben')
    await fetch(`${core.url}/session`, { method: 'DELETE', headers: two.headers })
    // Nobody is there who could.
    await fetch(`${core.url}/session`, { method: 'DELETE', headers: { origin: core.url } })
  })
  const twice = ['account ben sign-in done', 'account ben sign-out done']
  expect(inShort(noted)).toEqual([...twice, ...twice])
  expect(noted[0]?.actor.id).toBe(people.ben.id)
})

test('who was not let in is noted by the address they gave, and by nothing secret', async () => {
  const noted = await notedBy(async () => {
    await postAuth(core, 'sign-in/email', { email: 'Ben@example.com', password: 'a-wrong-one' })
    const stranger = { name: 'Eve', email: 'eve@example.com', password: PASSWORD }
    await postAuth(core, 'sign-up/email', stranger)
    await postAuth(core, 'sign-in/email', { email: PASSWORD, password: 'a-wrong-one' })
  })
  expect(inShort(noted)).toEqual([
    'anonymous ben@example.com sign-in refused',
    'anonymous eve@example.com sign-up refused',
  ])
  expect(JSON.stringify(noted)).not.toMatch(/a-wrong-one|correct horse/)
})

test('the admin token at the door, and a wrong one', async () => {
  const headers = { 'content-type': 'application/json' }
  const enter = (token: string) =>
    fetch(`${core.url}/session`, { method: 'POST', headers, body: JSON.stringify({ token }) })
  const noted = await notedBy(async () => {
    await enter('a-wrong-one')
    const [cookie = ''] = (await enter(core.adminToken.token)).headers.getSetCookie()
    const own = { cookie: cookie.split(';', 1)[0] ?? '', origin: core.url }
    await fetch(`${core.url}/session`, { method: 'DELETE', headers: own })
  })
  expect(inShort(noted)).toEqual([
    'anonymous  sign-in refused',
    'admin admin token sign-in done',
    'admin admin token sign-out done',
  ])
  expect(JSON.stringify(noted)).not.toContain('a-wrong-one')
})

test('people from a provider, also one that is not let in', async () => {
  await using provider = await openIdentityProvider()
  const registered = await provider.register(`${core.url}/api/auth/callback/work`)
  const { issuer } = provider
  const input = { id: 'work', name: 'Work', issuer, ...registered }
  await core.admin.accounts.putProvider.mutate(input)
  const visit = async (email: string) => {
    await provider.addPerson(email, true)
    const begun = await postAuth(core, 'sign-in/oauth2', { providerId: 'work', callbackURL: '/' })
    const { url } = (await begun.json()) as { url: string }
    const cookie = begun.headers.getSetCookie().map((value) => value.split(';', 1)[0])
    const back = await provider.authorize(url, email)
    await fetch(back, { redirect: 'manual', headers: { cookie: cookie.join('; ') } })
  }
  const noted = await notedBy(async () => {
    await visit('dora@example.com')
    await core.admin.accounts.setSignUp.mutate({ mode: 'open' })
    await visit('dora@example.com')
    await visit('dora@example.com')
  })
  const atDoor = noted.filter(({ action }) => action.startsWith('sign-'))
  expect(inShort(atDoor)).toEqual([
    'anonymous  sign-in refused',
    'account Somebody sign-up done',
    'account Somebody sign-in done',
  ])
  expect(atDoor.every(({ detail }) => detail?.['provider'] === 'work')).toBe(true)
})

test('clients that a person lets in or refuses, and why they are out again', async () => {
  const { ben } = people
  const name = 'Editor'
  const noted = await notedBy(async () => {
    const clientId = await registerTempClient(core, { client_name: name })
    const request = authorizationRequest(core, { clientId, resource: core.mcpUrl().href })
    const page = await openInBrowser(request.url, ben)
    await answerConsent(core, ben, { query: page.search.slice(1), accept: false })
    const first = await openTempGrant(core, ben, { name })
    await fetch(`${core.url}/api/auth/oauth2/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ token: first.refreshToken, client_id: first.clientId }),
    })
    const second = await openTempGrant(core, ben, { name })
    await refresh(core, second)
    await refresh(core, second)
  })
  expect(inShort(noted)).toEqual([
    'account ben consent refused',
    'account ben consent done',
    'account ben authorization.revoke done',
    'account ben consent done',
    'local this computer authorization.revoke done',
  ])
  expect(noted.map(({ target }) => target?.name)).toEqual(Array(5).fill(name))
  // Whom ben lets in is his own affair.
  const { entries } = await people.ada.trpc.audit.list.query({ limit: 200, text: 'consent' })
  expect(entries).toEqual([])
})
