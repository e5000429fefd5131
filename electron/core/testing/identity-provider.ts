import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { oauthProvider } from '@better-auth/oauth-provider'
import { betterAuth } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { toNodeHandler } from 'better-auth/node'
import { jwt } from 'better-auth/plugins'

const PATH = '/api/auth'
const TABLES = [
  ...['user', 'session', 'account', 'verification', 'jwks', 'oauthClient', 'oauthResource'],
  ...['oauthClientResource', 'oauthRefreshToken', 'oauthAccessToken', 'oauthConsent'],
  'oauthClientAssertion',
]
const PASSWORD = 'password of the provider'

export type IdentityProvider = AsyncDisposable & {
  issuer: string
  /** Registers a client that may send people back to `redirectUri`. */
  register(redirectUri: string): Promise<{ clientId: string; clientSecret: string }>
  /** Makes a person there; `verified` says whether it knows the address to be theirs. */
  addPerson(email: string, verified: boolean): Promise<void>
  /** What a browser of that person does with an authorization URL; resolves with the return address. */
  authorize(url: string, email: string): Promise<string>
}

/** An OpenID Connect provider with everything in memory: better-auth's. */
export async function openIdentityProvider(): Promise<IdentityProvider> {
  const tables: Record<string, Record<string, unknown>[]> = {}
  for (const table of TABLES) tables[table] = []
  const server = createServer((request, response) => void handle(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const handle = toNodeHandler(engineAt(origin, tables))
  const post = posterTo(origin)

  return {
    issuer: `${origin}${PATH}`,
    register: (redirectUri) => register(post, redirectUri),
    async addPerson(email, verified) {
      await post('/sign-up/email', { name: 'Somebody', email, password: PASSWORD })
      for (const row of tables['user'] ?? []) {
        if (row['email'] === email) row['emailVerified'] = verified
      }
    },
    authorize: (url, email) => authorize({ post, origin }, url, email),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function engineAt(origin: string, tables: Record<string, Record<string, unknown>[]>) {
  return betterAuth({
    baseURL: origin,
    basePath: PATH,
    secret: randomBytes(32).toString('base64'),
    database: memoryAdapter(tables),
    logger: { disabled: true },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    emailAndPassword: { enabled: true },
    disabledPaths: ['/token'],
    plugins: [
      jwt(),
      oauthProvider({
        loginPage: '/login',
        consentPage: '/consent',
        scopes: ['openid', 'email', 'profile'],
        allowDynamicClientRegistration: true,
        allowUnauthenticatedClientRegistration: true,
      }),
    ],
  })
}

type Post = (path: string, body: object, headers?: Record<string, string>) => Promise<Response>

function posterTo(origin: string): Post {
  return (path, body, headers = {}) =>
    fetch(`${origin}${PATH}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/json', origin, ...headers },
      body: JSON.stringify(body),
    })
}

async function register(post: Post, redirectUri: string) {
  const answer = await post('/oauth2/register', {
    client_name: 'MetaMCP',
    redirect_uris: [redirectUri],
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    scope: 'openid email profile',
  })
  const text = await answer.text()
  const { client_id: clientId } = JSON.parse(text) as { client_id?: string }
  if (clientId === undefined) throw new Error(`register: ${answer.status} ${text}`)
  return { clientId, clientSecret: '' }
}

type Place = { post: Post; origin: string }

async function authorize({ post, origin }: Place, url: string, email: string): Promise<string> {
  const signedIn = await post('/sign-in/email', { email, password: PASSWORD })
  const cookie = signedIn.headers
    .getSetCookie()
    .map((value) => value.split(';', 1)[0])
    .join('; ')
  const asked = await fetch(url, { redirect: 'manual', headers: { cookie } })
  const answer = await asked.text()
  // Node's fetch says of itself that it is no navigation, and is then told where to go in JSON.
  const told = answer.startsWith('{') ? (JSON.parse(answer) as { url?: string }).url : null
  const consent = new URL(asked.headers.get('location') ?? told ?? '', origin)
  if (consent.pathname !== '/consent') return consent.href
  const body = { accept: true, oauth_query: consent.search.slice(1) }
  const allowed = await post('/oauth2/consent', body, { cookie })
  const text = await allowed.text()
  const { url: back, redirect_uri: uri } = JSON.parse(text) as Record<string, string>
  if (!back && !uri) throw new Error(`consent: ${allowed.status} ${text}`)
  return back || uri || ''
}
