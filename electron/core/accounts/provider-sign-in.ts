import type { BetterAuthPlugin } from 'better-auth'
import { APIError, createAuthEndpoint, signInSocial } from 'better-auth/api'
import { z } from 'zod'

/**
 * POST `/sign-in/oauth2` `{ providerId, callbackURL }`: begins a sign-in at a provider of the
 * settings, and answers `{ url }` to go to. better-auth's own route for it takes far more: tokens of
 * providers, scopes, and where to go when it fails.
 */
export function providerSignIn(): BetterAuthPlugin {
  return {
    id: 'provider-sign-in',
    endpoints: {
      signInWithProvider: createAuthEndpoint(
        '/sign-in/oauth2',
        {
          method: 'POST',
          body: z.object({ providerId: z.string(), callbackURL: z.string().optional() }),
        },
        async (context) => {
          const { providerId, callbackURL } = context.body
          const isKnown = context.context.socialProviders.some(({ id }) => id === providerId)
          if (!isKnown) {
            const message = 'This provider cannot be reached at the moment.'
            throw new APIError('SERVICE_UNAVAILABLE', { code: 'PROVIDER', message })
          }
          const body = { provider: providerId, callbackURL, disableRedirect: true }
          const begin = signInSocial()
          return begin({ ...context, body, asResponse: false } as never)
        },
      ),
    },
  }
}
