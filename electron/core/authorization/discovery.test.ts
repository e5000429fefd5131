import { afterAll, beforeAll, expect, test } from 'vitest'
import { echoServer } from '../testing/echo-definition.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'
import { register } from '../testing/temp-grant.ts'

/* How a client that knows nothing but an endpoint's address finds out the rest, and registers. */

const FILE = configFileOf([echoServer()], { auth: { oauth: true } })

let core: TempCore
beforeAll(async () => {
  core = await startTempCore({ auth: 'accounts', file: FILE })
})
afterAll(() => core[Symbol.asyncDispose]())

const get = (path: string) => fetch(`${core.url}/.well-known/${path}`)

test('a 401 leads to the metadata of the endpoint, and those to ours', async () => {
  const refused = await fetch(core.mcpUrl(), { method: 'POST' })
  expect(refused.status).toBe(401)
  const metadataUrl = `${core.url}/.well-known/oauth-protected-resource/metamcp/default/mcp`
  const challenge = refused.headers.get('www-authenticate')
  expect(challenge).toBe(`Bearer realm="MetaMCP", resource_metadata="${metadataUrl}", scope="mcp"`)
  const wrong = await fetch(core.mcpUrl(), {
    method: 'POST',
    headers: { authorization: 'Bearer a.b.c' },
  })
  expect(wrong.headers.get('www-authenticate')).toBe(`${challenge}, error="invalid_token"`)

  const resource = (await (await fetch(metadataUrl)).json()) as { authorization_servers: string[] }
  expect(resource).toMatchObject({ resource: core.mcpUrl().href, scopes_supported: ['mcp'] })
  expect(resource.authorization_servers).toEqual([core.url])
  const server: unknown = await (await get('oauth-authorization-server')).json()
  expect(server).toMatchObject({
    issuer: core.url,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  })
  for (const path of ['openid-configuration', 'oauth-authorization-server/metamcp/default/mcp']) {
    expect(await (await get(path)).json()).toEqual(server)
  }
})

test('the root tells of an endpoint while there is but one, and nothing tells of others', async () => {
  expect((await get('oauth-protected-resource')).status).toBe(200)
  expect((await get('oauth-protected-resource/metamcp/none/mcp')).status).toBe(404)
  const [{ id: namespaceId } = { id: '' }] = await core.admin.namespaces.list.query()
  const { id } = await core.admin.endpoints.create.mutate({
    ...{ name: 'second', namespaceId, auth: { oauth: true } },
  })
  expect((await get('oauth-protected-resource')).status).toBe(404)
  expect((await get('oauth-protected-resource/metamcp/second/mcp')).status).toBe(200)
  await core.admin.endpoints.update.mutate({ id, patch: { auth: { oauth: false } } })
  expect((await get('oauth-protected-resource/metamcp/second/mcp')).status).toBe(404)
  const plain = await fetch(core.mcpUrl('second'), { method: 'POST' })
  expect(plain.headers.get('www-authenticate')).toBe('Bearer realm="MetaMCP"')
})

const GOOD_REDIRECTS = [
  'http://localhost:33418/',
  'http://[::1]:1/callback',
  'https://vscode.dev/redirect',
  'cursor://anysphere.cursor-mcp/oauth/callback',
  'com.example.app:/callback',
]
const BAD_REDIRECTS = [
  ...['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'http://example.com/'],
  ...['https://a@example.com/', 'https://example.com/#x', '/callback', 'https://*.example.com/'],
  ...['http://127.0.0.1.evil.example/', 'http://localhost.evil.example/', 'https://a\nb.example/'],
]

test('clients register as programs do, and nowhere that runs or leaks what is sent there', async () => {
  const all = await register(core, { redirect_uris: GOOD_REDIRECTS, client_name: 'A\u202e\nB' })
  expect(all.status).toBe(201)
  const client = (await all.json()) as Record<string, unknown>
  expect(client).toMatchObject({ token_endpoint_auth_method: 'none', client_name: 'A B' })
  expect(client['client_secret']).toBeUndefined()
  for (const redirect of BAD_REDIRECTS) {
    const answer = await register(core, { redirect_uris: [redirect] })
    const body = (await answer.json()) as { error?: string }
    expect([redirect, answer.status, body.error]).toEqual([redirect, 400, 'invalid_redirect_uri'])
  }
})

test('who registers too often has to wait', async () => {
  const statuses = []
  for (let count = 0; count < 25; count += 1) {
    statuses.push((await register(core, {})).status)
  }
  expect(statuses).toContain(429)
})

test('without accounts there is nobody to ask: no endpoint takes tokens', async () => {
  await using local = await startTempCore()
  const [endpoint] = await local.admin.endpoints.list.query()
  const patch = { auth: { oauth: true } }
  await expect(
    local.admin.endpoints.update.mutate({ id: endpoint?.id ?? '', patch }),
  ).rejects.toThrow('OAuth needs accounts: start with --auth accounts.')
  expect((await fetch(`${local.url}/.well-known/oauth-authorization-server`)).status).toBe(404)
  expect((await fetch(`${local.url}/api/auth/jwks`)).status).toBe(404)
})
