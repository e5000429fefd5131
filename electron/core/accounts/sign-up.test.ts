import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SessionView } from '../../../shared/account.ts'
import { PASSWORD, postAuth, signIn, signUp } from '../testing/temp-accounts.ts'
import { startTempCore, type TempCore } from '../testing/temp-core.ts'

const person = (name: string) => ({ name, email: `${name}@example.com`, password: PASSWORD })

async function sessionOf(core: TempCore, headers: Record<string, string> = {}) {
  const response = await fetch(`${core.url}/session`, { headers })
  return (await response.json()) as SessionView
}

async function said(response: Response): Promise<string> {
  return ((await response.json()) as { message: string }).message
}

describe('on this machine alone', () => {
  let core: TempCore
  beforeAll(async () => (core = await startTempCore({ auth: 'accounts' })))
  afterAll(() => core[Symbol.asyncDispose]())

  test('of two who come first at once, one becomes the administrator', async () => {
    expect(await sessionOf(core)).toMatchObject({ firstAccount: true, caller: null })
    const answers = await Promise.all(
      ['first', 'second'].map((name) => postAuth(core, 'sign-up/email', person(name))),
    )
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 403])
    const accounts = await core.admin.accounts.list.query()
    expect(accounts.map(({ role }) => role)).toEqual(['admin'])
    expect(await sessionOf(core)).toMatchObject({ firstAccount: false, signUp: 'closed' })
  })

  test('then nobody signs up, and an invitation is not even made', async () => {
    const answer = await postAuth(core, 'sign-up/email', person('eve'))
    expect(answer.status).toBe(403)
    expect(await said(answer)).toMatch('Nobody can sign up')
    const invite = core.admin.accounts.invite.mutate({ email: 'x@example.com', role: 'member' })
    await expect(invite).rejects.toThrow('Allow invitations first')
  })

  test('an invitation is good once, for its address, and gives its role', async () => {
    await core.admin.accounts.setSignUp.mutate({ mode: 'invite' })
    expect((await postAuth(core, 'sign-up/email', person('dora'))).status).toBe(403)
    const { url } = await core.admin.accounts.invite.mutate({
      email: 'Dora@Example.com',
      role: 'admin',
    })
    expect(url).toMatch(`${core.url}/sign-in?invitation=`)
    const invitation = new URL(url).searchParams.get('invitation') ?? ''
    const other = await postAuth(core, 'sign-up/email', { ...person('eve'), invitation })
    expect(await said(other)).toMatch('not good (any more) for this e-mail address')
    const dora = await signUp(core, 'dora', { invitation })
    expect(await dora.trpc.accounts.me.query()).toMatchObject({ caller: { role: 'admin' } })
    expect(await core.admin.accounts.invitations.query()).toEqual([])
    expect((await postAuth(core, 'sign-up/email', { ...person('e2'), invitation })).status).toBe(
      403,
    )
  })

  test('what is withdrawn is not good any more', async () => {
    const input = { email: 'fay@example.com', role: 'member' } as const
    const { url, invitation } = await core.admin.accounts.invite.mutate(input)
    await core.admin.accounts.withdraw.mutate({ id: invitation.id })
    const token = new URL(url).searchParams.get('invitation')
    const answer = await postAuth(core, 'sign-up/email', { ...person('fay'), invitation: token })
    expect(answer.status).toBe(403)
  })

  test('nobody gives themselves a role, a handle or a picture', async () => {
    await core.admin.accounts.setSignUp.mutate({ mode: 'open' })
    for (const field of [{ role: 'admin' }, { handle: 'mine' }]) {
      const answer = await postAuth(core, 'sign-up/email', { ...person('gus'), ...field })
      expect(answer.status).toBe(400)
    }
    const more = { image: 'https://evil.example/x.png', id: 'me', emailVerified: true }
    const gus = await signUp(core, 'gus', more)
    expect(gus.id).not.toBe('me')
    expect(await gus.trpc.accounts.me.query()).toMatchObject({ caller: { role: 'member' } })
    await core.admin.accounts.setSignUp.mutate({ mode: 'closed' })
  })

  test('a sign-in that fails never says why', async () => {
    const wrong = { email: 'gus@example.com', password: 'not the password' }
    const unknown = { email: 'nobody@example.com', password: 'not the password' }
    const answers = await Promise.all(
      [wrong, unknown].map((body) => postAuth(core, 'sign-in/email', body)),
    )
    expect(answers.map(({ status }) => status)).toEqual([401, 401])
    const [one, other] = await Promise.all(answers.map((answer) => answer.text()))
    expect(one).toBe(other)
  })

  test('tries are counted by address', async () => {
    const body = { email: 'gus@example.com', password: 'not the password' }
    const statuses: number[] = []
    for (let count = 0; count < 12; count++) {
      const answer = await postAuth(core, 'sign-in/email', {
        ...body,
        headers: { 'x-forwarded-for': `10.0.0.${count}`, 'x-metamcp-address': `10.0.0.${count}` },
      })
      statuses.push(answer.status)
      if (answer.status !== 429) continue
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    }
    expect(statuses.at(-1)).toBe(429)
    await expect(signIn(core, 'gus')).rejects.toThrow('429')
  })
})

test.each([
  ['by the one port', { host: '0.0.0.0' }],
  ['by the port for management', { adminPort: 0, adminHost: '0.0.0.0' }],
])('where other machines reach us %s, the first account takes the admin token', async (_, more) => {
  await using core = await startTempCore({ auth: 'accounts', ...more })
  expect(await sessionOf(core)).toMatchObject({ firstAccountNeedsToken: true })
  const forged = { ...person('eve'), headers: { 'x-metamcp-operator': '1' } }
  const refused = await postAuth(core, 'sign-up/email', forged)
  expect(refused.status).toBe(403)
  expect(await said(refused)).toMatch('admin token')
  const headers = { 'x-api-key': core.adminToken.token }
  expect((await postAuth(core, 'sign-up/email', { ...person('ada'), headers })).status).toBe(200)
})

test('without accounts there is nothing of them', async () => {
  await using core = await startTempCore()
  expect((await postAuth(core, 'sign-in/email', person('ada'))).status).toBe(404)
  expect(await core.admin.accounts.me.query()).toEqual({
    mode: 'token',
    caller: { kind: 'operator' },
  })
  await expect(core.admin.accounts.list.query()).rejects.toThrow('no accounts here')
})
