import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectLegacy } from '../testing/clients.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { openTempAccounts, postAuth, type TempPerson } from '../testing/temp-accounts.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'
import {
  allow,
  authorizationRequest,
  openInBrowser,
  openTempGrant,
  redeem,
  refresh,
  registerTempClient,
  tokensOf,
  tokenStatus,
} from '../testing/temp-grant.ts'

/* What a token opens, and until when. */

const BASE = configFileOf([echoServer({ tools: 1 })], { auth: { oauth: true } }) as {
  endpoints: object
}
const FILE = {
  ...BASE,
  endpoints: { ...BASE.endpoints, second: { namespace: 'default', auth: { oauth: true } } },
}

let core: TempCore
let ben: TempPerson
let cara: TempPerson

beforeAll(async () => {
  const times = { refreshReuseS: 0 }
  core = await startTempCore({ auth: 'accounts', file: FILE, times })
  ;({ ben, cara } = await openTempAccounts(core))
})
afterAll(() => core[Symbol.asyncDispose]())

test('a token is good at its own endpoint alone, in a header, and says nothing elsewhere', async () => {
  const { accessToken } = await openTempGrant(core, ben)
  expect(await tokenStatus(core.mcpUrl(), accessToken)).toBe(200)
  expect(await tokenStatus(core.mcpUrl('second'), accessToken)).toBe(401)
  expect(await tokenStatus(core.mcpUrl(), `${accessToken.slice(0, -4)}AAAA`)).toBe(401)
  const [head, body = ''] = accessToken.split('.')
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object
  const longer = Buffer.from(JSON.stringify({ ...claims, exp: 9e9 })).toString('base64url')
  expect(await tokenStatus(core.mcpUrl(), `${head}.${longer}.${accessToken.split('.')[2]}`)).toBe(
    401,
  )
  const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')
  expect(await tokenStatus(core.mcpUrl(), `${none}.${body}.`)).toBe(401)

  const { id } =
    (await core.admin.endpoints.list.query()).find(({ name }) => name === 'default') ?? {}
  await core.admin.endpoints.update.mutate({ id: id ?? '', patch: { auth: { queryParam: true } } })
  const inQuery = new URL(`?api_key=${accessToken}`, core.mcpUrl())
  expect((await fetch(inQuery, { method: 'POST' })).status).toBe(401)
  const manage = await fetch(`${core.url}/trpc/frontend/servers.list`, {
    headers: { authorization: `Bearer ${accessToken}` },
  })
  expect([401, 403]).toContain(manage.status)
  expect(await tokenStatus(core.mcpUrl(), core.key)).toBe(200)
})

test('a token of another scope than ours is refused with the scope that it takes', async () => {
  const clientId = await registerTempClient(core)
  const request = authorizationRequest(core, { clientId, resource: core.mcpUrl().href })
  const page = await openInBrowser(request.url, ben)
  // Narrowed in the consent, which our own page never does.
  const allowed = await postAuth(core, 'oauth2/consent', {
    ...{ accept: true, oauth_query: page.search.slice(1), scope: 'offline_access' },
    headers: { cookie: ben.cookie },
  })
  const { searchParams } = new URL(((await allowed.json()) as { url: string }).url)
  const code = searchParams.get('code') ?? ''
  const { body } = await redeem(core, { ...request, clientId, code })
  expect(body).toMatchObject({ scope: 'offline_access' })
  const headers = { authorization: `Bearer ${String(body['access_token'])}` }
  const refused = await fetch(core.mcpUrl(), { method: 'POST', headers })
  const metadataUrl = `${core.url}/.well-known/oauth-protected-resource/metamcp/default/mcp`
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
    403,
    `Bearer realm="MetaMCP", resource_metadata="${metadataUrl}", scope="mcp", error="insufficient_scope"`,
  ])
  await ben.trpc.authorization.revoke.mutate({ clientId })
})

test('an endpoint that is kept to oneself again is not there for tokens of others', async () => {
  const shared = { shared: true }
  const { id: namespaceId } = await cara.trpc.namespaces.create.mutate({ name: 'n', ...shared })
  const { id, address } = await cara.trpc.endpoints.create.mutate({
    ...{ name: 'hers', namespaceId, auth: { oauth: true }, ...shared },
  })
  const url = core.mcpUrl(address)
  const { accessToken } = await openTempGrant(core, ben, { endpoint: url.href })
  await using client = await connectLegacy(url, accessToken)
  await cara.trpc.endpoints.update.mutate({ id, patch: { shared: false } })
  expect(await tokenStatus(url, accessToken)).toBe(404)
  await expect(client.listTools()).rejects.toThrow()
})

