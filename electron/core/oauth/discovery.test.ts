import { expect, test } from 'vitest'
import { openOddAuthServer, type OddAuthOptions } from '../testing/odd-auth-server.ts'
import { openTempOAuth } from '../testing/temp-oauth.ts'

/* Where a sign-in is begun, and where it is not: authorization servers that misbehave. */

const big = 'x'.repeat(1024 * 1024 + 1)
const METADATA = '/.well-known/oauth-authorization-server'
const RESOURCE = '/.well-known/oauth-protected-resource/mcp'

// Shows: oauth-client-issuer-identical, oauth-client-https, oauth-client-pkce-refused
// Shows: oauth-client-registration-refused
test.each<[string, OddAuthOptions, string]>([
  ['another issuer', { metadata: () => ({ issuer: 'https://honest.example' }) }, '(issuer)'],
  [
    'no word of PKCE',
    { metadata: () => ({ code_challenge_methods_supported: undefined }) },
    'PKCE (S256)',
  ],
  ['weak PKCE', { metadata: () => ({ code_challenge_methods_supported: ['plain'] }) }, 'PKCE'],
  ['no codes', { metadata: () => ({ response_types_supported: ['token'] }) }, 'no authorization'],
  [
    'a sign-in page without TLS',
    { metadata: () => ({ authorization_endpoint: 'http://example.com/authorize' }) },
    '"http://example.com" is not https',
  ],
  [
    'a sign-in page that is a script',
    { metadata: () => ({ authorization_endpoint: 'javascript:alert(1)' }) },
    'not OAuth 2.1',
  ],
  [
    'an authorization server without TLS',
    { resource: () => ({ authorization_servers: ['http://10.1.2.3/'] }) },
    '"http://10.1.2.3" is not https',
  ],
  [
    'an authorization server that is no URL',
    { resource: () => ({ authorization_servers: ['nowhere'] }) },
    'protected resource metadata',
  ],
  ['another resource', { resource: () => ({ resource: 'https://else.example/mcp' }) }, 'another'],
  [
    'no way to register',
    { metadata: () => ({ registration_endpoint: undefined }) },
    'http://127.0.0.1:12008/oauth/callback',
  ],
  [
    'a refused registration',
    {
      answers: {
        '/register': () => ({
          status: 400,
          body: { error: 'invalid_redirect_uri', error_description: 'EVIL' },
        }),
      },
    },
    '(HTTP 400, invalid_redirect_uri)',
  ],
  ['endless metadata', { answers: { [METADATA]: () => ({ body: big }) } }, 'more than 1 MB'],
  ['metadata that is none', { answers: { [METADATA]: () => ({ body: 'EVIL' }) } }, 'not OAuth'],
  ['no metadata', { answers: { [METADATA]: () => ({ status: 404 }) } }, 'says nothing'],
  ['a resource that fails', { answers: { [RESOURCE]: () => ({ status: 500 }) } }, 'cannot be read'],
])('no sign-in is begun where there is %s', async (_, options, text) => {
  await using locked = await openOddAuthServer(options)
  await using oauth = await openTempOAuth()
  const id = await oauth.add(locked.mcpUrl)
  const begun = await oauth.begin(id).catch((error: Error) => error)
  expect(begun).toMatchObject({
    name: 'AppError',
    message: expect.stringContaining(text) as string,
  })
  expect(String(begun)).not.toContain('EVIL')
  expect(locked.posted.filter(({ path }) => path !== '/register')).toEqual([])
})

test('a redirect to another origin is not followed, nor one from elsewhere to this machine', async () => {
  await using other = await openOddAuthServer()
  const location = `${other.origin}${METADATA}`
  await using locked = await openOddAuthServer({
    answers: { [METADATA]: () => ({ status: 302, headers: { location } }) },
  })
  await using oauth = await openTempOAuth()
  const id = await oauth.add(locked.mcpUrl)
  await expect(oauth.begin(id)).rejects.toThrow('says nothing about itself')
  expect(other.read).toEqual([])
})

