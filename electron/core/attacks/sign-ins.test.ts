import { afterAll, beforeAll, expect, test } from 'vitest'
import { echoServer } from '../testing/echo-definition.ts'
import { HELLO, openProbe, rpc } from '../testing/http-probe.ts'
import { openOddAuthServer } from '../testing/odd-auth-server.ts'
import {
  openTempAccounts,
  postAuth,
  PASSWORD,
  type TempAccounts,
} from '../testing/temp-accounts.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'

/* Forged returns, redirects to elsewhere, and what belongs to another caller. */

let core: TempCore
let people: TempAccounts

beforeAll(async () => {
  core = await startTempCore({
    auth: 'accounts',
    file: configFileOf([echoServer({ tools: 5 })]),
  })
  people = await openTempAccounts(core)
})
afterAll(() => core[Symbol.asyncDispose]())

const ELSEWHERE = [
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  'javascript:alert(1)',
  'http://127.0.0.1:1/',
  '/%09/evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  'data:text/html,x',
]

test.each(ELSEWHERE)('open redirect: nobody is sent to %s after a sign-in', async (callbackURL) => {
  const who = { email: 'ada@example.com', password: PASSWORD }
  for (const [path, body] of [
    ['sign-in/email', { ...who, callbackURL }],
    ['sign-in/oauth2', { providerId: 'corp', callbackURL }],
    ['sign-out', { callbackURL }],
  ] as const) {
    const response = await postAuth(core, path, body)
    // Ten a minute are looked at: one that was not would show nothing.
    expect(response.status).not.toBe(429)
    const { url } = (await response.json()) as { url?: string }
    for (const to of [response.headers.get('location'), url]) {
      const leads = new URL(to ?? '/', core.url).origin
      expect([path, to, leads]).toEqual([path, to, core.url])
    }
  }
})

test.each(ELSEWHERE)('open redirect: no address leads to %s', async (to) => {
  const target = encodeURIComponent(to)
  const names = ['redirect', 'next', 'callbackURL', 'returnTo', 'url', 'redirect_uri', 'error']
  for (const path of [
    '/',
    '/sign-in',
    '/consent',
    '/oauth/callback',
    '/api/auth/error',
    '/session',
  ]) {
    const query = names.map((name) => `${name}=${target}`).join('&')
    const response = await fetch(`${core.url}${path}?${query}`, { redirect: 'manual' })
    const location = response.headers.get('location')
    const leads = location === null ? core.url : new URL(location, core.url).origin
    expect([path, leads]).toEqual([path, core.url])
  }
})

test('forged returns: a state that was guessed, changed, used or of elsewhere brings no tokens', async () => {
  await using locked = await openOddAuthServer()
  const made = await core.admin.servers.create.mutate({
    ...{ name: 'locked', type: 'STREAMABLE_HTTP', url: locked.mcpUrl },
  })
  const begin = async () => {
    const { url } = await core.admin.oauth.signIn.mutate({ serverId: made.id })
    return new URL(url).searchParams.get('state') ?? ''
  }
  const comeBack = (query: string) => fetch(`${core.url}/oauth/callback?${query}`)
  const asked = () => locked.posted.filter(({ path }) => path === '/token').length
  const state = await begin()
  const last = state.at(-1) === 'A' ? 'B' : 'A'
  for (const query of [
    'code=x',
    'code=x&state=',
    'code=x&state=guessed',
    `code=x&state=${state.slice(0, -1)}${last}`,
    `code=x&state=${state.toLowerCase() === state ? 'x' : state.toLowerCase()}`,
    `code=x&state=${state}&state=other`,
    `state=${state}0&code=x`,
  ]) {
    const { status } = await comeBack(query)
    expect([query, status]).toEqual([query, 400])
  }
  expect(asked()).toBe(0)

  // By no other method, whatever is sent with it.
  const posted = await fetch(`${core.url}/oauth/callback?code=x&state=${state}`, { method: 'POST' })
  expect([posted.status, asked()]).toEqual([405, 0])

  const fresh = await begin()
  expect((await comeBack(`code=x&state=${fresh}`)).status).toBe(200)
  expect((await comeBack(`code=x&state=${fresh}`)).status).toBe(400)
  expect(asked()).toBe(1)
})

