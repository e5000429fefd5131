import { randomBytes } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { oauthProvider } from '@better-auth/oauth-provider'
import { betterAuth } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { toNodeHandler } from 'better-auth/node'
import { jwt } from 'better-auth/plugins'

export const ISSUER_PATH = '/api/auth'
const SCOPES = ['offline_access', 'echo:read', 'echo:write']

const TABLES = [
  ...['user', 'session', 'account', 'verification', 'jwks', 'oauthClient', 'oauthResource'],
  ...['oauthClientResource', 'oauthRefreshToken', 'oauthAccessToken', 'oauthConsent'],
  'oauthClientAssertion',
]

export type AuthProvider = {
  handle: RequestListener
  /** Ends all refresh tokens given so far, as its administrator. */
  revokeAll(): void
}

/** A complete authorization server, better-auth's, with everything in memory. */
export function openAuthProvider(origin: string, resource: string): AuthProvider {
  const tables: Record<string, Record<string, unknown>[]> = {}
  for (const table of TABLES) tables[table] = []
  const auth = betterAuth({
    baseURL: origin,
    basePath: ISSUER_PATH,
    secret: randomBytes(32).toString('base64'),
    database: memoryAdapter(tables),
    logger: { disabled: true },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    emailAndPassword: { enabled: true },
    // The plugin has a token endpoint of its own, and says so at each start.
    disabledPaths: ['/token'],
    plugins: [
      jwt(),
      oauthProvider({
        loginPage: '/login',
        consentPage: '/consent',
        scopes: SCOPES,
        resources: [resource],
        clientRegistrationDefaultResources: [resource],
        allowDynamicClientRegistration: true,
        allowUnauthenticatedClientRegistration: true,
        accessTokenExpiresIn: 600,
      }),
    ],
  })
  const handle = toNodeHandler(auth)
  return {
    handle: (request, response) => void handle(request, response),
    revokeAll() {
      for (const row of tables['oauthRefreshToken'] ?? []) row['revoked'] = new Date()
    },
  }
}
