import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { openOddAuthServer, type OddAuthServer } from '../testing/odd-auth-server.ts'
import { openTempOAuth, type TempOAuth } from '../testing/temp-oauth.ts'

/* What comes back from a sign-in, and what only pretends to. */

const withIss = { metadata: () => ({ authorization_response_iss_parameter_supported: true }) }
const TEN_MINUTES_MS = 10 * 60_000

type Stage = { oauth: TempOAuth; locked: OddAuthServer; id: string; state: string }

async function begin(oauth: TempOAuth, locked: OddAuthServer): Promise<Stage> {
  const id = await oauth.add(locked.mcpUrl)
  const begun = await oauth.begin(id)
  return { oauth, locked, id, state: begun.searchParams.get('state') ?? '' }
}

/** Nothing was asked of the token endpoint, nothing was kept, and nobody was told to follow. */
function expectNothing({ oauth, locked, id }: Stage): void {
  expect(locked.posted.map(({ path }) => path)).toEqual(['/register'])
  expect(oauth.stores.signIns.get(id)?.tokens ?? null).toBeNull()
  expect(oauth.followed).toEqual([])
}

// Shows: oauth-client-state, oauth-client-pkce, oauth-client-resource, oauth-client-issuer-recorded
test('the request and its return are bound together by state, PKCE, resource and redirect URI', async () => {
  await using locked = await openOddAuthServer()
  await using oauth = await openTempOAuth()
  const id = await oauth.add(locked.mcpUrl)
  const asked = Object.fromEntries((await oauth.begin(id)).searchParams)
  const again = Object.fromEntries((await oauth.begin(id)).searchParams)
  expect(asked).toEqual({
    response_type: 'code',
    client_id: 'registered',
    code_challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
    code_challenge_method: 'S256',
    redirect_uri: 'http://127.0.0.1:12008/oauth/callback',
    state: expect.stringMatching(/^[\w-]{43}$/) as string,
    resource: locked.mcpUrl,
  })
  expect(again['state']).not.toBe(asked['state'])
  expect(again['code_challenge']).not.toBe(asked['code_challenge'])

  const { status, html } = await oauth.comeBack(`?code=the-code&state=${asked['state']}`)
  expect(status).toBe(200)
  expect(html).toContain('You may close this window')
  const exchange = Object.fromEntries(locked.posted.at(-1)?.form ?? [])
  const { code_verifier = '' } = exchange
  expect(createHash('sha256').update(code_verifier).digest('base64url')).toBe(
    asked['code_challenge'],
  )
  expect(exchange).toEqual({
    grant_type: 'authorization_code',
    code: 'the-code',
    code_verifier,
    client_id: 'registered',
    redirect_uri: asked['redirect_uri'],
    resource: locked.mcpUrl,
  })
  expect(oauth.status(id)).toBe('signed-in')
  expect(oauth.followed).toEqual([id])
  // What was begun beside it is over with it.
  expect((await oauth.comeBack(`?code=other&state=${again['state']}`)).status).toBe(400)
  // One registration did for both.
  expect(locked.posted.map(({ path }) => path)).toEqual(['/register', '/token'])
})

// Shows: oauth-client-state, oauth-client-iss, oauth-client-iss-exact, oauth-client-iss-error
test.each<[string, (stage: Stage) => string | Promise<string>, number, string]>([
  ['no state', () => '?code=c', 400, 'not the return'],
  ['another state', () => `?code=c&state=${'a'.repeat(43)}`, 400, 'not under way'],
  ['two states', ({ state }) => `?code=c&state=${state}&state=x`, 400, 'not the return'],
  ['two codes', ({ state }) => `?code=c&code=d&state=${state}`, 400, 'not the return'],
  ['neither code nor error', ({ state }) => `?state=${state}`, 403, 'did not grant'],
  ['a refusal', ({ state }) => `?error=access_denied&state=${state}`, 403, 'was not granted'],
  [
    'an error of no known name',
    ({ state }) => `?error=EVIL&error_description=EVIL&state=${state}`,
    403,
    'did not grant access.',
  ],
  ['a wrong iss', ({ state }) => `?code=c&state=${state}&iss=https://EVIL`, 403, '(iss)'],
  [
    'a wrong iss with an error',
    ({ state }) => `?error=access_denied&error_description=EVIL&state=${state}&iss=EVIL`,
    403,
    '(iss)',
  ],
  [
    'an iss that differs by a slash',
    ({ state, locked }) => `?code=c&state=${state}&iss=${locked.origin}/`,
    403,
    '(iss)',
  ],
  [
    'a state that has expired',
    ({ oauth, state }) => {
      oauth.advance(TEN_MINUTES_MS)
      return `?code=c&state=${state}`
    },
    400,
    'not under way',
  ],
  [
    'a server with another URL',
    async ({ oauth, id, state }) => {
      await oauth.stores.servers.update(id, { url: 'https://else.example/mcp' })
      return `?code=c&state=${state}`
    },
    409,
    'changed or removed',
  ],
  [
    'a server that was deleted',
    async ({ oauth, id, state }) => {
      await oauth.stores.servers.delete(id)
      return `?code=c&state=${state}`
    },
    409,
    'changed or removed',
  ],
])('a return with %s changes nothing', async (...[, query, status, text]) => {
  await using locked = await openOddAuthServer()
  await using oauth = await openTempOAuth()
  const stage = await begin(oauth, locked)
  const answered = await oauth.comeBack(await query(stage))
  expect(answered).toEqual({ status, html: expect.stringContaining(text) as string })
  expect(answered.html).not.toContain('EVIL')
  expectNothing(stage)
})

