import { afterAll, beforeAll, expect, test } from 'vitest'
import { echoServer } from '../testing/echo-definition.ts'
import { openTempAccounts, postAuth, type TempPerson } from '../testing/temp-accounts.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'
import {
  allow,
  answerConsent,
  authorizationRequest,
  openInBrowser,
  redeem,
  REDIRECT_URI,
  registerTempClient,
} from '../testing/temp-grant.ts'

/* What is asked of a person's browser, and what must not come of it. */

const FILE = configFileOf([echoServer()], { auth: { oauth: true } })

const FORGED_REDIRECTS = [
  'http://127.0.0.1.evil.example:7777/callback',
  'http://evil.example/callback',
  'http://127.0.0.1:7777/callback/../other',
  'http://127.0.0.1:7777/callback2',
  'http://127.0.0.1:7777/callback?more=1',
  'http://127.0.0.1:7777/callback#fragment',
  'http://user@127.0.0.1:7777/callback',
  'http://127.0.0.1:7777@evil.example/callback',
  'http://localhost:7777/callback',
  'https://127.0.0.1:7777/callback',
  'javascript:alert(1)',
]

let core: TempCore
let ada: TempPerson
let ben: TempPerson
let cara: TempPerson

beforeAll(async () => {
  core = await startTempCore({ auth: 'accounts', file: FILE })
  ;({ ada, ben, cara } = await openTempAccounts(core))
})
afterAll(() => core[Symbol.asyncDispose]())

test('a code goes nowhere but where the client said it would, but for the port on this computer', async () => {
  const web = 'https://app.example/callback'
  const clientId = await registerTempClient(core, { redirect_uris: [REDIRECT_URI, web] })
  const resource = core.mcpUrl().href
  const ask = (redirect_uri: string) =>
    openInBrowser(authorizationRequest(core, { clientId, resource, redirect_uri }).url, ben)

  for (const redirect of [...FORGED_REDIRECTS, 'https://app.example:8443/callback']) {
    const page = await ask(redirect)
    expect([redirect, page.origin, page.searchParams.get('error')]).toEqual([
      redirect,
      core.url,
      expect.stringMatching(/^invalid/),
    ])
  }
  expect((await ask('http://127.0.0.1:9999/callback')).pathname).toBe('/consent')
  expect((await ask(web)).pathname).toBe('/consent')
})

test('requests without PKCE, with the plain method, for no or another endpoint end at the client', async () => {
  const clientId = await registerTempClient(core)
  const resource = core.mcpUrl().href
  const errorOf = async (change: (query: URLSearchParams) => void) => {
    const { url } = authorizationRequest(core, { clientId, resource })
    change(url.searchParams)
    const back = await openInBrowser(url, ben)
    expect(back.href.startsWith(REDIRECT_URI)).toBe(true)
    // What would have come in the fragment is refused there.
    const said = back.hash === '' ? back.searchParams : new URLSearchParams(back.hash.slice(1))
    expect(said.get('state')).toBe('state-of-the-client')
    return said.get('error')
  }
  expect(await errorOf((query) => query.delete('code_challenge'))).toBe('invalid_request')
  expect(await errorOf((query) => query.set('code_challenge_method', 'plain'))).toBe(
    'invalid_request',
  )
  expect(await errorOf((query) => query.set('resource', `${core.url}/metamcp/none/mcp`))).toBe(
    'invalid_target',
  )
  expect(await errorOf((query) => query.set('response_type', 'token'))).toMatch(/response_type/)

  // One that is another account's own is not there for ben, who is told nothing of it.
  const namespace = await cara.trpc.namespaces.create.mutate({ name: 'hers', servers: [] })
  const hers = await cara.trpc.endpoints.create.mutate({
    ...{ name: 'hers', namespaceId: namespace.id, auth: { oauth: true } },
  })
  const address = core.mcpUrl(hers.address).href
  const { url } = authorizationRequest(core, { clientId, resource: address })
  const page = await openInBrowser(url, ben)
  const pending = await ben.trpc.authorization.pending.query({ query: page.search })
  expect(pending.endpoint).toBeNull()
  await expect(
    answerConsent(core, ben, { query: page.search.slice(1), accept: true }),
  ).rejects.toThrow('invalid_target')
  expect(await ben.trpc.authorization.grants.query()).toEqual([])
  expect((await allow(core, cara, url)).searchParams.get('code')).not.toBeNull()
})

test('a consent counts from our own page alone, as it was signed, and is asked for each time', async () => {
  const clientId = await registerTempClient(core)
  const request = authorizationRequest(core, { clientId, resource: core.mcpUrl().href })
  const page = await openInBrowser(request.url, ben)
  const query = page.search.slice(1)
  const post = (oauth_query: string, headers: Record<string, string>) =>
    postAuth(core, 'oauth2/consent', { accept: true, oauth_query, headers })

  const forged = query.replace(encodeURIComponent(REDIRECT_URI), 'http%3A%2F%2Fevil.example')
  expect(forged).not.toBe(query)
  expect((await post(forged, { cookie: ben.cookie })).status).toBe(400)
  await expect(ben.trpc.authorization.pending.query({ query: forged })).rejects.toThrow('not valid')
  expect((await post('', { cookie: ben.cookie })).status).toBe(400)
  expect((await post(query, {})).status).toBe(401)
  const foreign = { cookie: ben.cookie, origin: 'http://evil.example' }
  expect((await post(query, foreign)).status).toBe(403)
  expect(await ben.trpc.authorization.grants.query()).toEqual([])

  const no = await answerConsent(core, ben, { query, accept: false })
  expect(no.searchParams.get('error')).toBe('access_denied')
  expect(no.searchParams.get('state')).toBe('state-of-the-client')
  expect(await ben.trpc.authorization.grants.query()).toEqual([])

  const back = await allow(core, ben, request.url)
  const code = back.searchParams.get('code') ?? ''
  expect((await redeem(core, { ...request, clientId, code })).status).toBe(200)
  // Said yes once: anybody who registers under the same name, or opens the address, asks again.
  expect((await openInBrowser(request.url, ben)).pathname).toBe('/consent')
  const quiet = authorizationRequest(core, {
    ...{ clientId, resource: core.mcpUrl().href, prompt: 'none' },
  })
  expect((await openInBrowser(quiet.url, ben)).searchParams.get('code')).toBeNull()
})

test('what the engine has besides is closed', async () => {
  const paths = [
    ...['oauth2/create-client', 'oauth2/update-consent', 'oauth2/delete-consent'],
    ...['oauth2/introspect', 'oauth2/userinfo', 'oauth2/public-client-prelogin', 'token'],
    'admin/oauth2/create-client',
  ]
  for (const path of paths) {
    const answer = await postAuth(core, path, { headers: { cookie: ada.cookie } })
    expect([path, answer.status]).toEqual([path, 404])
  }
  const form = await postAuth(core, 'oauth2/authorize', { headers: { cookie: ada.cookie } })
  expect(form.status).toBeGreaterThanOrEqual(400)
})