test('a server elsewhere is not believed when it names addresses on this machine', async () => {
  await using local = await openOddAuthServer()
  await using oauth = await openTempOAuth()
  const id = await oauth.add('https://mcp.invalid/mcp')
  const server = oauth.stores.servers.get(id)
  if (!server) throw new Error('it was added')
  const where = `${local.origin}${RESOURCE}`
  const wwwAuthenticate = `Bearer resource_metadata="${where}"`
  await oauth.auth.refused(server, { status: 401, wwwAuthenticate, tokenUsed: null })
  await expect(oauth.begin(id)).rejects.toThrow('is on this machine, and the server is not')
  expect(local.read).toEqual([])
})

// Shows: oauth-client-redirect
test.each([
  ['a server without TLS', 'http://example.com/mcp', undefined, 'not https: a token'],
  [
    'an address of ours without TLS',
    'https://a.example/',
    'http://10.0.0.1:1',
    'METAMCP_PUBLIC_URL',
  ],
])('no sign-in is begun for %s', async (...[, mcpUrl, ours, text]) => {
  await using oauth = await openTempOAuth(ours)
  await expect(oauth.begin(await oauth.add(mcpUrl))).rejects.toThrow(text)
})

// Shows: oauth-client-well-known
test('a server of 2025-03-26 is its own authorization server', async () => {
  await using locked = await openOddAuthServer({ answers: { [RESOURCE]: () => ({ status: 404 }) } })
  await using oauth = await openTempOAuth()
  const begun = await oauth.begin(await oauth.add(locked.mcpUrl))
  expect(begun.origin + begun.pathname).toBe(`${locked.origin}/authorize`)
  expect(begun.searchParams.get('resource')).toBe(locked.mcpUrl)
  expect(locked.read).toEqual([RESOURCE, '/.well-known/oauth-protected-resource', METADATA])
})

// Shows: oauth-client-resource-canonical
test('a server at the root is meant without the slash at its end', async () => {
  const missing = () => ({ status: 404 })
  await using locked = await openOddAuthServer({
    answers: { '/.well-known/oauth-protected-resource': missing },
  })
  await using oauth = await openTempOAuth()
  const begun = await oauth.begin(await oauth.add(locked.origin))
  expect(begun.searchParams.get('resource')).toBe(locked.origin)
})

// Shows: oauth-client-server-metadata
test('an issuer with a path is looked up at three places, in order', async () => {
  const last = '/tenant/.well-known/openid-configuration'
  await using locked = await openOddAuthServer({
    resource: (origin) => ({ authorization_servers: [`${origin}/tenant`] }),
  })
  await using oauth = await openTempOAuth()
  await expect(oauth.begin(await oauth.add(locked.mcpUrl))).rejects.toThrow('says nothing')
  expect(locked.read.slice(1)).toEqual([
    `${METADATA}/tenant`,
    '/.well-known/openid-configuration/tenant',
    last,
  ])
})

// Shows: oauth-client-scope-challenged, oauth-client-scope-order
test('scopes are those of the refusal, else those that the server recommends', async () => {
  await using locked = await openOddAuthServer({
    resource: () => ({ scopes_supported: ['one', 'two'] }),
  })
  await using oauth = await openTempOAuth()
  const id = await oauth.add(locked.mcpUrl)
  expect((await oauth.begin(id)).searchParams.get('scope')).toBe('one two')
  const server = oauth.stores.servers.get(id)
  if (!server) throw new Error('it was added')
  const wwwAuthenticate = 'Bearer scope="three"'
  await oauth.auth.refused(server, { status: 401, wwwAuthenticate, tokenUsed: null })
  expect((await oauth.begin(id)).searchParams.get('scope')).toBe('three')
})

// Shows: oauth-client-resource-metadata
test('the place that the refusal names is asked before all others', async () => {
  await using locked = await openOddAuthServer({
    answers: { [RESOURCE]: () => ({ status: 500 }) },
  })
  await using oauth = await openTempOAuth()
  const id = await oauth.add(locked.mcpUrl)
  const server = oauth.stores.servers.get(id)
  if (!server) throw new Error('it was added')
  const wwwAuthenticate = `Basic realm="x", Bearer scope="a b", resource_metadata="${locked.origin}/prm"`
  await oauth.auth.refused(server, { status: 401, wwwAuthenticate, tokenUsed: null })
  expect(oauth.status(id)).toBe('needed')
  await expect(oauth.begin(id)).rejects.toThrow('cannot be read')
  expect(locked.read).toEqual(['/prm', RESOURCE])
})
