import { oauthProvider } from '@better-auth/oauth-provider'
import type { BetterAuthPlugin } from 'better-auth'
import { jwt } from 'better-auth/plugins'
import { hashOf } from './hash.ts'
import { openHooks, type HookParts } from './hooks.ts'
import { GRANTED_SCOPES } from './scope.ts'

export type PluginParts = HookParts & {
  /** Where browsers reach us, without a slash at its end; also the issuer of tokens. */
  url: string
  /** Seconds that access tokens are good for. */
  accessTokenS: number
  /** Seconds in which a refresh that was answered may be asked for again, as after a lost answer. */
  refreshReuseS: number
}

export type AuthorizationPlugins = {
  plugins: BetterAuthPlugin[]
  /** Whether this query of a consent page was signed by us, and not too long ago. */
  isSigned: (query: string) => Promise<boolean>
}

/** Asking for tokens is no guessing at passwords, and many clients may share an address. */
const PER_MINUTE = { register: 20, authorize: 60, token: 120, revoke: 60 }

/**
 * better-auth's OAuth provider, as MCP wants it. Whoever imports this file loads better-auth: import
 * it when needed.
 */
export function authorizationPlugins(parts: PluginParts): AuthorizationPlugins {
  const { url, accessTokenS, refreshReuseS } = parts
  const limit = (max: number) => ({ window: 60, max })
  const provider = oauthProvider({
    loginPage: `${url}/sign-in`,
    consentPage: `${url}/consent`,
    scopes: GRANTED_SCOPES,
    grantTypes: ['authorization_code', 'refresh_token'],
    // Which resources there are changes at run time: they are rows, one for each endpoint.
    enforcePerClientResources: false,
    allowDynamicClientRegistration: true,
    allowUnauthenticatedClientRegistration: true,
    allowPublicClientPrelogin: true,
    accessTokenExpiresIn: accessTokenS,
    refreshTokenReuseInterval: refreshReuseS,
    storeTokens: { hash: (token) => Promise.resolve(hashOf(token)) },
    rateLimit: {
      register: limit(PER_MINUTE.register),
      authorize: limit(PER_MINUTE.authorize),
      token: limit(PER_MINUTE.token),
      revoke: limit(PER_MINUTE.revoke),
    },
    silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
  })
  const keys = jwt({
    jwks: { keyPairConfig: { alg: 'EdDSA', crv: 'Ed25519' } },
    jwt: { issuer: url },
    disableSettingJwtHeader: true,
  })
  const hooks = openHooks(parts, provider.options)
  let context: unknown
  const ours: BetterAuthPlugin = {
    id: 'metamcp-authorization',
    init(given) {
      context = given
    },
    hooks,
  }
  return {
    plugins: [keys, provider, ours],
    async isSigned(query) {
      const body = {
        client_id: new URLSearchParams(query).get('client_id') ?? '',
        oauth_query: query,
      }
      const ask = provider.endpoints.getOAuthClientPublicPrelogin as unknown as Ask
      return ask({ body, context }).then(
        () => true,
        () => false,
      )
    },
  }
}

type Ask = (input: { body: object; context: unknown }) => Promise<unknown>
