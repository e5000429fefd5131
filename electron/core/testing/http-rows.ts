import { authorizationRequest, openInBrowser } from './temp-grant.ts'
import { EVERYONE, type Who, type World } from './who-may-world.ts'

type Statuses = Partial<Record<Who, number>>

/** An address, what is sent there, and what everyone is answered. */
export type HttpRow = {
  method: 'GET' | 'POST' | 'DELETE'
  path: (world: World) => string
  headers?: Record<string, string>
  body?: (world: World) => string | Promise<string>
  /** What all are answered, and who are answered otherwise. */
  all: number
  but?: Statuses
  /** Where few tries are free, only these ask. */
  asks?: readonly Who[]
}

const FEW: readonly Who[] = [
  ...(['nobody', 'keyOfAnotherEndpoint', 'revokedKey', 'expiredToken'] as const),
  ...(['tokenForAnotherEndpoint', 'owner', 'member', 'administrator', 'operator'] as const),
]

export function statusesOf({ all, but, asks = EVERYONE }: HttpRow): Statuses {
  return { ...Object.fromEntries(asks.map((who) => [who, all])), ...but }
}

type Sent = Pick<HttpRow, 'headers' | 'body'>

const at = (method: HttpRow['method'], path: string | HttpRow['path']) => ({
  method,
  path: typeof path === 'string' ? () => path : path,
})
const json = (value: unknown): Sent => ({ body: () => JSON.stringify(value) })
const form = (fields: Record<string, string>): Sent => ({
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: () => new URLSearchParams(fields).toString(),
})
const initialize = json({
  ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  },
})

/** Cookies of people and the admin token open no endpoint; keys and tokens only their own. */
const onShared = (status: number): Pick<HttpRow, 'all' | 'but'> => ({
  all: 401,
  but: { key: status, token: status, keyOfAnotherEndpoint: 403 },
})
const onPrivate = (status: number): Pick<HttpRow, 'all' | 'but'> => ({
  all: 401,
  but: { keyOfAnotherEndpoint: status, tokenForAnotherEndpoint: status, key: 404 },
})
const managers = (people: number, administrators = people): Pick<HttpRow, 'all' | 'but'> => ({
  all: 401,
  but: {
    ...{ key: 403, keyOfAnotherEndpoint: 403 },
    ...{ owner: people, member: people, administrator: administrators, operator: administrators },
  },
})

const shared = (face: string) => `/metamcp/default/${face}`
const own =
  (face: string) =>
  ({ address }: World) =>
    `/metamcp/${address}/${face}`
const proxy =
  (kind: 'server' | 'namespace' | 'endpoint') =>
  ({ [kind]: id }: World) =>
    `/mcp-proxy/${kind}/${id}/mcp`
const WELL_KNOWN = '/.well-known'

const ENDPOINTS: HttpRow[] = [
  { ...at('POST', shared('mcp')), ...initialize, ...onShared(200) },
  { ...at('GET', shared('mcp')), ...onShared(400) },
  { ...at('DELETE', shared('mcp')), ...onShared(400) },
  { ...at('GET', shared('sse')), ...onShared(200) },
  { ...at('POST', shared('message')), ...initialize, ...onShared(400) },
  { ...at('POST', own('mcp')), ...initialize, ...onPrivate(200) },
  { ...at('GET', own('mcp')), ...onPrivate(400) },
  { ...at('DELETE', own('mcp')), ...onPrivate(400) },
  { ...at('GET', own('sse')), ...onPrivate(200) },
  { ...at('POST', own('message')), ...initialize, ...onPrivate(400) },
  { ...at('GET', shared('api/openapi.json')), ...onShared(200) },
  { ...at('POST', shared('api/openapi.json')), ...json({}), ...onShared(405) },
  { ...at('POST', shared('api/none')), ...json({}), ...onShared(404) },
  { ...at('GET', shared('api/none')), ...onShared(404) },
  { ...at('GET', own('api/openapi.json')), ...onPrivate(200) },
  { ...at('POST', own('api/none')), ...json({}), ...onPrivate(404) },
  { ...at('POST', '/metamcp/none/mcp'), ...initialize, all: 404 },
  ...(['server', 'namespace', 'endpoint'] as const).map((kind) => {
    return { ...at('POST', proxy(kind)), ...initialize, all: 401, but: { operator: 200 } }
  }),
]

const DISCOVERY: HttpRow[] = [
  { ...at('GET', `${WELL_KNOWN}/oauth-protected-resource`), all: 200 },
  { ...at('GET', `${WELL_KNOWN}/oauth-protected-resource/metamcp/default/mcp`), all: 200 },
  // Whoever knows the address may know where its tokens are: it cannot be guessed.
  {
    ...at('GET', (world) => `${WELL_KNOWN}/oauth-protected-resource${own('mcp')(world)}`),
    all: 200,
  },
  { ...at('GET', `${WELL_KNOWN}/oauth-protected-resource/metamcp/none/mcp`), all: 404 },
  { ...at('GET', `${WELL_KNOWN}/oauth-authorization-server`), all: 200 },
  { ...at('GET', `${WELL_KNOWN}/openid-configuration`), all: 200 },
  { ...at('POST', `${WELL_KNOWN}/openid-configuration`), all: 405 },
  { ...at('GET', `${WELL_KNOWN}/none`), all: 404 },
]

