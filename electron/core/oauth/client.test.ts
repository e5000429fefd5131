import { expect, test } from 'vitest'
import { openOddAuthServer } from '../testing/odd-auth-server.ts'
import { openTempOAuth } from '../testing/temp-oauth.ts'

/* As whom we appear at an authorization server. */

const DOCUMENT = 'https://apps.example/metamcp.json'
const documents = () => ({ client_id_metadata_document_supported: true })

// Shows: oauth-client-static, oauth-client-registration-order
test('a client of the definition is used, its secret is filled in and sent as the server takes it', async () => {
  await using locked = await openOddAuthServer({
    metadata: () => ({ token_endpoint_auth_methods_supported: ['client_secret_basic'] }),
  })
  await using oauth = await openTempOAuth()
  const client = {
    clientId: 'by-hand',
    clientSecret: '${CLIENT_SECRET}',
    clientMetadataUrl: DOCUMENT,
  }
  const id = await oauth.add(locked.mcpUrl, { oauth: { ...client, scope: 'own scope' } })
  const begun = await oauth.begin(id)
  expect(begun.searchParams.get('client_id')).toBe('by-hand')
  expect(begun.searchParams.get('scope')).toBe('own scope')
  await oauth.comeBack(`?code=c&state=${begun.searchParams.get('state')}`)
  const [exchange] = locked.posted
  expect(atob(exchange?.authorization?.replace('Basic ', '') ?? '')).toBe(
    'by-hand:from-the-environment',
  )
  expect(exchange?.form.has('client_secret')).toBe(false)
  // What is kept names the client only: its secret stays where the person put it.
  expect(JSON.stringify(oauth.stores.signIns.get(id))).not.toContain('from-the-environment')
})

// Shows: oauth-client-metadata-document, oauth-client-registration-order
test('a metadata document is shown where it is taken, else we register', async () => {
  await using taken = await openOddAuthServer({ metadata: documents })
  await using other = await openOddAuthServer()
  await using oauth = await openTempOAuth()
  const fields = { oauth: { clientMetadataUrl: DOCUMENT } }
  const here = await oauth.begin(await oauth.add(taken.mcpUrl, fields))
  expect(here.searchParams.get('client_id')).toBe(DOCUMENT)
  expect(taken.posted).toEqual([])
  const there = await oauth.begin(await oauth.add(other.mcpUrl, { ...fields, name: 'other' }))
  expect(there.searchParams.get('client_id')).toBe('registered')
})

// Shows: oauth-client-application-type, oauth-client-refresh-grant
test('we register as a native app, for lasting sign-ins, without a secret where that will do', async () => {
  const bodies: unknown[] = []
  await using locked = await openOddAuthServer({
    answers: {
      '/register': (body) => {
        bodies.push(JSON.parse(body))
        return { status: 201, body: { client_id: 'c', redirect_uris: [] } }
      },
    },
  })
  await using oauth = await openTempOAuth()
  await oauth.begin(await oauth.add(locked.mcpUrl))
  expect(bodies).toEqual([
    {
      client_name: 'MetaMCP',
      redirect_uris: ['http://127.0.0.1:12008/oauth/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      application_type: 'native',
      token_endpoint_auth_method: 'none',
    },
  ])
})

// Shows: oauth-client-issuer-bound, oauth-client-token-issuer
test('a server that moves to another authorization server: we register there, and show nothing of before', async () => {
  let issuer = ''
  await using first = await openOddAuthServer({
    resource: () => ({ authorization_servers: [issuer] }),
    answers: {
      '/register': () => ({ status: 201, body: { client_id: 'first', redirect_uris: [] } }),
    },
  })
  await using second = await openOddAuthServer()
  await using oauth = await openTempOAuth()
  const id = await oauth.add(first.mcpUrl)
  issuer = first.origin
  expect((await oauth.signInTo(id)).status).toBe(200)
  issuer = second.origin
  expect((await oauth.signInTo(id)).status).toBe(200)
  const shown = second.posted.map(({ path, form }) => [path, form.get('client_id')])
  expect(shown).toEqual([
    ['/register', null],
    ['/token', 'registered'],
  ])
})

// Shows: oauth-client-static-issuer
test('a client of the definition does not move with it', async () => {
  let issuer = ''
  await using first = await openOddAuthServer({
    resource: () => ({ authorization_servers: [issuer] }),
  })
  await using second = await openOddAuthServer()
  await using oauth = await openTempOAuth()
  const id = await oauth.add(first.mcpUrl, { oauth: { clientId: 'by-hand' } })
  issuer = first.origin
  expect((await oauth.signInTo(id)).status).toBe(200)
  issuer = second.origin
  await expect(oauth.begin(id)).rejects.toThrow('names another authorization server now')
  await oauth.signOut(id)
  expect((await oauth.begin(id)).origin).toBe(second.origin)
})

test('a registration whose secret has expired is made anew', async () => {
  let count = 0
  await using locked = await openOddAuthServer({
    answers: {
      '/register': () => {
        const client_secret_expires_at = Math.floor(Date.now() / 1_000) + 3_600
        const body = { client_id: `c${(count += 1)}`, redirect_uris: [], client_secret_expires_at }
        return { status: 201, body: { ...body, client_secret: 's' } }
      },
    },
  })
  await using oauth = await openTempOAuth()
  const id = await oauth.add(locked.mcpUrl)
  await oauth.begin(id)
  expect((await oauth.begin(id)).searchParams.get('client_id')).toBe('c1')
  oauth.advance(3_700_000)
  expect((await oauth.begin(id)).searchParams.get('client_id')).toBe('c2')
})

// Shows: stdio-no-oauth
test('who cannot be signed in to is told why', async () => {
  await using oauth = await openTempOAuth()
  const own = await oauth.add('https://a.example/', { bearerToken: 'x' })
  const local = await oauth.stores.servers.create({ name: 'l', type: 'STDIO', command: 'x' })
  await expect(oauth.begin(own)).rejects.toThrow('a bearer token')
  await expect(oauth.begin(local.id)).rejects.toThrow('stdio')
  await expect(oauth.begin('nobody')).rejects.toMatchObject({ code: 'not-found' })
})
