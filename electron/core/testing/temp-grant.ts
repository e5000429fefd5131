import { createHash, randomBytes } from 'node:crypto'
import { postAuth, type TempPerson } from './temp-accounts.ts'
import type { TempCore } from './temp-core.ts'

type Where = Pick<TempCore, 'url'>

/** A native client's place for codes; nobody listens there: the test reads the redirect itself. */
export const REDIRECT_URI = 'http://127.0.0.1:7777/callback'

/** What a client holds after a person has let it in. */
export type TempGrant = {
  clientId: string
  accessToken: string
  refreshToken: string
}

/** A person lets a client in for an endpoint; throws where anything of that is refused. */
export async function openTempGrant(
  core: TempCore,
  person: TempPerson,
  {
    endpoint = core.mcpUrl().href,
    name = 'Test client',
  }: { endpoint?: string; name?: string } = {},
): Promise<TempGrant> {
  const clientId = await registerTempClient(core, { client_name: name })
  const request = authorizationRequest(core, { clientId, resource: endpoint })
  const back = await allow(core, person, request.url)
  const code = back.searchParams.get('code')
  if (code === null) throw new Error(`no code: ${back.href}`)
  const { body } = await redeem(core, { ...request, clientId, code })
  return tokensOf(clientId, body)
}

export async function registerTempClient(core: Where, metadata: object = {}): Promise<string> {
  const response = await register(core, { redirect_uris: [REDIRECT_URI], ...metadata })
  const body = (await response.json()) as { client_id?: string }
  if (body.client_id === undefined) throw new Error(`not registered: ${JSON.stringify(body)}`)
  return body.client_id
}

/** As a program does: without an origin or a cookie. */
export function register(core: Where, metadata: unknown): Promise<Response> {
  return fetch(`${core.url}/api/auth/oauth2/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(metadata),
  })
}

/** The address that a client opens in a browser, and the verifier of its challenge (RFC 7636). */
export function authorizationRequest(
  core: Where,
  { clientId, resource, ...more }: { clientId: string; resource: string } & Record<string, string>,
): { url: URL; verifier: string } {
  const verifier = randomBytes(32).toString('base64url')
  const url = new URL(`${core.url}/api/auth/oauth2/authorize`)
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: REDIRECT_URI,
    state: 'state-of-the-client',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    resource,
    ...more,
  }).toString()
  return { url, verifier }
}

/** Where a browser is sent to from there; `person`: whose it is, if somebody is signed in. */
export async function openInBrowser(url: URL | string, person?: TempPerson): Promise<URL> {
  const headers = { accept: 'text/html', ...(person && { cookie: person.cookie }) }
  const response = await fetch(url, { redirect: 'manual', headers })
  const text = await response.text()
  // Node's fetch says of itself that it is no navigation, and is then told where to go in JSON.
  const told = text.startsWith('{') ? (JSON.parse(text) as { url?: string }).url : undefined
  const to = response.headers.get('location') ?? told
  if (to === undefined) throw new Error(`no way on: ${response.status} ${text}`)
  return new URL(to, url)
}

/** A person opens the address and allows what it asks. Where the browser goes then. */
export async function allow(core: Where, person: TempPerson, url: URL | string): Promise<URL> {
  const page = await openInBrowser(url, person)
  if (page.pathname !== '/consent') throw new Error(`no consent: ${page.href}`)
  return answerConsent(core, person, { query: page.search.slice(1), accept: true })
}

/** What the page of the consent posts. */
export async function answerConsent(
  core: Where,
  person: TempPerson,
  { query, accept }: { query: string; accept: boolean },
): Promise<URL> {
  const headers = { cookie: person.cookie }
  const answer = await postAuth(core, 'oauth2/consent', {
    ...{ accept, oauth_query: query, headers },
  })
  const { url, ...rest } = (await answer.json()) as { url?: string }
  if (url === undefined) throw new Error(`consent: ${answer.status} ${JSON.stringify(rest)}`)
  return new URL(url)
}

type TokenAnswer = { status: number; body: Record<string, unknown> }

export function redeem(
  core: Where,
  {
    code,
    verifier,
    clientId,
    ...more
  }: { code: string; verifier: string; clientId: string } & {
    url?: URL
    redirect_uri?: string
  },
): Promise<TokenAnswer> {
  return askForTokens(core, {
    grant_type: 'authorization_code',
    ...{ code, code_verifier: verifier, client_id: clientId },
    redirect_uri: more.redirect_uri ?? REDIRECT_URI,
  })
}

export function refresh(core: Where, { clientId, refreshToken }: TempGrant): Promise<TokenAnswer> {
  return askForTokens(core, {
    ...{ grant_type: 'refresh_token', client_id: clientId, refresh_token: refreshToken },
  })
}

/** RFC 7009, as a client does. */
export async function revoke(core: Where, clientId: string, token: string): Promise<number> {
  const body = new URLSearchParams({ client_id: clientId, token })
  return (await fetch(`${core.url}/api/auth/oauth2/revoke`, { method: 'POST', body })).status
}

async function askForTokens(core: Where, fields: Record<string, string>): Promise<TokenAnswer> {
  const body = new URLSearchParams(fields)
  const response = await fetch(`${core.url}/api/auth/oauth2/token`, { method: 'POST', body })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

export function tokensOf(clientId: string, body: Record<string, unknown>): TempGrant {
  const { access_token: accessToken, refresh_token: refreshToken } = body
  if (typeof accessToken !== 'string' || typeof refreshToken !== 'string') {
    throw new Error(`no tokens: ${JSON.stringify(body)}`)
  }
  return { clientId, accessToken, refreshToken }
}

/** Of an `initialize` with this token. */
export async function tokenStatus(url: URL, token: string): Promise<number> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: {} }
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
  })
  await response.body?.cancel()
  return response.status
}