test('a sign-in that an account began ends in no browser but its own', async () => {
  const { ada, ben } = people
  await using locked = await openOddAuthServer()
  const made = await ben.trpc.servers.create.mutate({
    ...{ name: 'phishing', type: 'STREAMABLE_HTTP', url: locked.mcpUrl },
  })
  const begin = async () => {
    const { url } = await ben.trpc.oauth.signIn.mutate({ serverId: made.id })
    return `code=x&state=${new URL(url).searchParams.get('state')}`
  }
  const comeBack = async (query: string, cookie = '') => {
    const response = await fetch(`${core.url}/oauth/callback?${query}`, { headers: { cookie } })
    return { status: response.status, html: await response.text() }
  }
  const asked = () => locked.posted.filter(({ path }) => path === '/token').length
  const sees = (text: string) => expect.stringContaining(text) as string

  // From another site no cookie comes along: a page of ours asks once more, and that brings them.
  const query = await begin()
  const first = await comeBack(query)
  const again = /http-equiv="refresh" content="0;url=\?([^"]+)"/.exec(first.html)?.[1] ?? ''
  const asText = again.replaceAll('&#38;', '&')
  expect([first.status, asText]).toEqual([200, `${query}&again=1`])
  expect(await comeBack(asText)).toEqual({ status: 403, html: sees('is not signed in') })
  const other = await comeBack(asText, ada.cookie)
  expect(other).toEqual({ status: 403, html: sees('begun by another account') })
  expect(asked()).toBe(0)
  // It has been in hands of others.
  expect((await comeBack(asText, ben.cookie)).status).toBe(400)
  expect((await comeBack(await begin(), ada.cookie)).status).toBe(403)
  expect([asked(), (await ben.trpc.servers.get.query({ id: made.id })).signIn]).toEqual([0, null])

  const own = await begin()
  expect((await comeBack(`${own}&again=1`)).status).toBe(403)
  expect((await comeBack(`${own}&again=1`, ben.cookie)).status).toBe(200)
  expect(asked()).toBe(1)
})

test('a sign-in to what its owner keeps to themselves by now brings them nothing', async () => {
  const { ada, ben } = people
  await using locked = await openOddAuthServer()
  const { id } = await ben.trpc.servers.create.mutate({
    ...{ name: 'once-shared', type: 'STREAMABLE_HTTP', url: locked.mcpUrl, shared: true },
  })
  const { url } = await ada.trpc.oauth.signIn.mutate({ serverId: id })
  await ben.trpc.servers.update.mutate({ id, patch: { shared: false } })
  const query = `code=x&state=${new URL(url).searchParams.get('state')}`
  const headers = { cookie: ada.cookie }
  expect((await fetch(`${core.url}/oauth/callback?${query}`, { headers })).status).toBe(409)
  expect(locked.posted.map(({ path }) => path)).not.toContain('/token')
})

test('the session of another caller is not there: by no method, and not for its owner’s peers', async () => {
  const { key: other } = await core.admin.apiKeys.create.mutate({ name: 'other' })
  const { send, openSession } = openProbe(core)
  const session = await openSession()
  const shown = { 'mcp-session-id': session, authorization: `Bearer ${other}` }
  for (const method of ['POST', 'GET', 'DELETE']) {
    const body = method === 'POST' ? { body: rpc('tools/list') } : {}
    const answered = await send({ method, headers: shown, ...body })
    expect([method, answered.status]).toEqual([method, 404])
  }
  const cookie = { 'mcp-session-id': session, authorization: '', cookie: people.ada.cookie }
  expect((await send({ headers: cookie, body: rpc('tools/list') })).status).toBe(401)
  // It is still there for whom it belongs to.
  const own = { 'mcp-session-id': session }
  expect((await send({ headers: own, body: rpc('tools/list') })).status).toBe(200)
})

test('cursors that were changed, made up or of another list are refused', async () => {
  const { send, openSession } = openProbe(core)
  const headers = { 'mcp-session-id': await openSession() }
  const made = [
    'x',
    '0',
    '{"from":0}',
    Buffer.from('{"from":0}').toString('base64'),
    `v1.${Buffer.alloc(64).toString('base64url')}`,
    'v1.',
    'v2.AAAA',
    '__proto__',
    'a'.repeat(100_000),
  ]
  for (const cursor of made) {
    const { json } = await send({ headers, body: rpc('tools/list', { cursor }) })
    expect(json.error).toMatchObject({ code: -32602 })
  }
})

test('a session of an account is no key, and a made up cookie is nobody', async () => {
  const hello = rpc('initialize', HELLO)
  const { send } = openProbe(core)
  const token = decodeURIComponent(people.ada.cookie.split('=')[1] ?? '')
  for (const shown of [token, token.split('.')[0] ?? '', people.ada.id]) {
    const headers = { authorization: `Bearer ${shown}` }
    expect((await send({ headers, body: hello })).status).toBe(401)
    const listed = await fetch(`${core.url}/trpc/frontend/servers.list`, { headers })
    expect(listed.status).toBe(401)
  }
  const [name = '', value = ''] = people.ada.cookie.split(/=(.*)/)
  const [first = ''] = decodeURIComponent(value).split('.')
  // Of the session's token alone each letter counts.
  const other = `${first.startsWith('A') ? 'B' : 'A'}${first.slice(1)}`
  const signature = value.slice(value.indexOf('.'))
  for (const made of [
    '',
    '.',
    'null',
    other,
    `${other}${signature}`,
    first.slice(1),
    encodeURIComponent('{}'),
  ]) {
    const headers = { cookie: `${name}=${made}`, origin: core.url }
    const listed = await fetch(`${core.url}/trpc/frontend/servers.list`, { headers })
    expect([made, listed.status]).toEqual([made, 401])
  }
})