/** What the page of the consent posts when its person says no. */
async function declined({ core, owner, clientId }: World): Promise<string> {
  const resource = core.mcpUrl().href
  const { url } = authorizationRequest(core, { clientId, resource, prompt: 'consent' })
  const { search } = await openInBrowser(url, owner)
  return JSON.stringify({ accept: false, oauth_query: search.slice(1) })
}

/** Credentials that are none of a client's are worse than none. */
const noClient: Pick<HttpRow, 'all' | 'but'> = {
  all: 401,
  but: { nobody: 400, owner: 400, member: 400, administrator: 400 },
}

const DOOR: HttpRow[] = [
  {
    ...at('POST', '/api/auth/sign-in/email'),
    ...json({ email: 'ben@example.com', password: 'not the password' }),
    ...{ all: 401, asks: FEW },
  },
  {
    ...at('POST', '/api/auth/sign-in/oauth2'),
    ...json({ providerId: 'none', callbackURL: '/' }),
    ...{ all: 404, asks: FEW },
  },
  { ...at('GET', '/api/auth/callback/id?state=none&code=none'), all: 302 },
  { ...at('POST', '/api/auth/callback/id'), ...form({ state: 'none', code: 'none' }), all: 302 },
  {
    ...at('POST', '/api/auth/sign-up/email'),
    ...json({ email: 'dan@example.com', name: 'dan', password: 'short' }),
    all: 403,
  },
  {
    ...at('POST', '/api/auth/reset-password'),
    ...json({ token: 'none', newPassword: 'another long password' }),
    ...{ all: 400, asks: FEW },
  },
  // Where a browser would be sent on, a program is told where to in JSON.
  { ...at('GET', '/api/auth/oauth2/authorize?client_id=none&response_type=code'), all: 200 },
  { ...at('POST', '/api/auth/oauth2/authorize'), ...form({ client_id: 'none' }), all: 405 },
  {
    ...at('POST', '/api/auth/oauth2/consent'),
    body: declined,
    all: 401,
    but: { owner: 200, member: 200, administrator: 200 },
  },
  {
    ...at('POST', '/api/auth/oauth2/token'),
    ...form({ grant_type: 'authorization_code', code: 'none', client_id: 'none' }),
    ...noClient,
  },
  {
    ...at('POST', '/api/auth/oauth2/revoke'),
    ...form({ token: 'none', client_id: 'none' }),
    ...noClient,
  },
  { ...at('POST', '/api/auth/oauth2/register'), ...json({ redirect_uris: [] }), all: 400 },
  { ...at('GET', '/api/auth/jwks'), all: 200 },
]

const WINDOW: HttpRow[] = [
  { ...at('GET', '/session'), all: 200 },
  { ...at('POST', '/session'), ...json({ token: 'none' }), all: 401 },
  ...['/', '/sign-in', '/consent', '/assets/a.js'].map((path) => ({
    ...at('GET', path),
    all: 200,
  })),
  { ...at('POST', '/'), ...json({}), all: 404 },
  ...['/none', '/assets/none.js', '/metamcp/default', '/mcp-proxy/other/id/mcp'].map((path) => {
    return { ...at('GET', path), all: 404 }
  }),
  { ...at('GET', '/trpc/frontend/servers.list'), ...managers(200) },
  {
    ...at('POST', '/trpc/frontend/settings.setPaused'),
    ...{ ...json({ paused: false }), ...managers(403, 200) },
  },
  { ...at('GET', '/trpc/frontend/none'), all: 404 },
  { ...at('GET', '/trpc/none'), all: 404 },
]

/** Whoever is signed in is no more after these, so they come last; who is not is told the same. */
const WAYS_OUT: HttpRow[] = [
  { ...at('POST', '/api/auth/sign-out'), ...json({}), all: 200 },
  { ...at('DELETE', '/session'), all: 204 },
]

/** Every address that we answer. One that has no row fails the test. */
export const HTTP_ROWS: readonly HttpRow[] = [
  { ...at('GET', '/health'), all: 200 },
  { ...at('GET', '/metrics'), all: 401, but: { operator: 200 } },
  { ...at('POST', '/metrics'), ...json({}), all: 401, but: { operator: 405 } },
  { ...at('GET', '/oauth/callback?state=none&code=none'), all: 400 },
  ...[...DISCOVERY, ...ENDPOINTS, ...DOOR, ...WINDOW, ...WAYS_OUT],
]