test('a code that comes twice ends all that came of it, and one without its verifier gives nothing', async () => {
  const clientId = await registerTempClient(core)
  const codeOf = async () => {
    const request = authorizationRequest(core, { clientId, resource: core.mcpUrl().href })
    const back = await allow(core, ben, request.url)
    return { ...request, clientId, code: back.searchParams.get('code') ?? '' }
  }
  const wrong = await redeem(core, { ...(await codeOf()), verifier: 'v'.repeat(43) })
  expect(wrong.status).toBeGreaterThanOrEqual(400)
  expect(wrong.body['access_token']).toBeUndefined()
  const elsewhere = await redeem(core, {
    ...(await codeOf()),
    redirect_uri: 'http://127.0.0.1:1/callback',
  })
  expect(elsewhere.body['error']).toBe('invalid_grant')
  const stolen = { ...(await codeOf()), clientId: await registerTempClient(core) }
  expect((await redeem(core, stolen)).body['error']).toBe('invalid_grant')

  const mine = await codeOf()
  const grant = tokensOf(clientId, (await redeem(core, mine)).body)
  expect(await tokenStatus(core.mcpUrl(), grant.accessToken)).toBe(200)
  await using client = await connectLegacy(core.mcpUrl(), grant.accessToken)
  expect((await redeem(core, mine)).body['error']).toBe('invalid_grant')
  expect(await tokenStatus(core.mcpUrl(), grant.accessToken)).toBe(401)
  expect((await refresh(core, grant)).body['error']).toBe('invalid_grant')
  await expect(client.listTools()).rejects.toThrow()
})

test('a code gives nothing once the person has taken back what they allowed', async () => {
  const clientId = await registerTempClient(core)
  const request = authorizationRequest(core, { clientId, resource: core.mcpUrl().href })
  const back = await allow(core, ben, request.url)
  const code = back.searchParams.get('code') ?? ''
  await ben.trpc.authorization.revoke.mutate({ clientId })
  const { status, body } = await redeem(core, { ...request, clientId, code })
  expect([status, body['error'], body['access_token']]).toEqual([400, 'invalid_grant', undefined])
  expect(body['refresh_token']).toBeUndefined()
  const left = await ben.trpc.authorization.grants.query()
  expect(left.map((grant) => grant.clientId)).not.toContain(clientId)
})

test('a code sent twice at once gives no token that lasts', async () => {
  const clientId = await registerTempClient(core)
  const request = authorizationRequest(core, { clientId, resource: core.mcpUrl().href })
  const back = await allow(core, ben, request.url)
  const code = back.searchParams.get('code') ?? ''
  const answers = await Promise.all([1, 2].map(() => redeem(core, { ...request, clientId, code })))
  for (const { body } of answers) {
    const token = body['access_token']
    if (typeof token === 'string') expect(await tokenStatus(core.mcpUrl(), token)).toBe(401)
  }
  const left = await ben.trpc.authorization.grants.query()
  expect(left.map((grant) => grant.clientId)).not.toContain(clientId)
})

test('a refresh token is used up by its use; coming again, it ends the grant', async () => {
  const grant = await openTempGrant(core, ben)
  const next = tokensOf(grant.clientId, (await refresh(core, grant)).body)
  expect(next.refreshToken).not.toBe(grant.refreshToken)
  expect(await tokenStatus(core.mcpUrl(), next.accessToken)).toBe(200)
  expect((await refresh(core, grant)).body['error']).toBe('invalid_grant')
  expect((await refresh(core, next)).body['error']).toBe('invalid_grant')
  expect(await tokenStatus(core.mcpUrl(), next.accessToken)).toBe(401)
})

test('what a client has open ends within a second of its revocation, or of its account', async () => {
  for (const person of [ben, cara]) {
    const grant = await openTempGrant(core, person)
    await using client = await connectLegacy(core.mcpUrl(), grant.accessToken)
    await client.ping()
    if (person === ben) await ben.trpc.authorization.revoke.mutate({ clientId: grant.clientId })
    else await core.admin.accounts.remove.mutate({ id: cara.id })
    await expect(client.ping()).rejects.toThrow()
    expect(await tokenStatus(core.mcpUrl(), grant.accessToken)).toBe(401)
    expect((await refresh(core, grant)).status).toBe(400)
  }
})
