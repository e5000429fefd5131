import { auth } from '@modelcontextprotocol/client'
import { expect, test } from 'vitest'
import { echoServer } from '../testing/echo-definition.ts'
import { connectWith, MemoryProvider } from '../testing/scripted-oauth.ts'
import { openTempAccounts, PASSWORD, postAuth } from '../testing/temp-accounts.ts'
import { configFileOf, startTempCore } from '../testing/temp-core.ts'
import {
  answerConsent,
  openInBrowser,
  openTempGrant,
  REDIRECT_URI,
  refresh,
  revoke,
  tokenStatus,
} from '../testing/temp-grant.ts'

/* From a 401 to a call, and back: what a client with OAuth goes through. */

const FILE = configFileOf([echoServer({ tools: 2 })], { auth: { oauth: true } })
const CALL = { name: 'echo__echo', arguments: { message: 'hello' } }

test('the SDK goes from 401 to a call, renews its token, and is refused once it is revoked', async () => {
  const times = { accessTokenS: 4 }
  await using core = await startTempCore({ auth: 'accounts', file: FILE, times })
  const { ben } = await openTempAccounts(core)
  const provider = new MemoryProvider(REDIRECT_URI)
  await expect(connectWith(core.mcpUrl(), provider)).rejects.toThrow(/Unauthorized/i)
  expect(provider.client?.client_id).toBeTruthy()
  const opened = provider.opened
  if (!opened) throw new Error('no browser was opened')

  // Nobody is signed in to that browser yet: the sign-in leads on to the consent by itself.
  const door = await openInBrowser(opened)
  expect(door.pathname).toBe('/sign-in')
  const credentials = { email: ben.email, password: PASSWORD }
  const query = { oauth_query: door.search.slice(1) }
  const signedIn = await postAuth(core, 'sign-in/email', { ...credentials, ...query })
  const page = new URL(((await signedIn.json()) as { url: string }).url, core.url)
  expect(page.pathname).toBe('/consent')
  const asked = await ben.trpc.authorization.pending.query({ query: page.search })
  expect(asked).toMatchObject({ clientName: 'SDK client', redirectHost: '127.0.0.1:7777' })
  expect(asked).toMatchObject({ isLocalRedirect: true, endpoint: { name: 'default' } })
  expect(asked.endpoint?.toolCount).toBeGreaterThan(0)
  const back = await answerConsent(core, ben, { query: page.search.slice(1), accept: true })
  expect(back.href.startsWith(REDIRECT_URI)).toBe(true)
  expect(back.searchParams.get('iss')).toBe(core.url)

  const code = back.searchParams.get('code') ?? ''
  const iss = back.searchParams.get('iss') ?? ''
  const done = { serverUrl: core.mcpUrl(), authorizationCode: code, iss }
  expect(await auth(provider, done)).toBe('AUTHORIZED')
  await using client = await connectWith(core.mcpUrl(), provider)
  expect(JSON.stringify(await client.callTool(CALL))).toContain('hello')

  // An access token that is out of date is renewed without anybody being asked.
  const first = provider.kept?.access_token ?? ''
  await expect.poll(() => tokenStatus(core.mcpUrl(), first), { timeout: 10_000 }).toBe(401)
  provider.opened = null
  expect(JSON.stringify(await client.callTool(CALL))).toContain('hello')
  expect(provider.kept?.access_token).not.toBe(first)
  expect(provider.opened).toBeNull()

  const [grant] = await ben.trpc.authorization.grants.query()
  expect(grant).toMatchObject({ name: 'SDK client', endpoints: ['default'] })
  expect(grant?.lastUsedAt).not.toBeNull()
  await ben.trpc.authorization.revoke.mutate({ clientId: grant?.clientId ?? '' })
  await expect(client.callTool(CALL)).rejects.toThrow(/Unauthorized/i)
  expect(await ben.trpc.authorization.grants.query()).toEqual([])
})

test('a client gives its tokens back: none of them opens anything any more', async () => {
  await using core = await startTempCore({ auth: 'accounts', file: FILE })
  const { ben, cara } = await openTempAccounts(core)
  const grant = await openTempGrant(core, ben)
  const other = await openTempGrant(core, cara)
  expect(await tokenStatus(core.mcpUrl(), grant.accessToken)).toBe(200)
  // Another client cannot do that for it.
  expect(await revoke(core, other.clientId, grant.accessToken)).toBe(200)
  expect(await tokenStatus(core.mcpUrl(), grant.accessToken)).toBe(200)

  expect(await revoke(core, grant.clientId, grant.accessToken)).toBe(200)
  expect(await tokenStatus(core.mcpUrl(), grant.accessToken)).toBe(401)
  expect((await refresh(core, grant)).body['error']).toBe('invalid_grant')
  expect(await tokenStatus(core.mcpUrl(), other.accessToken)).toBe(200)
})