// Shows: oauth-client-iss
test('a missing iss is refused where it was promised, and the right one is taken', async () => {
  await using locked = await openOddAuthServer(withIss)
  await using oauth = await openTempOAuth()
  const stage = await begin(oauth, locked)
  const without = await oauth.comeBack(`?code=c&state=${stage.state}`)
  expect(without).toEqual({ status: 403, html: expect.stringContaining('(iss)') as string })
  expectNothing(stage)
  const state = (await oauth.begin(stage.id)).searchParams.get('state')
  const right = await oauth.comeBack(`?code=c&state=${state}&iss=${locked.origin}`)
  expect(right.status).toBe(200)
})

test('a state is good once, also when it failed', async () => {
  await using locked = await openOddAuthServer({
    answers: { '/token': () => ({ status: 400, body: { error: 'invalid_grant', x: 'EVIL' } }) },
  })
  await using oauth = await openTempOAuth()
  const { id, state } = await begin(oauth, locked)
  const first = await oauth.comeBack(`?code=c&state=${state}`)
  expect(first).toEqual({ status: 502, html: expect.stringContaining('invalid_grant') as string })
  expect(first.html).not.toContain('EVIL')
  expect((await oauth.comeBack(`?code=c&state=${state}`)).status).toBe(400)
  expect(oauth.status(id)).toBeNull()
  expect(locked.posted.filter(({ path }) => path === '/token')).toHaveLength(1)
})

test.each<[string, object, string]>([
  ['of another kind', { access_token: 'a', token_type: 'DPoP' }, 'no bearer tokens'],
  ['that is none', { hello: 'EVIL' }, 'not OAuth 2.1'],
])('a token %s is not taken', async (_, body, text) => {
  await using locked = await openOddAuthServer({ answers: { '/token': () => ({ body }) } })
  await using oauth = await openTempOAuth()
  const { id, state } = await begin(oauth, locked)
  const { status, html } = await oauth.comeBack(`?code=c&state=${state}`)
  expect({ status, html }).toEqual({ status: 502, html: expect.stringContaining(text) as string })
  expect(html).not.toContain('EVIL')
  expect(oauth.status(id)).toBeNull()
})

test('a code is not sent to a token endpoint without TLS', async () => {
  await using locked = await openOddAuthServer({
    metadata: () => ({ token_endpoint: 'http://example.com/token' }),
  })
  await using oauth = await openTempOAuth()
  const { status, html } = await oauth.signInTo(await oauth.add(locked.mcpUrl))
  expect({ status, html }).toEqual({
    status: 502,
    html: expect.stringContaining('not https') as string,
  })
})

test('the page holds no script and is kept nowhere; only GET comes back', async () => {
  await using oauth = await openTempOAuth()
  const answers: [number, Record<string, string>][] = []
  const response = {
    writeHead: (status: number, headers: Record<string, string>) => answers.push([status, headers]),
    end: () => undefined,
  }
  for (const method of ['GET', 'HEAD', 'POST']) {
    await oauth.answerCallback({ method, url: '/oauth/callback?state=s' }, response, null)
  }
  expect(answers.map(([status]) => status)).toEqual([400, 405, 405])
  expect(answers[0]?.[1]).toMatchObject({
    'content-security-policy': expect.stringMatching(
      /^default-src 'none'; style-src 'sha256-/,
    ) as string,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-type': 'text/html; charset=utf-8',
  })
})

test('a sign-in that was begun somewhere else is not taken', async () => {
  await using locked = await openOddAuthServer()
  let state = ''
  {
    await using other = await openTempOAuth()
    ;({ state } = await begin(other, locked))
  }
  await using oauth = await openTempOAuth()
  await oauth.add(locked.mcpUrl)
  expect((await oauth.comeBack(`?code=c&state=${state}`)).status).toBe(400)
})
